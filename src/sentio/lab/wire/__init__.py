"""One file a wire format: each writes what the simulated operator's systems would send."""
