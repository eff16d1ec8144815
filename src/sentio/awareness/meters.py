"""Counters of elements that are wrong by themselves: stuck on a value, or in other units.

A counter that always moved and now tells the same number again and again has died. One that is a
thousand times itself, as steadily as it was before, counts in other units: what a fault adds to a
delay does not land on a power of a thousand. Shares are left out of that, for they grow by as much
in earnest; a share far above 1 that never was is a percentage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentio.awareness.key_book import KeyBook
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.model.data_fault import Doubt

Held: TypeAlias = npt.NDArray[np.generic]

HOUR_NS = 3_600_000_000_000
HOURS = 24
LOADS = ("active_users", "prb_load_ratio", "utilisation_ratio", "cpu_ratio")
LOAD_NS = 20 * 60 * 1_000_000_000  # for which a load that was measured counts
KEEPS, HOUR_KEEPS = 0.98, 0.9
STEP = float(np.log(1000.0))
TOLERANCE, LEAST_SCATTER, MOST_SCATTER = 3.0, 0.03, 0.16  # of ln, in deviations and absolute
IN_A_ROW = 3  # reports that are a thousand times themselves
FEWEST = 12.0  # reports before anything is told
REPEAT_NATS, LEAST_CHANCE = 16.0, 0.003  # of a repetition
FEWEST_REPEATS, FEWEST_OF_COUNTS = 3, 24  # whole numbers repeat by chance, and at capacity
ABOVE_ONE = 1.5
(N, LEVEL, SPREAD, LAST, RUN, REPEATS, FACTOR, FACTORS, LAST_S, LARGEST, GAP_S) = range(11)
"""What is held of a series: reports, mean and scatter of ln, last value, how often it was repeated
in a row and ever, the power of 1000 it is off, for how many reports, when it was last told (s), the
largest value ever, and the time between the last two reports."""


class Meters:
    """All counters of all elements, by source."""

    def __init__(self) -> None:
        self.book = KeyBook()
        self.held = np.zeros((11, 0))
        self.hours = np.zeros((HOURS, 0))
        self._is_load = np.zeros(0, dtype=np.bool_)
        self._of_element: dict[str, list[int]] = {}
        self._of_load: dict[str, list[int]] = {}
        self._relative: dict[str, float] = {}
        self._now_s, self._period_s = 0.0, 300.0

    def see(self, measured: pa.Table, start_ns: int, end_ns: int) -> None:
        """Take in what elements measured in a period; bins of vectors left out."""
        self._now_s, self._period_s = end_ns / 1e9, (end_ns - start_ns) / 1e9
        if not measured.num_rows:
            return
        code = self.book.codes(*(measured.column(n) for n in ("source", "element", "indicator")))
        self._grow()
        value = measured.column("value").to_numpy().astype(np.float64)
        keep = np.isfinite(value)
        code, at = np.unique(code[keep][::-1], return_index=True)
        value = value[keep][::-1][at]
        self._repeats(code, value)
        self._factors(code, value)
        hour = int((end_ns - 1) // HOUR_NS % HOURS)
        usual = self.hours[hour, code]
        fresh = (usual == 0.0) | (value == 0.0) & (usual == 0.0)
        ok = (self.held[RUN, code] < FEWEST_REPEATS) & (self.held[FACTORS, code] == 0)
        taught = np.where(fresh, value, usual + (1 - HOUR_KEEPS) * (value - usual))
        self.hours[hour, code] = np.where(ok, taught, usual)
        before_s = self.held[LAST_S, code]
        self.held[GAP_S, code] = np.where(before_s > 0.0, end_ns / 1e9 - before_s, 0.0)
        self.held[LAST, code], self.held[LAST_S, code] = value, end_ns / 1e9
        self._common(hour)

    def doubts(self) -> list[Doubt]:
        """Name the counters that are stuck or off by a factor."""
        h = self.held
        if not h.shape[1]:
            return []
        chance = np.maximum((h[REPEATS] - h[RUN] + 0.5) / np.maximum(h[N], 1.0), LEAST_CHANCE)
        nats = h[RUN] * -np.log(np.minimum(chance, 1.0))
        bound = (h[LAST] == 0.0) | (h[LAST] == 1.0) | (h[LAST] == 100.0)
        fewest = np.where(h[LAST] == np.round(h[LAST]), FEWEST_OF_COUNTS, FEWEST_REPEATS)
        bound |= (fewest > FEWEST_REPEATS) & (h[LAST] >= h[LARGEST])
        is_stuck = (nats > REPEAT_NATS) & (h[RUN] >= fewest) & (h[N] >= FEWEST) & ~bound
        is_off = h[FACTORS] >= IN_A_ROW
        found = [
            self._doubt(int(i), "constant", float(nats[i]), int(h[RUN, i]))
            for i in np.flatnonzero(is_stuck)
        ]
        return found + [
            self._doubt(int(i), "factor", float(STEP**2 / (2 * 0.15**2)), int(h[FACTORS, i]))
            for i in np.flatnonzero(is_off)
        ]

    def load(self, element: str) -> float | None:
        """Give the load an element measures of itself over its usual one, as others' go.

        0 where it fell silent; None where it never told of any. Of no element: that of all.
        """
        if not element:
            return min(self._relative.values(), default=None)
        codes = self._of_element.get(element)
        if not codes:
            return None
        hour = int((self._now_s - 1.0) // 3600.0 % HOURS)
        found: list[float] = []
        for code in codes:
            usual = float(self.hours[hour, code])
            is_stuck = self.held[RUN, code] >= FEWEST_REPEATS
            if usual <= 0.0 or is_stuck or self.held[N, code] < FEWEST:
                continue
            if self._now_s - self.held[LAST_S, code] > LOAD_NS / 1e9:
                found.append(0.0)
                continue
            indicator = self.book.parts(code)[2]
            found.append(float(self.held[LAST, code]) / usual / self._relative.get(indicator, 1.0))
        return float(np.median(found)) if found else None

    def saved(self) -> tuple[dict[str, Held], dict[str, Any]]:  # Any: JSON
        """Give all that was learned, and the keys."""
        more = {"keys": self.book.names, "relative": self._relative, "now_s": self._now_s}
        return {"held": self.held, "hours": self.hours}, more

    @classmethod
    def restored(cls, arrays: Mapping[str, Held], more: Mapping[str, Any]) -> Meters:  # Any: JSON
        """Go on from what `saved` gave."""
        again = cls()
        again.book = KeyBook(more["keys"])
        again._grow()
        again.held = np.array(arrays["held"], dtype=np.float64)
        again.hours = np.array(arrays["hours"], dtype=np.float64)
        again._relative = {str(n): float(x) for n, x in more["relative"].items()}
        again._now_s = float(more["now_s"])
        return again

    def _grow(self) -> None:
        known = self.held.shape[1]
        more = len(self.book) - known
        if more <= 0:
            return
        self.held = np.pad(self.held, ((0, 0), (0, more)))
        self.held[LAST, known:] = np.nan
        self.hours = np.pad(self.hours, ((0, 0), (0, more)))
        for code in range(known, len(self.book)):
            _, element, indicator = self.book.parts(code)
            if indicator in LOADS:
                self._of_element.setdefault(element, []).append(code)
                self._of_load.setdefault(indicator, []).append(code)

    def _repeats(self, code: IntArray, value: FloatArray) -> None:
        h = self.held
        same = value == h[LAST, code]
        h[RUN, code] = np.where(same, h[RUN, code] + 1.0, 0.0)
        h[REPEATS, code] += same
        h[N, code] += 1.0

    def _factors(self, code: IntArray, value: FloatArray) -> None:
        """Hold each value against its level: learn, or count how often it is off by 1000."""
        h = self.held
        is_above = value > 0.0
        code, value = code[is_above], value[is_above]
        level, spread, n = h[LEVEL, code], h[SPREAD, code], h[N, code]
        ln = np.log(value)
        off = ln - level
        power = np.round(off / STEP)
        scatter = np.maximum(spread, LEAST_SCATTER)
        is_near = (np.abs(off - power * STEP) < TOLERANCE * scatter) & (scatter < MOST_SCATTER)
        is_off = is_near & (power != 0.0) & (n > FEWEST) & ~self._is_share(code)
        is_off |= (
            self._is_share(code) & (h[LARGEST, code] <= 1.0) & (value > ABOVE_ONE) & (n > FEWEST)
        )
        power = np.where(self._is_share(code), 1.0, power)
        goes_on = is_off & ((h[FACTORS, code] == 0) | (h[FACTOR, code] == power))
        h[FACTORS, code] = np.where(is_off, np.where(goes_on, h[FACTORS, code] + 1.0, 1.0), 0.0)
        h[FACTOR, code] = np.where(is_off, power, 0.0)
        step = np.maximum(1.0 - KEEPS, 1.0 / n) * (~is_off & (h[RUN, code] < FEWEST_REPEATS))
        drawn = np.where(n > FEWEST, np.clip(off, -4 * scatter - 0.1, 4 * scatter + 0.1), off)
        h[LEVEL, code] += step * drawn
        variance = spread**2 + np.where(n > 1, step, 0.0) * (drawn**2 - spread**2)
        h[SPREAD, code] = np.sqrt(np.maximum(variance, 0.0))
        h[LARGEST, code] = np.where(is_off, h[LARGEST, code], np.maximum(h[LARGEST, code], value))

    def _is_share(self, code: IntArray) -> BoolArray:
        if len(self._is_load) != len(self.book):
            names = pa.array(self.book.names, pa.string())
            self._is_load = pc.ends_with(names, "_ratio").to_numpy(zero_copy_only=False)
        return self._is_load[code]

    def _common(self, hour: int) -> None:
        """Note how far the loads of all elements are from their usual ones together."""
        for indicator, codes in self._of_load.items():
            at = np.array(codes)
            usual = self.hours[hour, at]
            fresh = (usual > 0.0) & (self._now_s - self.held[LAST_S, at] < LOAD_NS / 1e9)
            if fresh.sum() >= 3:
                ratio = self.held[LAST, at[fresh]] / usual[fresh]
                self._relative[indicator] = max(float(np.median(ratio)), 0.05)

    def _doubt(self, code: int, what: str, nats: float, reports: int) -> Doubt:
        source, element, indicator = self.book.parts(code)
        return Doubt(
            what="constant" if what == "constant" else "factor",
            source=source,
            place_kind="element",
            place=element,
            indicator=indicator,
            seen=float(self.held[LAST, code]),
            expected=float(np.exp(self.held[LEVEL, code])),
            nats=nats,
            periods=max(1, round(reports * self.held[GAP_S, code] / self._period_s)),
        )
