"""Act: actions carried out over standard interfaces, verified, undone where they did not help."""
