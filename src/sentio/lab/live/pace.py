"""Simulated time beside the wall's: so many times as fast, and never ahead of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from sentio.kernel.clock import Clock, SystemClock
from sentio.kernel.errors import ConfigError

SECOND_NS = 1_000_000_000
SLOWEST, FASTEST = 1.0, 100.0
SEND_S = 3.0  # of the wall, between two sendings; sooner, and commits take up the time
MOST_PIECES = 5  # of a period
FIRST_PERIODS = 12  # of the past are sent together at first: a first hour is soon read
HISTORY_PERIODS = 36  # and from then on: three hours
HISTORY_S = HISTORY_PERIODS * 300
"""So far the newest use may be ahead of what one source has sent, while the past is caught up."""


def check_speed(speed: float) -> float:
    """Refuse a speed that is none; raises `ConfigError`."""
    if not SLOWEST <= speed <= FASTEST:
        raise ConfigError(
            f"a speed of {speed:g}",
            where="--speed",
            expected=f"{SLOWEST:g} to {FASTEST:g} simulated seconds a second",
        )
    return speed


def pieces_of(length_ns: int, speed: float) -> int:
    """Tell in how many pieces a period is sent, so that none comes sooner than `SEND_S`.

    Examples
    --------
    >>> [pieces_of(300 * SECOND_NS, speed) for speed in (1, 20, 60, 100)]
    [5, 5, 2, 1]
    """
    length_s = length_ns / SECOND_NS / speed
    return min(max(round(length_s / SEND_S), 1), MOST_PIECES)


@dataclass(slots=True)
class Pace:
    """Waits until simulated moments have come.

    Who is late stays late: time lost is not made up for, or a Sentio that comes back would be
    flooded. Simulated time that reaches the wall's goes on at its pace.
    """

    speed: float
    clock: Clock
    stop: Event
    monotonic: Callable[[], float] = time.monotonic
    due_s: float | None = None
    late_s: float = 0.0

    @classmethod
    def of(cls, speed: float, stop: Event, clock: Clock | None = None) -> Pace:
        """Begin now."""
        return cls(speed=check_speed(speed), clock=clock or SystemClock(), stop=stop)

    def wait(self, length_ns: int, until_ns: int) -> bool:
        """Wait until so much simulated time has passed, up to a moment; False once stopped."""
        now_s, step_s = self.monotonic(), length_ns / SECOND_NS / self.speed
        due_s = (now_s if self.due_s is None else self.due_s) + step_s
        self.late_s = max(0.0, now_s - due_s)
        self.due_s = max(due_s, now_s)
        ahead_s = (until_ns - self.clock.now_ns()) / SECOND_NS
        if ahead_s > self.due_s - now_s:
            self.due_s = now_s + ahead_s
        return not self.stop.wait(max(0.0, self.due_s - now_s))
