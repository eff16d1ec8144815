"""The simulated operator on the wire: what its systems send in a period, source by source."""
