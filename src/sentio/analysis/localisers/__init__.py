"""Localisers, one file each: `LOCALISER` finds the attributes that explain a decline."""
