"""Performance measurements of 3GPP networks: counters, and the names of what they count."""
