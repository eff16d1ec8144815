"""Whoever carries orders to the collection out; one file each."""
