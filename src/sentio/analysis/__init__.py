"""Explain: where a decline sits, what causes it, whom it touches, and how sure that is."""
