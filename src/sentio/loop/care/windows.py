"""When a work would harm the least: every hour of the coming days tried as its beginning."""

from __future__ import annotations

import numpy as np

from sentio.kernel.arrays import FloatArray
from sentio.loop.care.seen import HOUR_NS, Hourly, hour_kind
from sentio.model.calendar import Calendar
from sentio.model.work import Window

AHEAD_DAYS = 7
MOST_SUBJECTS = 20_000  # that are looked at one by one; more are sampled
SHOWN = 12


def windows(
    hourly: Hourly, *, now_ns: int, lasts_ns: int, felt: float, minutes_lost: float
) -> tuple[Window, ...]:
    """Give the least harmful windows of the coming days, the best first.

    Parameters
    ----------
    felt
        Share of the uses within reach that feel it.
    minutes_lost
        Experience minutes that a use within reach loses.
    """
    first_ns = -(-now_ns // HOUR_NS) * HOUR_NS
    starts = [first_ns + at * HOUR_NS for at in range(24 * AHEAD_DAYS)]
    found = [
        _window(hourly, start_ns, lasts_ns, felt=felt, minutes_lost=minutes_lost)
        for start_ns in starts
    ]
    return tuple(sorted(found, key=lambda each: (each.lost_min, each.begins_ns))[:SHOWN])


def window_at(
    hourly: Hourly, begins_ns: int, ends_ns: int, *, felt: float, minutes_lost: float
) -> Window:
    """Tell what a work would cost in one window."""
    return _window(hourly, begins_ns, ends_ns - begins_ns, felt=felt, minutes_lost=minutes_lost)


def _window(
    hourly: Hourly, begins_ns: int, lasts_ns: int, *, felt: float, minutes_lost: float
) -> Window:
    ends_ns = begins_ns + lasts_ns
    every = max(1, len(hourly.subject) // MOST_SUBJECTS)
    uses = _weights(begins_ns, ends_ns, hourly.calendar) @ hourly.uses[:, ::every]
    subjects = float(0.0 - np.expm1(-uses * felt).sum()) * every  # never -0
    lost = float(uses.sum()) * every * minutes_lost
    return Window(begins_ns=begins_ns, ends_ns=ends_ns, subjects=subjects, lost_min=lost)


def _weights(begins_ns: int, ends_ns: int, calendar: Calendar) -> FloatArray:
    """Give how often each hour of a working and of a free day lies in a window, shape (48,)."""
    first = begins_ns // HOUR_NS
    hours = np.arange(first, -(-ends_ns // HOUR_NS), dtype=np.int64)
    from_ns, until_ns = hours * HOUR_NS, (hours + 1) * HOUR_NS
    share = (np.minimum(until_ns, ends_ns) - np.maximum(from_ns, begins_ns)) / HOUR_NS
    kind = hour_kind(from_ns, calendar)
    return np.asarray(np.bincount(kind, share, minlength=48), dtype=np.float64)
