"""The window of the small store, as tests of pages ask for it."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.small_store import HOURS, START

from sentio.store.cube import HOUR_NS

END = START + HOURS * HOUR_NS


def iso(ns: int) -> str:
    """Write a time as a page does."""
    return datetime.fromtimestamp(ns / 1e9, UTC).isoformat().replace("+00:00", "Z")


SPAN = f"since={iso(START)}&until={iso(END)}"
