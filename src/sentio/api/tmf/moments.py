"""Dates and times in bodies of Open APIs (RFC 3339)."""

from __future__ import annotations

from datetime import UTC, datetime

from sentio.store.state.open_api_values import is_moment, seconds

__all__ = ["is_date", "is_moment", "moment", "seconds"]

SECOND_NS = 1_000_000_000


def moment(at_ns: int) -> str:
    """Write a time as Open APIs do: to the millisecond, in UTC."""
    at = datetime.fromtimestamp(at_ns // SECOND_NS, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ns % SECOND_NS // 1_000_000:03d}Z"


def is_date(text: str) -> bool:
    """Tell whether a text is a date; one with a time behind it is one too."""
    return is_moment(text)
