"""Dates and times in bodies of Open APIs (RFC 3339)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"(?:[Tt ]\d{1,2}:\d{2}(?::\d{1,2}(?:[.,]\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?"
)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
SECOND_NS = 1_000_000_000


def moment(at_ns: int) -> str:
    """Write a time as Open APIs do: to the millisecond, in UTC."""
    at = datetime.fromtimestamp(at_ns // SECOND_NS, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ns % SECOND_NS // 1_000_000:03d}Z"


def is_moment(text: str) -> bool:
    """Tell whether a text is a date and time, or a date; seconds and zone may lack."""
    return MOMENT.fullmatch(text) is not None and DATE.match(text) is not None and _is_day(text)


def is_date(text: str) -> bool:
    """Tell whether a text is a date; one with a time behind it is one too."""
    return is_moment(text)


def seconds(text: str) -> float | None:
    """Give the seconds since 1970 of a date and time (UTC if no zone), None for other texts."""
    if not is_moment(text):
        return None
    try:
        read = datetime.fromisoformat(text.upper().replace(",", "."))
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def _is_day(text: str) -> bool:
    try:
        datetime.fromisoformat(text[:10])
    except ValueError:
        return False
    return True
