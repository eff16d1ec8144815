"""One time as sources write it: ISO 8601 date-times and durations, Unix epochs of any unit."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sentio.ingest.piece import Reading
from sentio.kernel.errors import FormatError

MAX_NS = 2**63 - 1
MAX_TEXT_CHARS = 40
SECOND_NS = 1_000_000_000
UNIX = datetime(1970, 1, 1, tzinfo=UTC)

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W|(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?"
    r"(?:(?P<seconds>\d{1,9}(?:\.\d{1,9})?)S)?)?)",
    re.ASCII,
)
_END_OF_DAY = re.compile(r"T24:?00(?::?00(?:\.0+)?)?(?=$|Z|[+-])")
_CLOCK = re.compile(r"^(\d{4})[-./](\d\d)[-./](\d\d)[ T_]+(\d\d)[:.](\d\d)[:.](\d\d)", re.ASCII)
_ZONE = re.compile(r"\s*(?:UTC|GMT|Z)$|\s+(?=[+-]\d\d:?\d\d$)")
_NANOSECONDS = re.compile(r"[.,]\d{6}(\d{1,3})")

# The unit of an epoch shows in its size: seconds end in the year 5138, the others begin in 1970.
_EPOCH_UNITS = ((1e11, 10**9), (1e14, 10**6), (1e17, 10**3), (float("inf"), 1))


def zone_of(reading: Reading) -> tzinfo:
    """Give the time zone for times without one: option ``timezone``, otherwise UTC.

    Raises
    ------
    FormatError
        Nothing is called that.
    """
    name = reading.options.get("timezone", "")
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise unknown_zone(name) from error


def unknown_zone(name: str) -> FormatError:
    """Say that no time zone is called so."""
    return FormatError(
        f"no time zone is called {name!r}",
        where="option timezone",
        expected="a name such as Europe/Dublin or UTC",
    )


@lru_cache(maxsize=4096)
def time_ns(text: str, zone: tzinfo = UTC) -> int | None:
    """Read an ISO 8601 date-time, in ns since 1970 UTC; None if it is none or out of int64.

    Logs may put other marks between its parts (``2019.11.25_15.34.34``), or name UTC in letters.
    """
    text = text.strip()
    if not text or len(text) > MAX_TEXT_CHARS or not text.isascii():
        return None
    if text.isdigit() and len(text) != len("20191125"):
        return None  # an epoch, though it might be read as a date and an hour
    text = _ZONE.sub(_zone_mark, _CLOCK.sub(r"\1-\2-\3T\4:\5:\6", text))
    usual = _END_OF_DAY.sub("T00:00:00", text)
    later = timedelta(days=1) if usual != text else timedelta()
    if usual[16:19] == ":60":  # a leap second is the first of the next minute
        usual, later = f"{usual[:16]}:59{usual[19:]}", timedelta(seconds=1)
    try:
        when = datetime.fromisoformat(usual)
        when = when if when.tzinfo else when.replace(tzinfo=zone)
        since = when - UNIX + later
    except (ValueError, OverflowError):
        return None
    rest = _NANOSECONDS.search(usual)
    ns = since // timedelta(microseconds=1) * 1000 + int(rest[1].ljust(3, "0") if rest else 0)
    return ns if abs(ns) <= MAX_NS else None


def duration_ms(text: str) -> int | None:
    """Read an ISO 8601 duration of weeks, days and times; None if it is none, or zero.

    Years and months have no fixed length and are refused.
    """
    found = _DURATION.fullmatch(text.strip()[:MAX_TEXT_CHARS])
    if not found:
        return None
    parts = {name: float(value) for name, value in found.groupdict(default="0").items()}
    ms = round(timedelta(**parts) / timedelta(milliseconds=1))
    return ms if ms > 0 else None


def epoch_ns(value: object) -> tuple[int, int] | None:
    """Read a Unix epoch of s, ms, µs or ns by its size.

    Returns
    -------
    when
        ns since 1970 UTC and how many ns its unit has; None if it is no time at all.
    """
    number = _whole(value)
    if number is None or number <= 0:
        return None
    unit_ns = next(unit for below, unit in _EPOCH_UNITS if number < below)
    ns = round(number * unit_ns) if unit_ns > 1 else int(number)
    return (ns, unit_ns) if ns <= MAX_NS else None


def any_time_ns(value: object, zone: tzinfo = UTC) -> int | None:
    """Read a time of either kind, in ns since 1970 UTC; None if it is none."""
    if isinstance(value, str) and (ns := time_ns(value, zone)) is not None:
        return ns
    found = epoch_ns(value)
    return found[0] if found else None


def _zone_mark(found: re.Match[str]) -> str:
    return "Z" if found[0].strip() else ""


def _whole(value: object) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        if not text.isascii() or not re.fullmatch(r"\d{1,19}(\.\d{0,9})?", text):
            return None
        return float(text) if "." in text else int(text)
    if isinstance(value, int):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else None
