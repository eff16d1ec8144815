"""Whose data it is and who may read it: pseudonyms, sealed envelopes."""
