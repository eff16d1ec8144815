"""What each domain usually takes of a path, learned while nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from sentio.kernel.arrays import BoolArray
from sentio.loop.domains.decompose import Usual, elsewhere
from sentio.loop.domains.glance import Glance
from sentio.loop.domains.readings import Reading
from sentio.model.intent import AutonomousDomain

KEPT = 0.97  # of what was known, after a period
FEWEST_PERIODS = 12  # before what is usual may be said
FEWEST_USES = 30


@dataclass(slots=True)
class UsualTakes:
    """Means by name of a domain, of everything but outages; and the MOS of lossless uses."""

    periods: int = 0
    best_mos: float = 5.0
    takes: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])

    def learn(
        self,
        glance: Glance,
        which: BoolArray,
        readings: Mapping[str, Reading],
        path: Iterable[AutonomousDomain],
    ) -> None:
        """Take in a period in which nothing is wrong."""
        if int(which.sum()) < FEWEST_USES:
            return
        path = list(path)
        lost = {name: _mean(glance, f"loss_{name}", which) for name in elsewhere(path)}
        for name, value in lost.items():
            self._note(name, "lost_mos", value)
        for each in path:
            values = readings[each.name].values if each.name in readings else {}
            for target in ("lost_mos", "delay_ms", "loss_ratio"):
                if target in values:
                    self._note(each.name, target, values[target])
        total = sum(lost.values()) + sum(
            readings[each.name].values.get("lost_mos", 0.0)
            for each in path
            if each.name in readings
        )
        self.best_mos = self._mixed(self.best_mos, float(glance.mos[which].mean()) + total)
        self.periods += 1

    def usual(self) -> Usual | None:
        """Give what is usual; None before enough was seen."""
        if self.periods < FEWEST_PERIODS:
            return None
        return Usual(best_mos=min(self.best_mos, 5.0), takes=self.takes)

    def _note(self, domain: str, target: str, value: float) -> None:
        known = self.takes.setdefault(domain, {})
        known[target] = self._mixed(known[target], value) if target in known else value

    def _mixed(self, known: float, value: float) -> float:
        share = max(1.0 - KEPT, 1.0 / (self.periods + 1.0))
        return known + share * (value - known)


def _mean(glance: Glance, column: str, which: BoolArray) -> float:
    if column not in glance.uses.column_names:
        return 0.0
    told = np.nan_to_num(np.asarray(glance.uses.column(column), dtype=np.float64))
    return float(told[which].mean())
