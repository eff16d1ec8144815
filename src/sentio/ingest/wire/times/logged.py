"""Times as logs print them, year first, to nanoseconds since 1970 UTC; whole columns at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.kernel.arrays import BoolArray, IntArray
from sentio.kernel.errors import ConfigError

SECOND_NS = 1_000_000_000

CIVIL = (
    r"^\s*(?P<year>\d{4})[-./](?P<month>\d\d)[-./](?P<day>\d\d)[ T_]+"
    r"(?P<hour>\d\d)[:.](?P<minute>\d\d)[:.](?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?\s*$"
)
EPOCH = r"^\s*(?P<whole>\d{9,18}|[1-4]\d{18})(?:\.(?P<fraction>\d{1,9})\d*)?\s*$"

ONE_CIVIL = re.compile(CIVIL, re.ASCII)
EPOCH_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_TEXT = 64

FIRST_YEAR, LAST_YEAR = 1970, 2115
LAST_SECOND = 4_500_000_000  # in 2112, well inside int64 nanoseconds


def times(texts: pa.StringArray, zone: str) -> tuple[IntArray, BoolArray]:
    """Understand times such as ``2019.11.25_15.34.34``, RFC 3339, or seconds since 1970.

    Parameters
    ----------
    texts
        One time in each row.
    zone
        IANA name of the zone of times that name none; a time that occurs twice (clocks put
        back) is taken as the first, one that never occurs as the moment of the change.

    Returns
    -------
    ns, is_time
        Nanoseconds since 1970 UTC, shape (rows,), 0 where not understood; and where it was.
    """
    civil = _fields(texts, CIVIL)
    ns, good = _civil_ns(civil, zone)
    if not good.all():
        epoch_ns, is_epoch = _epoch_ns(_fields(texts, EPOCH))
        take = is_epoch & ~good
        ns = np.where(take, epoch_ns, ns)
        good |= take
    return ns, good


def iso_ns(text: str | None) -> int | None:
    """Understand one civil time, RFC 3339 with up to nine digits of a second; None if it is none.

    For documents, one time each; a time that names no zone is UTC.
    """
    found = ONE_CIVIL.match(text) if text and len(text) <= LONGEST_TEXT else None
    if found is None:
        return None
    fields = [int(found[name]) for name in ("year", "month", "day", "hour", "minute", "second")]
    if not FIRST_YEAR <= fields[0] <= LAST_YEAR or fields[5] > 60:
        return None
    leap, fields[5] = fields[5] // 60, min(fields[5], 59)
    try:
        days_and_seconds = datetime(*fields, tzinfo=UTC) - EPOCH_BEGIN
    except ValueError:
        return None
    seconds = days_and_seconds.days * 86_400 + days_and_seconds.seconds + leap
    zone = found["zone"] or ""
    if zone[:1] in ("+", "-"):
        size = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
        seconds += size if zone[0] == "-" else -size
    return (
        seconds * SECOND_NS + int((found["fraction"] or "").ljust(9, "0")) if seconds >= 0 else None
    )


def check_zone(zone: str) -> str:
    """Give the zone back, or raise `ConfigError` if nothing is called that."""
    try:
        pc.assume_timezone(pa.array([0], pa.timestamp("s")), zone)
    except (pa.ArrowInvalid, ValueError) as error:
        raise ConfigError(
            f"no time zone is called {zone!r}",
            where="option timezone",
            expected="a name such as Europe/Dublin or UTC",
        ) from error
    return zone


def offset_ns(local_ns: int, utc_ns: int) -> int | None:
    """Guess a zone's offset from one moment on both clocks; None if they do not fit.

    Offsets are quarters of an hour up to 14 hours; the local stamp may follow the other by up to
    two minutes (output is buffered).
    """
    quarter = 900 * SECOND_NS
    offset = (local_ns - utc_ns + 30 * SECOND_NS) // quarter * quarter
    late = local_ns - utc_ns - offset
    is_near = -30 * SECOND_NS <= late <= 120 * SECOND_NS
    return offset if is_near and abs(offset) <= 56 * quarter else None


def stamp(ns: int) -> str:
    """Print a time for a message."""
    return datetime.fromtimestamp(ns / SECOND_NS, tz=UTC).isoformat()


def _fields(texts: pa.StringArray, pattern: str) -> dict[str, pa.StringArray]:
    found = pc.extract_regex(texts, pattern)
    names = re.compile(pattern).groupindex
    return {name: pc.fill_null(found.field(name), "") for name in names} | {"": pc.is_valid(found)}


def _number(texts: pa.StringArray) -> IntArray:
    numbers = pc.if_else(pc.equal(texts, ""), "0", texts).cast(pa.int64())
    return numbers.to_numpy(zero_copy_only=False)


def _fraction_ns(texts: pa.StringArray) -> IntArray:
    return _number(pc.utf8_rpad(texts, 9, "0"))


def _civil_ns(found: dict[str, pa.StringArray], zone: str) -> tuple[IntArray, BoolArray]:
    year, month, day = (_number(found[name]) for name in ("year", "month", "day"))
    hour, minute, second = (_number(found[name]) for name in ("hour", "minute", "second"))
    good = found[""].to_numpy(zero_copy_only=False) & (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    good &= (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 61)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first = months.astype("datetime64[D]")
    good &= day <= ((months + 1).astype("datetime64[D]") - first).astype(np.int64)
    seconds = ((first.astype(np.int64) + day - 1) * 24 + hour) * 3600 + minute * 60 + second
    zones = found["zone"]
    seconds = np.where(good, seconds, 0)
    explicit = pc.not_equal(zones, "").to_numpy(zero_copy_only=False)
    utc = np.where(explicit, seconds - _zone_seconds(zones), _to_utc(seconds, zone))
    good &= utc >= 0
    return np.where(good, utc * SECOND_NS + _fraction_ns(found["fraction"]), 0), good


def _zone_seconds(zones: pa.StringArray) -> IntArray:
    found = _fields(zones, r"^(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)$")
    size = _number(found["hours"]) * 3600 + _number(found["minutes"]) * 60
    return np.where(pc.equal(found["sign"], "-").to_numpy(zero_copy_only=False), -size, size)


def _to_utc(seconds: IntArray, zone: str) -> IntArray:
    if zone == "UTC":
        return seconds
    local = pa.array(seconds).cast(pa.timestamp("s"))
    aware = pc.assume_timezone(local, zone, ambiguous="earliest", nonexistent="earliest")
    return aware.cast(pa.int64()).to_numpy(zero_copy_only=False)


def _epoch_ns(found: dict[str, pa.StringArray]) -> tuple[IntArray, BoolArray]:
    whole = _number(found["whole"])
    good = found[""].to_numpy(zero_copy_only=False)
    # Seconds have up to 11 digits, milliseconds 14, microseconds 17, nanoseconds 19.
    scale = np.select([whole < 10**11, whole < 10**14, whole < 10**17], [10**9, 10**6, 10**3], 1)
    good &= whole <= LAST_SECOND * SECOND_NS // scale
    fraction = _fraction_ns(found["fraction"]) * scale // SECOND_NS
    return np.where(good, np.where(good, whole, 0) * scale + fraction, 0), good
