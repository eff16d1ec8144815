"""How many uses each source usually tells of at this hour, in all and by place.

A count is judged by the Poisson law, blunted by how much that very count scatters beyond it, after
what all others of its kind share (a holiday, an event) is divided out. The hours between are drawn
straight from one to the next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray

Held: TypeAlias = npt.NDArray[np.generic]

HOUR_NS = 3_600_000_000_000
HOURS, SLOTS = 24, 168
WINDOWS = (1, 3, 12)  # periods that are added up
DAY_KEEPS, WEEK_KEEPS, SCATTER_KEEPS = 0.7, 0.7, 0.98
LEAST_SCATTER, MOST_SCATTER = 0.003, 0.01  # of counts beyond Poisson's law, relative and squared
FEW = 4.0  # mean uses a period under which nothing is learned of the scatter


@dataclass(frozen=True, slots=True)
class Judged:
    """Counts of a window against what is usual; arrays of shape (keys,), NaN where unknown."""

    seen: FloatArray
    usual: FloatArray  # at this hour
    expected: FloatArray  # after what all others of the group share
    nats: FloatArray  # that fewer came; 0 where as many came as expected

    @property
    def ratio(self) -> FloatArray:
        """Seen over expected."""
        return self.seen / np.maximum(self.expected, 1e-9)


class Volumes:
    """Mean counts a period of every key, by hour of the day and by hour of the week."""

    def __init__(self) -> None:
        self.by_day = np.zeros((HOURS, 0))
        self.by_week = np.zeros((SLOTS, 0))
        self.scatter = np.zeros(0)
        self._sums = np.zeros((2, 0))  # of the present hour: counts, periods
        self._last = np.zeros(0)  # mean of the last hour, for hours that were never seen
        self._hour = -1
        self._recent: deque[tuple[FloatArray, FloatArray]] = deque(maxlen=max(WINDOWS))

    def see(
        self, counts: FloatArray, middle_ns: int, *, group: IntArray, but: BoolArray | None = None
    ) -> None:
        """Take in the counts of a period; those of keys in ``but`` are judged, not learned from."""
        self._grow(len(counts))
        hour = middle_ns // HOUR_NS
        if hour != self._hour:
            self._turn(hour)
        usual = self.usual(middle_ns)
        self._recent.append((counts, usual))
        learns = np.ones(len(counts), dtype=np.bool_) if but is None else ~but
        judged = self.judged(1, group)
        self._scatters(judged, learns)
        self._sums[0] += np.where(learns, counts, 0.0)
        self._sums[1] += learns

    def judged(self, periods: int, group: IntArray) -> Judged:
        """Judge the last periods; ``group`` says which keys are of one kind, -1: of none."""
        size = len(self.scatter)
        parts = list(self._recent)[-periods:]
        seen = np.sum([_padded(c, size, 0.0) for c, _ in parts], axis=0)
        usual = np.sum([_padded(u, size, np.nan) for _, u in parts], axis=0)
        expected = usual * shared(seen, usual, group)
        m = np.maximum(expected, 1e-9)
        law = seen * np.log(np.maximum(seen, 1e-9) / m) - seen + m
        law = np.where(seen < m, law, 0.0) / (1.0 + self.scatter * m)
        return Judged(seen, usual, expected, np.nan_to_num(law))

    @property
    def reach(self) -> int:
        """How many periods are held."""
        return len(self._recent)

    def saved(self) -> dict[str, Held]:
        """Give all that was learned."""
        size = len(self.scatter)
        recent = [
            np.stack([_padded(c, size, 0.0), _padded(u, size, np.nan)]) for c, u in self._recent
        ]
        return {
            "by_day": self.by_day,
            "by_week": self.by_week,
            "scatter": self.scatter,
            "sums": self._sums,
            "last": self._last,
            "hour": np.array([self._hour]),
            "recent": np.array(recent).reshape(-1, 2, size),
        }

    @classmethod
    def restored(cls, arrays: Mapping[str, Held]) -> Volumes:
        """Go on from what `saved` gave."""
        again = cls()
        held = {name: np.array(each, dtype=np.float64) for name, each in arrays.items()}
        again.by_day, again.by_week = held["by_day"], held["by_week"]
        again.scatter, again._sums = held["scatter"], held["sums"]
        again._last = held["last"]
        again._hour = int(held["hour"][0])
        again._recent.extend((counts, usual) for counts, usual in held["recent"])
        return again

    def usual(self, middle_ns: int) -> FloatArray:
        """Give the usual count of a period at a moment."""
        at = middle_ns / HOUR_NS - 0.5
        first, share = int(np.floor(at)), at - np.floor(at)
        one, other = self._at(first), self._at(first + 1)
        drawn = one * (1.0 - share) + other * share
        return np.where(np.isnan(one), other, np.where(np.isnan(other), one, drawn))

    def _at(self, hour: int) -> FloatArray:
        day, week = self.by_day[hour % HOURS], self.by_week[hour % SLOTS]
        known = np.where(np.isnan(week), day, 0.5 * (week + day))
        return np.where(np.isnan(known), self._last, known)

    def _scatters(self, judged: Judged, learns: BoolArray) -> None:
        m = judged.expected
        with np.errstate(invalid="ignore", divide="ignore"):
            beyond = ((judged.seen - m) ** 2 - m) / m**2
            known = learns & (m > FEW)
            odd = beyond > 9.0 * (self.scatter + 1.0 / m)  # teaches nothing
        beyond = np.where(odd, self.scatter, beyond)
        step = (1.0 - SCATTER_KEEPS) * (beyond - self.scatter)
        grown = self.scatter + np.where(known, step, 0.0)
        self.scatter = np.clip(grown, LEAST_SCATTER, MOST_SCATTER)

    def _turn(self, hour: int) -> None:
        is_taught = self._sums[1] > 0
        if self._hour >= 0 and is_taught.any():
            mean = self._sums[0] / np.maximum(self._sums[1], 1.0)
            self._last = np.where(is_taught, mean, self._last)
            for table, at, keeps in (
                (self.by_day, self._hour % HOURS, DAY_KEEPS),
                (self.by_week, self._hour % SLOTS, WEEK_KEEPS),
            ):
                old = np.where(np.isnan(table[at]), mean, table[at])
                table[at] = np.where(is_taught, old + (1 - keeps) * (mean - old), table[at])
        self._hour = hour
        self._sums[:] = 0.0

    def _grow(self, keys: int) -> None:
        more = keys - len(self.scatter)
        if more <= 0:
            return
        self.by_day = np.pad(self.by_day, ((0, 0), (0, more)), constant_values=np.nan)
        self.by_week = np.pad(self.by_week, ((0, 0), (0, more)), constant_values=np.nan)
        self.scatter = np.pad(self.scatter, (0, more), constant_values=MOST_SCATTER)
        self._sums = np.pad(self._sums, ((0, 0), (0, more)))
        self._last = np.pad(self._last, (0, more), constant_values=np.nan)


def shared(seen: FloatArray, usual: FloatArray, group: IntArray) -> FloatArray:
    """Give what all others of its group saw over what is usual of them; NaN for one alone.

    Examples
    --------
    >>> shared(np.array([5.0, 4.0, 4.0]), np.array([10.0, 8.0, 8.0]), np.zeros(3, int)).tolist()
    [0.5, 0.5, 0.5]
    """
    known = np.isfinite(usual) & (group >= 0)
    at = np.where(known, group, int(group.max(initial=0)) + 1)
    x, m = np.where(known, seen, 0.0), np.where(known, usual, 0.0)
    others_seen = np.bincount(at, x)[at] - x
    others_usual = np.bincount(at, m)[at] - m
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = others_seen / others_usual
    return np.where(group < 0, 1.0, np.where(others_usual > 1e-6, ratio, np.nan))


def _padded(values: FloatArray, size: int, fill: float) -> FloatArray:
    if len(values) == size:
        return values
    return np.pad(values, (0, size - len(values)), constant_values=fill)
