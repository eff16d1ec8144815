"""One file a format; each offers one constant FORMAT."""
