"""Times written as ``2026-11-28 07:00:48.123`` (ISO 8601, no zone), read from bytes in one pass."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int32]

SECONDS_END = 19  # behind ``YYYY-MM-DD HH:MM:SS``
MOST_DECIMALS = 9
DATE_MARK, TIME_MARK, POINT, SPACE, LETTER_T = (ord(each) for each in "-:. T")
FIRST_YEAR, LAST_YEAR = 1970, 2200  # int64 nanoseconds end in 2262
DAY_S = 86_400


def read_clock(data: Bytes, start: Places, end: Places) -> pa.Array | None:
    """Read a column of times; an empty field is null.

    Parameters
    ----------
    data, start, end
        The bytes, and where each field lies in them.

    Returns
    -------
    times
        timestamp[ns], or None if some field is written in another way.
    """
    ns = np.empty(len(start), dtype=np.int64)
    valid = np.empty(len(start), dtype=np.bool_)
    if not _read(data, start, end, ns, valid):
        return None
    whole = pa.array(ns) if valid.all() else pa.array(ns, mask=~valid)
    return whole.cast(pa.timestamp("ns"))


@numba.njit(nogil=True, cache=True, boundscheck=False)
def _read(
    data: Bytes, start: Places, end: Places, ns: npt.NDArray[np.int64], valid: npt.NDArray[np.bool_]
) -> bool:
    for i in range(len(start)):
        at, stop = int(start[i]), int(end[i])
        valid[i] = stop > at
        ns[i] = 0
        if stop == at:
            continue
        if stop - at < SECONDS_END or not _has_marks(data, at):
            return False
        year, month = _number(data, at, 4), _number(data, at + 5, 2)
        day, second = _number(data, at + 8, 2), _second_of_day(data, at + 11)
        fraction_ns = _fraction_ns(data, at + SECONDS_END, stop)
        is_date = FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12
        if not is_date or not 1 <= day <= _days_in(year, month) or min(second, fraction_ns) < 0:
            return False
        ns[i] = (_days(year, month, day) * DAY_S + second) * 1_000_000_000 + fraction_ns
    return True


@numba.njit(nogil=True, cache=True, inline="always")
def _second_of_day(data: Bytes, at: int) -> int:
    """Read ``HH:MM:SS``; -1 if there is no such time."""
    hour, minute, second = _number(data, at, 2), _number(data, at + 3, 2), _number(data, at + 6, 2)
    if 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60:
        return hour * 3600 + minute * 60 + second
    return -1


@numba.njit(nogil=True, cache=True, inline="always")
def _fraction_ns(data: Bytes, at: int, stop: int) -> int:
    """Read what stands behind the seconds: nothing, or a point and decimals; -1 if it is else."""
    decimals = stop - at - 1
    if decimals < 0:
        return 0
    if data[at] != POINT or not 1 <= decimals <= MOST_DECIMALS:
        return -1
    return _number(data, at + 1, decimals) * 10 ** (MOST_DECIMALS - decimals)


@numba.njit(nogil=True, cache=True, inline="always")
def _has_marks(data: Bytes, at: int) -> bool:
    is_date = data[at + 4] == DATE_MARK and data[at + 7] == DATE_MARK
    between = data[at + 10] == SPACE or data[at + 10] == LETTER_T
    return is_date and between and data[at + 13] == TIME_MARK and data[at + 16] == TIME_MARK


@numba.njit(nogil=True, cache=True, inline="always")
def _number(data: Bytes, at: int, digits: int) -> int:
    """Read so many digits; -1 if one is none."""
    value = 0
    for j in range(at, at + digits):
        digit = int(data[j]) - 48
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


@numba.njit(nogil=True, cache=True, inline="always")
def _days_in(year: int, month: int) -> int:
    if month == 2:
        is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if is_leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


@numba.njit(nogil=True, cache=True, inline="always")
def _days(year: int, month: int, day: int) -> int:
    """Count the days since 1970: a year that begins in March has its odd day last."""
    y = year - (month <= 2)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return 365 * y + y // 4 - y // 100 + y // 400 + day_of_year - 719_468
