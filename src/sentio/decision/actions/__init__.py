"""Kinds of actions written in Python, one file each, offering ``ACTION``; most are TOML."""
