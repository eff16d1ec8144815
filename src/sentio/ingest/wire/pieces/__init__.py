"""Rows on their way out: gathered, counted and handed on as pieces."""
