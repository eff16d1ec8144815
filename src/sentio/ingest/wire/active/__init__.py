"""Active tests: ping, TWAMP and the tests of M-Lab; their probes, runs and windows."""
