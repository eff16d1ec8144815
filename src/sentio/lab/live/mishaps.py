"""What goes wrong by itself while the lab runs: now and then a fault, and never two at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sentio.kernel.errors import UnknownName
from sentio.lab.day import DAY_NS, HOUR_NS
from sentio.lab.faults.kinds import KINDS
from sentio.lab.faults.truth import Fault
from sentio.lab.simulation import Operator

TRIES = 10
BY_DAY = (6.5, 21.0)  # hours in which enough people would feel it
MINUTES = (25.0, 50.0)
SEVERITY = (0.7, 1.0)


@dataclass(slots=True)
class Mishaps:
    """Breaks something ``a_day`` times a simulated day, while all else is well.

    ``next_ns`` is when the next is due.
    """

    a_day: float
    rng: np.random.Generator
    next_ns: int
    turn: list[str] = field(default_factory=list[str])

    def happen(self, operator: Operator) -> Fault | None:
        """Break something if it is due, by day, and nothing else is broken."""
        now_ns = operator.now_ns
        if self.a_day <= 0.0 or now_ns < self.next_ns:
            return None
        hour = now_ns % DAY_NS / HOUR_NS
        is_ill = any(each.harmful and each.end_ns > now_ns for each in operator.truth)
        if is_ill or not BY_DAY[0] <= hour < BY_DAY[1]:
            return None
        gap_ns = DAY_NS / self.a_day * self.rng.uniform(0.7, 1.3)
        self.next_ns = now_ns + round(gap_ns)
        return self._one(operator)

    def _one(self, operator: Operator) -> Fault | None:
        for _ in range(TRIES):
            self.turn = self.turn or self.rng.permutation(list(KINDS)).tolist()
            try:
                return operator.break_where_felt(
                    self.turn.pop(),
                    severity=float(self.rng.uniform(*SEVERITY)),
                    minutes=float(self.rng.uniform(*MINUTES)),
                )
            except UnknownName:  # too small a city for this kind
                continue
        return None
