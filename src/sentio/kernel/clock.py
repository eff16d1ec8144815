"""Time is an argument: who passes the clock owns the time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Whatever can say what time it is."""

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own clock."""

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC."""
        return time.time_ns()


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until somebody moves it; tests own it."""

    at_ns: int

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC."""
        return self.at_ns
