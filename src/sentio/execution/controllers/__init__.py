"""Whoever carries actions out: one file each, offering ``CONTROLLER``."""
