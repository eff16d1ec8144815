"""How many uses a place usually has at this hour, and which places have fallen silent.

What sleeps makes no bad uses, it makes none. A count is judged by the Poisson law, blunted by how
much counts scatter beyond it, after a change that all places share (a holiday, a lost probe) is
divided out.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from sentio.awareness.series import Place, SeriesBook
from sentio.kernel.arrays import FloatArray

HOURS, DAYS = 24, 7
PERIODS = 6  # that are added up
DAY_KEEPS, WEEK_KEEPS = 0.7, 0.7
SCATTER = 0.08  # of counts beyond Poisson's law, relative and squared
LEAST_EXPECTED = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A place with far fewer uses than usual."""

    place: Place
    seen: float
    expected: float
    nats: float


@dataclass(slots=True)
class Volumes:
    """Mean uses a period of every place: by hour of the day, and by hour of the week."""

    by_day: FloatArray = field(default_factory=lambda: np.zeros((HOURS, 0)))
    by_week: FloatArray = field(default_factory=lambda: np.full((HOURS * DAYS, 0), np.nan))
    _hour: int = -1
    _sums: FloatArray = field(default_factory=lambda: np.zeros(0))
    _ticks: int = 0
    _recent: deque[tuple[FloatArray, FloatArray]] = field(
        default_factory=lambda: deque[tuple[FloatArray, FloatArray]](maxlen=PERIODS)
    )

    def see(self, book: SeriesBook, n: FloatArray, *, slot: int) -> None:
        """Take in the uses of each series in one period; ``slot`` is the hour of the week."""
        counts = np.bincount(book.place[: len(n)], n, len(book.places)).astype(np.float64)
        self._grow(len(counts))
        if slot != self._hour:
            self._turn(slot)
        self._sums += counts
        self._ticks += 1
        expected = self._expected(slot)
        whole = expected.sum()
        common = counts.sum() / whole if whole > 0 else 1.0
        self._recent.append((counts, expected * common))

    def silent(self, book: SeriesBook, dimension: str, *, nats: float) -> list[Silence]:
        """List places of a dimension that are far below their usual, the surest first."""
        if not self._recent:
            return []
        size = min(len(c) for c, _ in self._recent)
        seen = np.sum([c[:size] for c, _ in self._recent], axis=0)
        expected = np.sum([e[:size] for _, e in self._recent], axis=0)
        x, m = seen, np.maximum(expected, 1e-9)
        law = x * np.log(np.maximum(x, 1e-9) / m) - x + m
        law = np.where(x < m, law, 0.0) / (1.0 + SCATTER * m / PERIODS)
        found = [
            Silence(
                place=book.places[i],
                seen=float(x[i]),
                expected=float(m[i]),
                nats=float(law[i]),
            )
            for i in np.flatnonzero((law > nats) & (m > LEAST_EXPECTED)).tolist()
            if book.places[i].dimension == dimension
        ]
        return sorted(found, key=lambda s: -s.nats)

    def _expected(self, slot: int) -> FloatArray:
        week, day = self.by_week[slot], self.by_day[slot % HOURS]
        return np.where(np.isnan(week), day, 0.5 * (np.nan_to_num(week) + day))

    def _turn(self, slot: int) -> None:
        if self._hour >= 0 and self._ticks:
            mean, hour = self._sums / self._ticks, self._hour % HOURS
            day, week = self.by_day[hour], self.by_week[self._hour]
            is_new = day == 0.0
            self.by_day[hour] = np.where(is_new, mean, day + (1 - DAY_KEEPS) * (mean - day))
            old = np.where(np.isnan(week), mean, week)
            self.by_week[self._hour] = old + (1 - WEEK_KEEPS) * (mean - old)
        self._hour, self._ticks = slot, 0
        self._sums[:] = 0.0

    def _grow(self, places: int) -> None:
        more = places - self.by_day.shape[1]
        if more <= 0:
            return
        self.by_day = np.concatenate([self.by_day, np.zeros((HOURS, more))], axis=1)
        fresh = np.full((HOURS * DAYS, more), np.nan)
        self.by_week = np.concatenate([self.by_week, fresh], axis=1)
        self._sums = np.concatenate([self._sums, np.zeros(more)])
