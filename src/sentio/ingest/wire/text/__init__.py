"""Text and bytes of any kind: streams, lines, packed data, what in them is personal."""
