"""Migrations of the state, one file each, in the order of their numbers."""
