"""Seconds of a drive test in windows of one minute: the rate as a trace, the radio as medians."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.wire.drive.seconds import RADIO, Seconds
from sentio.ingest.wire.times.iso8601 import SECOND_NS
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray

WINDOW_NS = 60 * SECOND_NS
GAP_NS = 10 * SECOND_NS
"""A longer silence, or a longer step back, ends the run: what follows is another use."""
SAMPLE_MS = 1000.0

MEDIANS = (*RADIO, "speed_kmh", "rtt_ms", "longitude_deg", "latitude_deg")
MODES = ("cell", "gnb", "operator", "radio_technology")


@dataclass(slots=True)
class OpenWindow:
    """The rows whose window may still grow, and when their run began."""

    rows: Seconds | None = None
    run_start_ns: int = 0

    def take(self, fresh: Seconds) -> tuple[Seconds, IntArray]:
        """Add rows; give those whose windows are complete, with the window of each."""
        rows = fresh if self.rows is None else self.rows.followed_by(fresh)
        if not len(rows):
            return rows, np.empty(0, dtype=np.int64)
        window, run_starts = self._windows(rows.ts)
        is_open = window == window[-1]
        self.rows = rows.where(is_open)
        self.run_start_ns = int(run_starts[-1])
        return rows.where(~is_open), window[~is_open]

    def rest(self) -> tuple[Seconds, IntArray] | None:
        """Give the rows of the last window, if any."""
        rows, self.rows = self.rows, None
        return None if rows is None else (rows, np.zeros(len(rows), dtype=np.int64))

    def _windows(self, ts: IntArray) -> tuple[IntArray, IntArray]:
        """Count the windows of each run from its first row on: window, start, both (rows,)."""
        is_start = np.concatenate([[True], np.abs(np.diff(ts)) > GAP_NS])
        starts = ts[is_start]
        if self.rows is not None:
            starts[0] = self.run_start_ns
        run = np.cumsum(is_start) - 1
        index = np.maximum(ts - starts[run], 0) // WINDOW_NS
        return np.maximum.accumulate(run * 2**40 + index), starts[run]


def stream_columns(rows: Seconds, window: IntArray) -> dict[str, pa.Array]:
    """Make one record of each window.

    Parameters
    ----------
    rows
        Rows that each have a downlink rate.
    window
        Which window each row is in, shape (rows,), never falling.

    Returns
    -------
    columns
        The trace has one value for each second between the first and the last row: the mean of
        the rows of that second; a second without a row has the rate of the next one, which was
        measured over it.
    """
    first = np.flatnonzero(np.concatenate([[True], np.diff(window) != 0]))
    group = np.cumsum(np.isin(np.arange(len(window)), first)) - 1
    begin = np.minimum.reduceat(rows.ts, first)
    rate, offsets = _trace(rows.number["throughput_dl_kbps"], rows.ts, group, begin)
    counts = np.diff(offsets)
    columns: dict[str, pa.Array] = {
        "ts": pa.array(begin),
        "duration_ms": pa.array(counts * SAMPLE_MS),
        "throughput_trace_kbps": pa.ListArray.from_arrays(
            pa.array(offsets.astype(np.int32)), pa.array(rate)
        ),
        "sample_interval_ms": pa.array(np.full(len(begin), SAMPLE_MS)),
        "quality": pa.array(np.bitwise_or.reduceat(rows.quality, first)),
    }
    for name in MEDIANS:
        columns[name] = _medians(rows.number[name], group, len(first))
    for name in MODES:
        columns[name] = _modes(rows.text[name], group, len(first))
    return columns


def nullable(values: FloatArray) -> pa.Array:
    """Make an Arrow column of numbers, NaN as null."""
    return pa.array(values, mask=np.isnan(values))


def _trace(
    rates: FloatArray, ts: IntArray, group: IntArray, begin: IntArray
) -> tuple[FloatArray, IntArray]:
    second = (ts - begin[group]) // SECOND_NS
    lengths = np.maximum.reduceat(second, np.searchsorted(group, np.arange(len(begin)))) + 1
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    place = offsets[group] + second
    rows = np.bincount(place, minlength=int(offsets[-1]))
    sums = np.bincount(place, weights=rates, minlength=int(offsets[-1]))
    # Every window ends on a second with a row, so the next one with a row is its own.
    index = np.where(rows > 0, np.arange(len(rows)), len(rows) - 1)
    index = np.minimum.accumulate(index[::-1])[::-1]
    return sums[index] / rows[index], offsets


def _medians(values: FloatArray, group: IntArray, groups: int) -> pa.Array:
    known: BoolArray = ~np.isnan(values)
    values, group = values[known], group[known]
    ordered = values[np.lexsort((values, group))]
    counts = np.bincount(group, minlength=groups)
    start = np.concatenate([[0], np.cumsum(counts)[:-1]])
    has = counts > 0
    result = np.full(groups, np.nan)
    low, high = start + (counts - 1) // 2, start + counts // 2
    result[has] = (ordered[low[has]] + ordered[high[has]]) / 2
    return nullable(result)


def _modes(texts: pa.Array, group: IntArray, groups: int) -> pa.Array:
    """Give the most frequent text of each group; of equals, the one seen first."""
    coded = texts.dictionary_encode()
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    names = len(coded.dictionary) + 1
    keys, first, counts = np.unique(
        (group * names + codes)[codes >= 0], return_index=True, return_counts=True
    )
    order = np.lexsort((first, -counts, keys // names))
    keys = keys[order]
    best = np.concatenate([[True], np.diff(keys // names) != 0]) if len(keys) else keys > 0
    result = np.full(groups, -1)
    result[keys[best] // names] = keys[best] % names
    return coded.dictionary.take(pa.array(result, mask=result < 0))
