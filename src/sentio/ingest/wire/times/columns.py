"""Columns of dates and times, as people and logs write them, to nanoseconds since 1970 UTC."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.piece import Reading
from sentio.ingest.wire.csv.values import there
from sentio.ingest.wire.times.iso8601 import SECOND_NS, unknown_zone
from sentio.kernel.arrays import BoolArray, IntArray

Order: TypeAlias = Literal["dmy", "mdy", "ymd"]

FIRST_YEAR, LAST_YEAR = 1970, 2199
CALENDAR = (19_700_101_000_000, 22_000_101_000_000)
PIVOT = 70  # two-digit years: 69 is 2069, 70 is 1970 (POSIX strptime %y)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_SPLIT = (
    r"^(?:(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? +)?(?P<date>.{6,22}?)"
    r"(?:(?:T|,? +)(?P<clock>\d{1,2}:\d\d.{0,24}))?$"
)
_CLOCK = (
    r"^(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)? ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?$"
)
_YEAR_DATE = r"^(?P<a>\d{4})[-/. ](?P<b>\d{1,2})[-/. ](?P<c>\d{1,2})$"
_THREE = r"^(?P<a>\d{1,2})[-/. ](?P<b>\d{1,2})[-/. ](?P<c>\d{4}|\d\d)$"
_DAY_NAME = (
    r"^(?P<a>\d{1,2})(?:st|nd|rd|th)?[-/. ]?(?P<b>[A-Za-z]{3,9})[-/., ]{1,2}(?P<c>\d{4}|\d\d)$"
)
_NAME_DAY = (
    r"^(?P<b>[A-Za-z]{3,9})[-/. ]{1,2}(?P<a>\d{1,2})(?:st|nd|rd|th)?[-/., ]{1,2}(?P<c>\d{4}|\d\d)$"
)
_COMPACT = r"^(?P<a>(?:19|20)\d\d)(?P<b>\d\d)(?P<c>\d\d)(?P<clock>\d{6})?$"
_EPOCH = r"^(?:\d{9,18}|[1-4]\d{18})(?:\.\d+)?$"
_YEAR_FIRST = (
    r"^(?P<year>\d{4})[-./](?P<month>\d\d)[-./](?P<day>\d\d)[ T_]+"
    r"(?P<hour>\d\d)[:.](?P<minute>\d\d)[:.](?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?$"
)


def order_of(texts: pa.StringArray, *, reading: Reading) -> Order:
    """Tell which comes first in dates such as 04-08-15, from those that leave no doubt.

    Option ``date_order`` decides if it is given. Where every date could be read either way the
    day comes first, as in most of the world.
    """
    asked = reading.options.get("date_order", "")
    if asked in ("dmy", "mdy", "ymd"):
        return asked
    parts = _groups(_split(texts)[0], _THREE)
    first, second, third = (_whole(parts[name]) for name in ("a", "b", "c"))
    there = parts[""]
    years = int((there & (first > 31)).sum())
    days = int((there & (first > 12) & (first <= 31)).sum())
    months = int((there & (second > 12) & (second <= 31) & (third >= 0)).sum())
    if years and years >= max(days, months):
        return "ymd"
    return "mdy" if months > days else "dmy"


def times_ns(
    texts: pa.StringArray, *, order: Order = "dmy", zone: str = "UTC"
) -> tuple[IntArray, BoolArray]:
    """Understand dates and times of many forms, one in each row.

    ISO 8601; 22-04-15, 22/04/2015 and 4/22/2015 by ``order`` (a date that only the other order
    makes possible is read so); 22-Apr-15, 22 April 2015, Apr 22, 2015; 20150422 and
    20150422103000; Unix epochs by their size; clocks with seconds, fractions, am and pm, offset.

    Parameters
    ----------
    zone
        IANA name of the zone of times without one; of a time that occurs twice, the first.

    Returns
    -------
    ns, is_time
        Nanoseconds since 1970 UTC, shape (rows,), 0 where not understood; and where it was.

    Raises
    ------
    FormatError
        No zone is called that.
    """
    ns, good = year_first_ns(texts, zone)
    if good.all():
        return ns, good
    # The same date stands in many rows: each distinct text is read once.
    distinct = pc.if_else(pa.array(good), "", texts).dictionary_encode()
    codes = distinct.indices.to_numpy(zero_copy_only=False)
    read, is_read = _civil_ns(distinct.dictionary, order, zone)
    return np.where(good, ns, read[codes]), good | is_read[codes]


def year_first_ns(texts: pa.StringArray, zone: str) -> tuple[IntArray, BoolArray]:
    """Understand times as logs print them, such as ``2019.11.25_15.34.34``: nothing is guessed.

    That is RFC 3339 with any mark between date and clock, and Unix epochs by their size; a date
    that could be read in two ways is none, nor is one without a clock. Otherwise like `times_ns`.
    """
    texts = pc.utf8_trim_whitespace(texts)
    ns, good = _epochs(texts)
    if good.all():
        return ns, good
    found = _groups(texts, _YEAR_FIRST)
    year, month, day = (_whole(found[name]) for name in ("year", "month", "day"))
    hour, minute, second = (_whole(found[name]) for name in ("hour", "minute", "second"))
    days, is_date = _days_of(year, month, day)
    is_civil = found[""] & is_date & (hour < 24) & (minute < 60) & (second <= 60)
    local = np.where(is_civil, days * 86_400 + hour * 3600 + minute * 60 + second, 0)
    utc = _to_utc(local, found["zone"], zone)
    is_civil &= utc >= 0
    fraction = _whole(pc.utf8_rpad(found["fraction"], 9, "0"))
    return np.where(is_civil, utc * SECOND_NS + fraction, ns), good | is_civil


def _civil_ns(texts: pa.StringArray, order: Order, zone: str) -> tuple[IntArray, BoolArray]:
    dates, clocks = _split(texts)
    days, good = _days(dates, order)
    compact = _groups(dates, _COMPACT)
    clocks = pc.if_else(pc.equal(clocks, ""), _colons(compact["clock"]), clocks)
    seconds, fraction, zones, is_clock = _clock(clocks)
    good &= is_clock
    utc = _to_utc(np.where(good, days * 86_400 + seconds, 0), zones, zone)
    good &= utc >= 0
    return np.where(good, utc * SECOND_NS + fraction, 0), good


def moments(
    texts: pa.StringArray, reading: Reading, *, order: Order
) -> tuple[pa.Int64Array, BoolArray]:
    """Read a column of times in the reading's time zone, nothing as null; and the bad rows."""
    known = there(texts)
    is_there = known.is_valid().to_numpy(zero_copy_only=False)
    zone = reading.options.get("timezone", "UTC")
    ns, good = times_ns(pc.fill_null(known, ""), order=order, zone=zone)
    return pa.array(ns, mask=~(is_there & good)), is_there & ~good


def clock_ns(texts: pa.StringArray) -> tuple[IntArray, BoolArray]:
    """Understand times of day such as ``3:53:50 PM``, in nanoseconds since midnight."""
    seconds, fraction, zones, good = _clock(pc.utf8_trim_whitespace(texts))
    is_bare = pc.and_(pc.equal(zones, ""), pc.not_equal(texts, ""))
    good &= is_bare.to_numpy(zero_copy_only=False)
    return np.where(good, seconds * SECOND_NS + fraction, 0), good


def _split(texts: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray]:
    parts = pc.extract_regex(texts, _SPLIT)
    return pc.fill_null(parts.field("date"), ""), pc.fill_null(parts.field("clock"), "")


def _groups(texts: pa.StringArray, pattern: str) -> dict[str, pa.StringArray]:
    """Give each named group as text, and under the empty name where the pattern matched."""
    found = pc.extract_regex(texts, pattern)
    groups = {
        found.type.field(i).name: pc.fill_null(found.field(i), "")
        for i in range(found.type.num_fields)
    }
    return groups | {"": found.is_valid().to_numpy(zero_copy_only=False)}


def _whole(texts: pa.StringArray) -> IntArray:
    return (
        pc.if_else(pc.equal(texts, ""), "0", texts).cast(pa.int64()).to_numpy(zero_copy_only=False)
    )


def _days(dates: pa.StringArray, order: Order) -> tuple[IntArray, BoolArray]:
    rows = len(dates)
    days, good = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.bool_)
    for pattern in (_YEAR_DATE, _COMPACT):
        found = _groups(dates, pattern)
        _put(days, good, found[""], *(_whole(found[name]) for name in "abc"))
    found = _groups(dates, _THREE)
    a, b, c = (_whole(found[name]) for name in "abc")
    is_short = pc.less_equal(pc.utf8_length(found["c"]), 2).to_numpy(zero_copy_only=False)
    readings = {"dmy": (c, b, a), "mdy": (c, a, b), "ymd": (a, b, c)}
    for each in (order, *(other for other in ("dmy", "mdy") if other != order)):
        year, month, day = readings[each]
        short = is_short | (each == "ymd")
        _put(days, good, found[""], np.where(short, _century(year), year), month, day)
    for pattern in (_DAY_NAME, _NAME_DAY):
        found = _groups(dates, pattern)
        year = _whole(found["c"])
        month = pc.index_in(
            pc.utf8_lower(pc.utf8_slice_codeunits(found["b"], 0, 3)), pa.array(MONTHS)
        )
        months = pc.fill_null(month, -1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
        year = np.where(year < 100, _century(year), year)
        _put(days, good, found[""], year, months, _whole(found["a"]))
    return days, good


def _century(year: IntArray) -> IntArray:
    return np.where(year >= PIVOT, 1900 + year, 2000 + year)


def _put(
    days: IntArray,
    good: BoolArray,
    there: BoolArray,
    year: IntArray,
    month: IntArray,
    day: IntArray,
) -> None:
    """Fill in the days since 1970 where a date is possible and not yet known."""
    since, is_date = _days_of(year, month, day)
    fits = there & ~good & is_date
    days[fits] = since[fits]
    good |= fits


def _days_of(year: IntArray, month: IntArray, day: IntArray) -> tuple[IntArray, BoolArray]:
    """Count the days since 1970, and tell which dates there are."""
    good = (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    good &= (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first = months.astype("datetime64[D]")
    good &= day <= ((months + 1).astype("datetime64[D]") - first).astype(np.int64)
    return first.astype(np.int64) + day - 1, good


def _clock(texts: pa.StringArray) -> tuple[IntArray, IntArray, pa.StringArray, BoolArray]:
    """Give seconds of the day, their fraction in ns, the zones, and which texts are clocks."""
    found = _groups(texts, _CLOCK)
    hour, minute, second = (_whole(found[name]) for name in ("hour", "minute", "second"))
    half = pc.utf8_lower(pc.utf8_slice_codeunits(found["half"], 0, 1)).to_numpy(
        zero_copy_only=False
    )
    is_half = half != ""
    good = found[""] & (minute < 60) & (second <= 60)
    good &= np.where(is_half, (hour >= 1) & (hour <= 12), hour < 24)
    hour = np.where(is_half, hour % 12 + np.where(half == "p", 12, 0), hour)
    fraction = _whole(pc.utf8_rpad(found["fraction"], 9, "0"))
    good |= pc.equal(texts, "").to_numpy(zero_copy_only=False)
    return hour * 3600 + minute * 60 + second, fraction, found["zone"], good


def _colons(clock: pa.StringArray) -> pa.StringArray:
    return pc.replace_substring_regex(clock, r"^(\d\d)(\d\d)(\d\d)$", r"\1:\2:\3")


def _to_utc(seconds: IntArray, zones: pa.StringArray, zone: str) -> IntArray:
    """Take local seconds to UTC: by the offset that a text names, else by the zone given."""
    parts = _groups(zones, r"^(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)$")
    size = _whole(parts["hours"]) * 3600 + _whole(parts["minutes"]) * 60
    is_west = pc.equal(parts["sign"], "-").to_numpy(zero_copy_only=False)
    named = seconds - np.where(is_west, -size, size)
    has_zone = pc.not_equal(zones, "").to_numpy(zero_copy_only=False)
    return np.where(has_zone, named, _in_zone(seconds, zone))


def _in_zone(seconds: IntArray, zone: str) -> IntArray:
    if zone in ("", "UTC"):
        return seconds
    local = pa.array(seconds).cast(pa.timestamp("s"))
    try:
        aware = pc.assume_timezone(local, zone, ambiguous="earliest", nonexistent="earliest")
    except (pa.ArrowInvalid, ValueError) as error:
        raise unknown_zone(zone) from error
    return aware.cast(pa.int64()).to_numpy(zero_copy_only=False)


def _epochs(texts: pa.StringArray) -> tuple[IntArray, BoolArray]:
    is_epoch = pc.match_substring_regex(texts, _EPOCH)
    good = is_epoch.to_numpy(zero_copy_only=False).copy()
    nothing = np.zeros(len(texts), dtype=np.int64)
    if not good.any():
        return nothing, good
    parts = pc.split_pattern(pc.if_else(is_epoch, texts, "0.0"), ".", max_splits=1)
    whole = _whole(pc.list_element(parts, 0))
    has_point = pc.match_substring(texts, ".")
    point = pc.if_else(has_point, pc.replace_substring_regex(texts, r"^.*\.", ""), "")
    fraction = pc.utf8_slice_codeunits(pc.if_else(is_epoch, point, ""), 0, 9)
    fraction = _whole(pc.utf8_rpad(fraction, 9, "0"))
    # Seconds have up to 11 digits, milliseconds 14, microseconds 17, nanoseconds 19.
    scale = np.select([whole < 10**11, whole < 10**14, whole < 10**17], [10**9, 10**6, 10**3], 1)
    good &= whole <= (2**62) // scale
    # 20150422103000 is a calendar code: as milliseconds it would be in the year 2608.
    good &= (whole < CALENDAR[0]) | (whole >= CALENDAR[1])
    ns = np.where(good, whole, 0) * scale + fraction * scale // SECOND_NS
    return np.where(good, ns, 0), good
