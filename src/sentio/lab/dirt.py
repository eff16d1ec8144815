"""The dirt of real feeds: late rows, rows sent twice, rows cut off, clocks that run ahead."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.kernel.arrays import IntArray
from sentio.lab.day import DAY_NS

WRONG_YEAR_NS = 366 * DAY_NS
"""How far ahead a clock runs that was set to the wrong year."""
LATE_BY = 0.4  # of the file: hours, in one of a day


def soil(
    lines: pa.StringArray,
    rng: np.random.Generator,
    *,
    late: int = 0,
    twice: int = 0,
    cut: int = 0,
) -> tuple[pa.StringArray, Mapping[str, int]]:
    """Move some lines far back, send some twice, cut some off in the middle.

    The lines bring their own ends. The first ones stay as they are, for they tell the format; no
    line is soiled in two ways. Gives the lines and how many were soiled in which way.
    """
    count = len(lines)
    most = max(count // 20, 1)
    late, twice, cut = min(late, most), min(twice, most), min(cut, most)
    is_long = count > 5 * (late + twice + cut) + 20
    if not is_long:
        return lines, {}
    chosen = rng.permutation(np.arange(10, count // 2))[: late + twice + cut]
    moved, doubled, broken = np.split(chosen, [late, late + twice])
    lines = _cut(lines, np.sort(broken))
    place = np.arange(count, dtype=np.float64)
    place[moved] += LATE_BY * count
    every = np.concatenate([np.arange(count), doubled])
    order = np.argsort(np.concatenate([place, doubled + 0.5]), kind="stable")
    told = {"late": late, "duplicate": twice, "malformed": cut}
    return lines.take(pa.array(every[order])), {name: n for name, n in told.items() if n}


def ahead(ts_ns: IntArray, rows: IntArray) -> IntArray:
    """Give the times as a clock of the wrong year has them on some rows."""
    wrong = ts_ns.copy()
    wrong[rows] += WRONG_YEAR_NS
    return wrong


def _cut(lines: pa.StringArray, rows: IntArray) -> pa.StringArray:
    is_cut = np.zeros(len(lines), dtype=np.bool_)
    is_cut[rows] = True
    halves = [text[: len(text) // 2] + "\n" for text in lines.take(pa.array(rows)).to_pylist()]
    return pc.replace_with_mask(lines, pa.array(is_cut), pa.array(halves, pa.string()))
