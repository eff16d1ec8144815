"""A day is judged as the weekday that it is like."""

from __future__ import annotations

import numpy as np

from sentio.awareness.days import DAYS, HOUR_NS, HOURS, Days

HOME = np.repeat([30.0, 4.0], 40)  # uses an hour at homes and at offices
OFFICE = np.repeat([8.0, 34.0], 40)
WORKDAYS = {1, 4, 5, 6, 0}  # days since 1970 modulo 7; 2 is a Saturday, 3 a Sunday


def day(days: Days, day: int, *, is_free: bool, lost: slice | None = None) -> list[int]:
    """Let a day pass; gives the weekday that each of its hours was judged as."""
    found: list[int] = []
    for hour in range(HOURS):
        at_work = 8 <= hour < 18 and not is_free
        uses = np.random.default_rng([day, hour]).poisson(OFFICE if at_work else HOME)
        if lost is not None:
            uses[lost] = 0
        start_ns = (day * HOURS + hour) * HOUR_NS
        days.see(uses.astype(np.float64), start_ns)
        found.append(days.slot(start_ns) // HOURS)
    return found


def learned() -> Days:
    """Three weeks that begin on a Thursday."""
    days = Days()
    for each in range(21):
        assert set(day(days, each, is_free=each % DAYS not in WORKDAYS)) == {each % DAYS}
    return days


def test_a_holiday_is_taken_for_a_free_day_from_the_hour_that_shows_it() -> None:
    days = learned()
    judged = day(days, 25, is_free=True)  # a Monday
    assert set(judged[:9]) == {4}
    assert set(judged[10:]) <= {2, 3}
    assert set(day(days, 26, is_free=False)) == {5}


def test_weekdays_that_were_never_seen_are_like_none_however_many_places_there_are() -> None:
    days = Days()
    for each in range(DAYS):
        for hour in range(HOURS):
            start_ns = (each * HOURS + hour) * HOUR_NS
            uses = np.random.default_rng([each, hour]).poisson(np.linspace(1.0, 60.0, 1000))
            days.see(uses.astype(np.float64), start_ns)
            assert days.slot(start_ns) // HOURS == each


def test_places_that_fall_silent_make_no_other_day() -> None:
    days = learned()
    assert set(day(days, 25, is_free=False, lost=slice(0, 40))) == {4}


def test_it_goes_on_from_what_was_saved() -> None:
    days = learned()
    again = Days.restored(days.saved())
    assert day(again, 25, is_free=True) == day(days, 25, is_free=True)
