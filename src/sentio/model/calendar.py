"""Which days people do not work: weekends and public holidays of a country, and days of one's own.

Holidays are those of the `holidays` library; a day is that of UTC, as everywhere in counting.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from sentio.kernel.arrays import BoolArray, IntArray
from sentio.kernel.errors import UnknownName

SATURDAY, SUNDAY = 5, 6  # days after Monday
YEARS = range(2015, 2051)  # of which holidays are known
BEGINNING = date(1970, 1, 1)  # a Thursday
THURSDAY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Free days: those of the ``weekend`` (0 Monday to 6), and ``days_off`` (days since 1970)."""

    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})
    days_off: frozenset[int] = frozenset()

    def is_free(self, day: IntArray) -> BoolArray:
        """Tell which days, since 1970, are free.

        Examples
        --------
        >>> calendar = Calendar(days_off=frozenset({4}))
        >>> calendar.is_free(np.array([0, 2, 3, 4])).tolist()
        [False, True, True, True]
        """
        day = np.asarray(day, dtype=np.int64)
        is_weekend = np.isin((day + THURSDAY) % 7, list(self.weekend))
        return np.asarray(is_weekend | np.isin(day, list(self.days_off)), dtype=np.bool_)


def calendar_of(country: str = "", also: Iterable[date] = ()) -> Calendar:
    """Make the calendar of a country (ISO 3166-1 alpha-2, or one with its part: ``DE-BY``).

    Raises
    ------
    UnknownName
        There is no such country, or no such part of it.

    Examples
    --------
    >>> day = (date(2026, 7, 14) - date(1970, 1, 1)).days
    >>> [bool(calendar_of(name).is_free(np.array([day]))[0]) for name in ("FR", "IT", "")]
    [True, False, False]
    """
    import holidays  # noqa: PLC0415 - large, and few calls need it

    own = frozenset((each - BEGINNING).days for each in also)
    if not country:
        return Calendar(days_off=own)
    code, _, part = country.upper().partition("-")
    known = holidays.list_supported_countries()
    if code not in known:
        raise UnknownName.among("country", code, known)
    if part and part not in known[code]:
        raise UnknownName.among(f"part of {code}", part, known[code])
    found = holidays.country_holidays(code, subdiv=part or None, years=YEARS)
    days = frozenset((each - BEGINNING).days for each in found)
    return Calendar(weekend=frozenset(found.weekend), days_off=days | own)
