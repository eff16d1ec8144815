"""Which weekday a day is like: on a holiday people are where they are on a free day, not at work.

Nobody need name the holiday. Each hour of the week has learned where uses come from; a day whose
hours are better told by another weekday is taken for that one, for its usual scores and for what
it teaches, from the hour that makes it clear until midnight.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from sentio.kernel.arrays import FloatArray

HOUR_NS, HOURS, DAYS = 3_600_000_000_000, 24, 7
SLOTS = HOURS * DAYS
KEEPS = 0.7  # of what an hour has taught, a week later
SCATTER = 0.05  # of counts beyond Poisson's law, relative and squared
SURE_NATS = 50.0  # by which another weekday must tell the day better
REMAINS = 0.35  # of the misfit at most: what hits some places only makes no other day of it
FEW_USES = 200.0  # in an hour, from which it is no evidence


class Days:
    """Where uses come from at each hour of the week, and what the present day is like.

    ``means`` has the shape (168, places): mean uses of an hour, as far as it was seen.
    """

    def __init__(self) -> None:
        self.means = np.zeros((SLOTS, 0))
        self.like = -1  # the weekday that the present day is like, if it is not its own
        self._hour = -1  # since 1970
        self._sums = np.zeros(0)
        self._misfit = np.zeros(DAYS)  # of the present day, told by each weekday, in nats

    def see(self, uses: FloatArray, start_ns: int) -> None:
        """Take in a period's uses by place, shape (places,); places only come, none goes."""
        hour = start_ns // HOUR_NS
        if hour != self._hour:
            self._turn(hour)
        more = len(uses) - self.means.shape[1]
        if more > 0:
            self.means = np.pad(self.means, ((0, 0), (0, more)))
            self._sums = np.pad(self._sums, (0, more))
        self._sums[: len(uses)] += uses

    def slot(self, start_ns: int) -> int:
        """Give the hour of the week to judge a period by, [0, 168); 0 is Thursday 00:00 UTC."""
        own = int(start_ns // HOUR_NS % SLOTS)
        is_today = start_ns // HOUR_NS // HOURS == self._hour // HOURS
        return self.like * HOURS + own % HOURS if self.like >= 0 and is_today else own

    def saved(self) -> dict[str, npt.NDArray[np.generic]]:
        """Give all that was learned."""
        now = np.array([self.like, self._hour])
        return {"means": self.means, "sums": self._sums, "misfit": self._misfit, "now": now}

    @classmethod
    def restored(cls, saved: Mapping[str, npt.NDArray[np.generic]]) -> Days:
        """Go on from what `saved` gave."""
        again = cls()
        again.means = np.array(saved["means"], dtype=np.float64)
        again._sums = np.array(saved["sums"], dtype=np.float64)
        again._misfit = np.array(saved["misfit"], dtype=np.float64)
        again.like, again._hour = (int(each) for each in saved["now"])
        return again

    def _turn(self, hour: int) -> None:
        if self._hour >= 0 and self._sums.sum() > 0.0:
            self._judge()
            slot = self.slot(self._hour * HOUR_NS)
            held = self.means[slot]
            self.means[slot] = (
                held * KEEPS + self._sums * (1.0 - KEEPS) if held.any() else self._sums
            )
        if hour // HOURS != self._hour // HOURS:
            self.like, self._misfit = -1, np.zeros(DAYS)
        self._hour = hour
        self._sums = np.zeros(self.means.shape[1])

    def _judge(self) -> None:
        """Weigh the hour that is over: which weekday's places tell it best."""
        if self._sums.sum() < FEW_USES:
            return
        means = self.means[self._hour % HOURS :: HOURS]
        known = means.sum(axis=1) > FEW_USES
        means = means + 0.5  # where none was seen, one may come
        expected = means * (self._sums.sum() / means.sum(axis=1))[:, None]
        spread = expected * (1.0 + SCATTER * expected)
        misfit = ((self._sums - expected) ** 2 / spread).sum(axis=1) / 2.0
        own = self._hour // HOURS % DAYS
        if not known[own]:
            return
        self._misfit += np.where(known, misfit, misfit[own])
        gain = self._misfit[own] - self._misfit
        best = int(gain.argmax())
        chance = float(len(self._sums))  # as much misfit as two hours have of nothing
        is_better = self._misfit[best] + chance < REMAINS * (self._misfit[own] + chance)
        self.like = best if is_better and gain[best] > SURE_NATS else -1
