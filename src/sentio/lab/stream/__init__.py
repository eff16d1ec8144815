"""The simulated operator on the wire: what its systems send in a period, as bytes of each source."""
