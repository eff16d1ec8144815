"""Serves the built user interface; its source stands in `ui/` of the project."""

from sentio.web.pages import add_pages

__all__ = ["add_pages"]
