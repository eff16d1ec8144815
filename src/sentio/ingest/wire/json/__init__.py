"""JSON (RFC 8259): documents, items, keys and values."""
