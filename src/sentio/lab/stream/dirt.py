"""The dirt of feeds while they run: rows that come late, twice, cut off, or of a wrong clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from sentio.kernel.arrays import BoolArray, IntArray

LATE, TWICE, CUT, AHEAD = 2e-3, 1e-3, 1e-4, 2e-4  # of the rows of users
GLUED, SPARSE = 5e-4, 5e-4  # of the rows of things
SUSPECT, NIL, NO_NUMBER = 2e-3, 1e-3, 1e-4  # of measured objects, and twice of their values
WRONG_YEAR_NS = 366 * 86_400 * 1_000_000_000
LATEST_PERIODS = 6  # that a late row is held back


@dataclass(slots=True)
class Dirt:
    """Draws what is soiled, and counts it by kind of dirt.

    ``scale`` multiplies all rates; 0 keeps everything clean.
    """

    rng: np.random.Generator
    scale: float = 1.0
    counts: Counter[str] = field(default_factory=Counter[str])

    def rows(self, kind: str, rate: float, rows: int) -> BoolArray:
        """Draw the rows that one kind of dirt hits, and count them."""
        if self.scale <= 0.0 or not rows:
            return np.zeros(rows, dtype=np.bool_)
        hit = np.zeros(rows, dtype=np.bool_)
        chance = min(rate * self.scale, 0.5)
        hit[self.rng.choice(rows, self.rng.binomial(rows, chance), replace=False)] = True
        self.count(kind, int(hit.sum()))
        return hit

    def count(self, kind: str, rows: int) -> None:
        """Count soiled rows."""
        if rows:
            self.counts[kind] += rows

    def ahead(self, ts_ns: IntArray) -> IntArray:
        """Give the times as clocks have them of which a few were set to the wrong year."""
        wrong = self.rows("clock", AHEAD, len(ts_ns))
        return np.where(wrong, ts_ns + WRONG_YEAR_NS, ts_ns) if wrong.any() else ts_ns
