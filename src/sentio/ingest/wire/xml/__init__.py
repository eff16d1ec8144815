"""XML: what stands before the root element."""
