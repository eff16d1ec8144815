"""Indicators of a source whose values are off everywhere at once: in other units, stuck, or gone.

No fault of a network multiplies every use of a source by one factor: queues and losses hit some
and spread them. So a factor is told where the mean of the logarithm jumped and its scatter stayed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sentio.awareness.brought import Brought
from sentio.awareness.key_book import KeyBook
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.model.data_fault import Doubt, What

Held: TypeAlias = npt.NDArray[np.generic]

KEEPS = 0.97
JUMP = 1.9  # of the mean ln: bits for bytes (8) is 2.08
LIKE = (0.6, 1.7)  # of the usual scatter, that leaves a shift a factor
LEAST_SPREAD, SLACK = 0.05, 0.1
FEWEST, FEWEST_SEEN = 12.0, 60.0  # rows in a period; in all, before anything is told
GONE, THERE = 0.25, 0.6  # share of rows that have a value, and that used to
NATS = 14.0
SPREADS = 3.0  # that a jump must exceed: what varies tenfold may well be ten times more
DEVIATIONS = 6.0  # of a period's mean from the level, by how it usually wanders
LEAST_CHANCE = 0.003  # of a period in which all values are one
(ROWS, LEVEL, SPREAD, PRESENCE, WANDERS, PERIODS, SAME, RUN, MISSED, POSITIVE) = range(10)
"""What is held of a column: rows seen, mean and scatter of ln, share of rows with a value, variance
of a period's mean, periods with enough values and those in which all were one, for how many periods
they have been by now, values missed since the column ran dry, share of rows above 0."""


class Columns:
    """Level, scatter and presence of each source's, service's and indicator's values."""

    def __init__(self) -> None:
        self.book = KeyBook()
        self.held = np.zeros((10, 0))

    def doubts(self, brought: Brought) -> list[Doubt]:
        """Take in a period; name what is off. What is off teaches nothing."""
        rows = brought.columns
        if not rows.num_rows:
            return []
        code = self.book.codes(*(rows.column(n) for n in ("source", "service", "indicator")))
        if (more := len(self.book) - self.held.shape[1]) > 0:
            self.held = np.pad(self.held, ((0, 0), (0, more)))
        n, present, positive, mean, sd = (
            np.nan_to_num(rows.column(name).to_numpy().astype(np.float64))
            for name in ("rows", "present", "positive", "log_mean", "log_sd")
        )
        known, level, spread, presence, wanders = self.held[: WANDERS + 1, code]
        is_known, many = known >= FEWEST_SEEN, positive >= FEWEST
        shift = mean - level
        share = present / np.maximum(n, 1.0)
        same = self._same(code, many, sd)
        gone = self._missed(code, is_known & (presence > THERE) & (share < GONE), n * presence)
        found: dict[What, BoolArray] = {}
        is_like = (sd > LIKE[0] * spread - SLACK) & (sd < LIKE[1] * spread + SLACK)
        is_told = is_known & (self.held[POSITIVE, code] > THERE)  # not what is mostly 0
        jumped = is_told & many & (np.abs(shift) > JUMP)
        wide = np.maximum(DEVIATIONS * np.sqrt(wanders), SPREADS * spread)
        found["factor"] = jumped & is_like & (np.abs(shift) > wide)
        found["constant"] = is_told & (same > NATS) & (spread > LEAST_SPREAD)
        found["empty"] = gone > NATS
        is_off = found["factor"] | found["constant"] | (gone > 0.0)
        self._learn(code, ~is_off, (n, positive), (mean, sd, share, positive / np.maximum(n, 1.0)))
        seen: dict[What, FloatArray] = {
            "empty": share,
            "factor": np.exp(mean),
            "constant": np.exp(mean),
        }
        usual: dict[What, FloatArray] = {
            "empty": presence,
            "factor": np.exp(level),
            "constant": np.exp(level),
        }
        nats: dict[What, FloatArray] = {
            "empty": gone,
            "factor": positive * shift**2 / (2.0 * np.maximum(spread, 0.3) ** 2),
            "constant": same,
        }
        return [
            self._doubt(what, int(code[i]), (seen[what][i], usual[what][i], nats[what][i]))
            for what, rows_off in found.items()
            for i in np.flatnonzero(rows_off).tolist()
        ]

    def saved(self) -> tuple[dict[str, Held], list[str]]:
        """Give all that was learned, and the keys."""
        return {"held": self.held}, self.book.names

    @classmethod
    def restored(cls, arrays: Mapping[str, Held], names: list[str]) -> Columns:
        """Go on from what `saved` gave."""
        again = cls()
        again.book, again.held = KeyBook(names), np.array(arrays["held"], dtype=np.float64)
        return again

    def _same(self, code: IntArray, many: BoolArray, sd: FloatArray) -> FloatArray:
        """Give the nats that all values of some periods in a row were one."""
        h, is_same = self.held, many & (sd < 1e-9)
        h[RUN, code] = np.where(many, np.where(is_same, h[RUN, code] + 1.0, 0.0), h[RUN, code])
        before = np.maximum(h[SAME, code] - h[RUN, code] + 1.0, 0.0)
        h[PERIODS, code] += many
        h[SAME, code] += is_same
        chance = np.maximum((before + 0.5) / (h[PERIODS, code] + 1.0), LEAST_CHANCE)
        return h[RUN, code] * -np.log(np.minimum(chance, 1.0))

    def _missed(self, code: IntArray, is_dry: BoolArray, values: FloatArray) -> FloatArray:
        """Give how many values a column has missed by now."""
        self.held[MISSED, code] = np.where(is_dry, self.held[MISSED, code] + values, 0.0)
        return self.held[MISSED, code]

    def _learn(
        self,
        code: IntArray,
        learns: BoolArray,
        counts: tuple[FloatArray, FloatArray],
        values: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    ) -> None:
        (n, positive), (mean, sd, share, above) = counts, values
        at = code[learns]
        known = self.held[0, at] + n[learns]
        step = np.maximum(1.0 - KEEPS, n[learns] / np.maximum(known, 1.0))
        has = (positive[learns] >= 3.0) * step
        wandered = (mean[learns] - self.held[LEVEL, at]) ** 2
        wandered = np.where(self.held[PERIODS, at] > 1.0, wandered, 0.0)
        shares = ((LEVEL, mean[learns], has), (SPREAD, sd[learns], has))
        for place, value, by in (
            *shares,
            (PRESENCE, share[learns], step),
            (POSITIVE, above[learns], step),
            (WANDERS, wandered, has * (positive[learns] >= FEWEST)),
        ):
            self.held[place, at] += by * (value - self.held[place, at])
        self.held[ROWS, at] = known

    def _doubt(self, what: What, code: int, values: tuple[float, float, float]) -> Doubt:
        source, service, indicator = self.book.parts(code)
        seen, expected, nats = map(float, values)
        return Doubt(
            what=what,
            source=source,
            service=service,
            indicator=indicator,
            seen=seen,
            expected=expected,
            nats=nats,
        )
