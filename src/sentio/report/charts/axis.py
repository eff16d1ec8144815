"""From values to places on a chart: linear scales, round steps, and marks of time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SECOND_NS = 1_000_000_000
TIME_STEPS_HOURS = (1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720, 1440, 2880, 8760, 17_520, 43_800)


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps [low, high] to [start, end] in pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Give the place of a value."""
        spread = self.high - self.low
        return self.start + (value - self.low) / (spread or 1.0) * (self.end - self.start)


def round_steps(high: float, *, most: int = 4) -> list[float]:
    """Give round counts from 0 up to a little over ``high``, for an axis.

    Examples
    --------
    >>> round_steps(870)
    [0, 250, 500, 750, 1000]
    >>> round_steps(1)
    [0, 1]
    """
    rough = max(high / most, 0.5)
    power = 10.0 ** math.floor(math.log10(rough))
    step = max(next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough), 1.0)
    step = math.ceil(step)
    return [i * step for i in range(math.ceil(high / step) + 1)]


def time_marks(first_ns: int, last_ns: int, zone: str, *, most: int) -> list[tuple[int, bool]]:
    """Give round moments of local time in a span, and whether each is midnight."""
    hours = (last_ns - first_ns) / SECOND_NS / 3600
    step = next((each for each in TIME_STEPS_HOURS if hours / each <= most), TIME_STEPS_HOURS[-1])
    begin = datetime.fromtimestamp(first_ns // SECOND_NS, ZoneInfo(zone))
    at = begin.replace(hour=0, minute=0, second=0)
    marks: list[tuple[int, bool]] = []
    while (ns := int(at.timestamp()) * SECOND_NS) <= last_ns:
        if ns >= first_ns:
            marks.append((ns, at.hour == 0))
        # Wall time: midnight stays midnight where the clocks change.
        at = at + timedelta(hours=step)
    return marks
