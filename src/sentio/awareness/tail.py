"""How often chance alone looks this odd: the tail of the evidence, counted while nothing is wrong.

The law of large deviations is exact for independent uses; those of one person are not. So the rate
at which evidence exceeds a height is counted, and followed beyond what was seen by an exponential,
as the theory of extreme values allows (J. Pickands, Ann. Statist. 3 (1975) 119-131).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sentio.kernel.arrays import FloatArray

STEP, MOST = 0.25, 100.0
OFTEN_A_DAY, SELDOM_A_DAY = 200.0, 8.0
"""Rates between which the slope is measured: below, too few were seen; above, it is no tail."""
FLATTEST, STEEPEST = 0.15, 1.0
UNTAUGHT_SLOPE, UNTAUGHT_HEIGHT = 0.6, 12.0
FEWEST_TICKS = 288
KEEPS = 0.9985  # a tick: half is forgotten after a day and a half, for baselines ripen


@dataclass(slots=True)
class Tail:
    """Counts of evidence by height, over all places and periods so far."""

    ticks_a_day: float
    ticks: float = 0.0  # as far as they are not forgotten
    counts: FloatArray = field(default_factory=lambda: np.zeros(int(MOST / STEP)))

    def learn(self, nats: FloatArray) -> None:
        """Take in the evidence of a period's places; what is near zero may be left out."""
        self.ticks = self.ticks * KEEPS + 1.0
        self.counts *= KEEPS
        at = np.minimum((nats / STEP).astype(np.int64), len(self.counts) - 1)
        self.counts += np.bincount(at, minlength=len(self.counts))

    def height(self, per_day: float) -> float:
        """Give the evidence that chance exceeds so many times a day."""
        if self.ticks < FEWEST_TICKS:
            return UNTAUGHT_HEIGHT - np.log(per_day) / UNTAUGHT_SLOPE
        seldom, slope = self._fitted()
        return seldom + float(np.log(SELDOM_A_DAY / per_day)) / slope

    def per_day(self, nats: float) -> float:
        """Give how many times a day chance exceeds this evidence."""
        seldom, slope = self._fitted()
        return SELDOM_A_DAY * float(np.exp(-slope * (nats - seldom)))

    def _fitted(self) -> tuple[float, float]:
        often, seldom = self._exceeded(OFTEN_A_DAY), self._exceeded(SELDOM_A_DAY)
        slope = float(np.log(OFTEN_A_DAY / SELDOM_A_DAY)) / max(seldom - often, STEP)
        return seldom, float(np.clip(slope, FLATTEST, STEEPEST))

    def _exceeded(self, per_day: float) -> float:
        above = np.cumsum(self.counts[::-1])[::-1] * self.ticks_a_day / max(self.ticks, 1)
        return STEP * float(np.searchsorted(-above, -per_day))
