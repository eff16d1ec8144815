"""A day of people: when they use the network, and when the simulated span begins and ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import FloatArray, IntArray

SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS
DAY_NS = 24 * HOUR_NS
LAST_HOUR = 23  # the span ends there: the whole evening is in it, whatever its length
STEP_NS = 5 * MINUTE_NS

HOURLY = np.array(
    [
        *(0.32, 0.20, 0.14, 0.11, 0.12, 0.25, 0.60, 0.95, 1.10, 1.10, 1.10, 1.15),
        *(1.25, 1.20, 1.10, 1.10, 1.20, 1.35, 1.50, 1.75, 1.95, 1.85, 1.40, 0.80),
    ]
)
"""Use at the beginning of each hour, over its mean of a day: the usual shape of mobile traffic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """[start, end) of the simulation, whole hours, in ns since 1970 UTC."""

    start_ns: int
    end_ns: int

    @property
    def hours(self) -> int:
        """Length in hours."""
        return (self.end_ns - self.start_ns) // HOUR_NS

    def clock(self, hour: float) -> int:
        """Give the moment of the last simulated day at which it was so many hours."""
        return self.end_ns - self.end_ns % DAY_NS + round(hour * HOUR_NS)


def span_before(now_ns: int, *, hours: int) -> Span:
    """Give the span that ends at the last 23:00 UTC: all calls of a day give the same."""
    end_ns = (now_ns - LAST_HOUR * HOUR_NS) // DAY_NS * DAY_NS + LAST_HOUR * HOUR_NS
    return Span(start_ns=end_ns - hours * HOUR_NS, end_ns=end_ns)


def hour_of_day(ts_ns: IntArray) -> FloatArray:
    """Give the time of day in hours, [0, 24)."""
    return ts_ns % DAY_NS / HOUR_NS


def rhythm(ts_ns: IntArray) -> FloatArray:
    """Give how busy people are at these moments, over the mean of a day."""
    hour = hour_of_day(ts_ns)
    return np.interp(hour, np.arange(25), np.append(HOURLY, HOURLY[0])) / HOURLY.mean()


def moments(rng: np.random.Generator, span: Span, *, per_day: float) -> IntArray:
    """Draw the moments of uses by the rhythm, in order; ``per_day`` of them on a whole day."""
    steps = np.arange(span.start_ns, span.end_ns, STEP_NS)
    weight = np.cumsum(rhythm(steps + STEP_NS // 2))
    count = max(1, round(per_day * float(weight[-1]) * STEP_NS / DAY_NS))
    step = np.searchsorted(weight, rng.random(count) * weight[-1], side="right")
    return np.sort(steps[step] + rng.integers(0, STEP_NS, count))


def every(span: Span, step_ns: int) -> IntArray:
    """Give the moments of a regular report, the first at the start."""
    return np.arange(span.start_ns, span.end_ns, step_ns)
