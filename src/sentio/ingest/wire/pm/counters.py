"""Counter values as text, and the measurement columns that they fill (long form, TS 28.552)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from sentio.model.record import MEASUREMENT, Quality

MAX_PLAIN_CHARS = 64
"""Whole numbers up to this length are certainly no infinity."""
MAX_BINS = 4096
MAX_TEXT_BYTES = 32 * 2**20
"""Names on the rows of one batch together; more, and the batch is handed on early."""

NULLS = frozenset({"", "nil", "null"})
"""What stands for a result that is not there (TS 32.435, 4.1: NIL)."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,5})?", re.ASCII)
_PLAIN = re.compile(r"(?:\s*+-?\d{1,18}+(?:\.\d{1,18}+)?(?=\s|$))++\s*+", re.ASCII)
_SCHEMA = pa.schema(list(MEASUREMENT.items()))

Values = list[float | None]


@dataclass(frozen=True, slots=True)
class NotACounter:
    """Why a text is no counter value: a reason code and half a sentence."""

    reason: str
    why: str


def plain_numbers(text: str) -> list[float] | None:
    """Read many numbers with blanks between them at once; None if any needs a closer look."""
    return list(map(float, text.split())) if _PLAIN.fullmatch(text) else None


def number(text: str) -> float | NotACounter | None:
    """Read one number; NIL and nothing are None. NaN and infinity are no values."""
    text = text.strip()
    if text.lower() in NULLS:
        return None
    if not _NUMBER.fullmatch(text):
        return NotACounter("not_a_number", "is not a number")
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return NotACounter("out_of_range", "is larger than any counter")
    return value


def cell(text: str) -> Values | NotACounter:
    """Read one counter value: a number, or a vector with a comma between its bins."""
    if "," not in text:
        value = number(text)
        return value if isinstance(value, NotACounter) else [value]
    bins = text.split(",", MAX_BINS)
    if len(bins) > MAX_BINS:
        return NotACounter("too_large", f"has more than {MAX_BINS} bins")
    values: Values = []
    for each in bins:
        value = number(each)
        if isinstance(value, NotACounter):
            return value
        values.append(value)
    return values


@dataclass(slots=True)
class Results:
    """The values of one object over one period, in order."""

    indicators: list[str] = field(default_factory=list[str])
    bins: list[int | None] = field(default_factory=list[int | None])
    values: Values = field(default_factory=list[float | None])
    cells: int = 0

    def add(self, indicator: str, value: float | None, in_bin: int | None = None) -> None:
        """Add one single value, or one bin of a vector that comes bin by bin."""
        self.cells += 1
        self.indicators.append(indicator)
        self.bins.append(in_bin)
        self.values.append(value)

    def add_vector(self, indicator: str, values: Values) -> None:
        """Add the bins of one vector value."""
        self.cells += 1
        self.indicators += [indicator] * len(values)
        self.bins += range(len(values))
        self.values += values

    def add_all(self, indicators: Iterable[str], values: Iterable[float]) -> None:
        """Add many single values at once."""
        before = len(self.values)
        self.indicators += indicators
        self.values += values
        self.bins += [None] * (len(self.values) - before)
        self.cells += len(self.values) - before


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the values of one object share: whose they are, over which period, how good."""

    ts: int
    granularity_ms: int | None
    element: str
    element_kind: str | None
    quality: Quality = Quality.GOOD


class MeasurementRows:
    """Collects results and turns them into one batch of measurements."""

    def __init__(self) -> None:
        self._scopes: list[Scope] = []
        self._counts: list[int] = []
        self._all = Results()
        self._text_bytes = 0
        self.rows_kept = 0

    def add(self, scope: Scope, results: Results, *, rows: int) -> None:
        """Add the results of one object; ``rows`` of the input stand behind them."""
        self.rows_kept += rows
        count = len(results.values)
        if not count:
            return
        self._scopes.append(scope)
        self._counts.append(count)
        self._all.indicators += results.indicators
        self._all.bins += results.bins
        self._all.values += results.values
        self._text_bytes += count * (len(scope.element) + 16) + sum(map(len, results.indicators))

    def are_due(self, batch_rows: int) -> bool:
        """Tell whether a batch is full."""
        return len(self._all.values) >= batch_rows or self._text_bytes >= MAX_TEXT_BYTES

    def __bool__(self) -> bool:
        """Tell whether anything waits."""
        return bool(self.rows_kept)

    def take(self) -> tuple[pa.RecordBatch, int]:
        """Give the batch and how many rows of the input stand behind it; start anew."""
        batch, rows = self._batch(), self.rows_kept
        self.__init__()
        return batch, rows

    def _batch(self) -> pa.RecordBatch:
        which = np.repeat(np.arange(len(self._scopes)), self._counts)
        values = pa.array(self._all.values, type=pa.float64())
        granularity = pa.array([s.granularity_ms for s in self._scopes], type=pa.int64())
        granularity = granularity.take(pa.array(which))
        quality = np.array([int(s.quality) for s in self._scopes], dtype=np.uint8)[which]
        for incomplete in (values, granularity):
            gone = incomplete.is_null().to_numpy(zero_copy_only=False)
            quality[gone] |= np.uint8(Quality.PARTIAL)
        columns = {
            "ts": pa.array(np.array([s.ts for s in self._scopes], dtype=np.int64)[which]),
            "granularity_ms": granularity,
            "element": pa.array([s.element for s in self._scopes], type=pa.string()).take(
                pa.array(which)
            ),
            "element_kind": pa.array([s.element_kind for s in self._scopes], type=pa.string()).take(
                pa.array(which)
            ),
            "indicator": pa.array(self._all.indicators, type=pa.string()),
            "bin": pa.array(self._all.bins, type=pa.int32()),
            "value": values,
            "unit": pa.nulls(len(values), pa.string()),
            "quality": pa.array(quality),
        }
        return pa.RecordBatch.from_arrays([columns[name] for name in _SCHEMA.names], schema=_SCHEMA)
