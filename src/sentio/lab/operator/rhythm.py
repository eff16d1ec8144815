"""When people are where, and how much they use: hours, weekdays, holidays, growth, rain."""

from __future__ import annotations

import numpy as np

from sentio.kernel.arrays import IntArray
from sentio.lab.day import DAY_NS, HOUR_NS, rhythm
from sentio.lab.operator.estate import Estate

PERIOD_NS = 5 * 60 * 1_000_000_000
PERIODS_A_DAY = DAY_NS // PERIOD_NS
USES_A_DAY = 16.0  # of a user
GROWTH_A_DAY = 0.0015
WEEKEND_ACTIVITY, HOLIDAY_ACTIVITY = 0.92, 0.72
BUSIEST = 1.95 / 0.96  # evening over the mean of a day, of `rhythm`
LEISURE_SHARE = (0.22, 0.45)  # of the people, on a working day and on a free one


def is_free(ts_ns: int, holidays: frozenset[int] = frozenset()) -> bool:
    """Tell whether people do not work on this day: weekends and ``holidays`` (days since 1970)."""
    day = ts_ns // DAY_NS
    return (day + 3) % 7 >= 5 or day in holidays  # 1970 began on a Thursday


def activity(ts_ns: int, start_ns: int, holidays: frozenset[int] = frozenset()) -> float:
    """Give how much people use, over the mean of a working day in the beginning."""
    busy = float(rhythm(np.array([ts_ns]))[0]) * (
        1.0 + GROWTH_A_DAY * max(0, ts_ns - start_ns) / DAY_NS
    )
    if ts_ns // DAY_NS in holidays:
        return busy * HOLIDAY_ACTIVITY
    return busy * (WEEKEND_ACTIVITY if is_free(ts_ns) else 1.0)


def whereabouts(estate: Estate, ts_ns: int, holidays: frozenset[int] = frozenset()) -> IntArray:
    """Tell in which cell each user is: at home, at work, or out; shape (users,)."""
    people, hour = estate.subjects, ts_ns % DAY_NS / HOUR_NS
    free, day = is_free(ts_ns, holidays), ts_ns // DAY_NS
    cell = people.home[: people.users]
    if not free:
        is_out = people.has_job & (hour >= people.leaves_h) & (hour < people.returns_h)
        cell = np.where(is_out, people.work, cell)
    first_h = 12.0 if free else 17.5
    if first_h <= hour < 23.0:
        chance = (people.luck[: people.users] * 97.0 + day * 0.6180339887) % 1.0
        goes_out = chance < LEISURE_SHARE[free]
        begins = first_h + chance / LEISURE_SHARE[free] * 2.0
        cell = np.where(goes_out & (hour >= begins), people.leisure, cell)
    return cell


def rain_mm_h(estate: Estate, ts_ns: int) -> float:
    """Give the rain over the city: some three showers a week, of a few hours."""
    total = 0.0
    for day in (ts_ns // DAY_NS - 1, ts_ns // DAY_NS):
        rng = np.random.default_rng([estate.seed, 3, day])
        begins_h, lasts_h, strength = rng.uniform(0, 24), rng.uniform(1, 6), rng.gamma(2.0, 3.0)
        if rng.random() < 0.45:
            passed = ((ts_ns - day * DAY_NS) / HOUR_NS - begins_h) / lasts_h
            total += strength * 4.0 * passed * (1.0 - passed) if 0.0 < passed < 1.0 else 0.0
    return total
