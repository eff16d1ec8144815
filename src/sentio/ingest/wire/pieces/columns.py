"""Columns of records: their Arrow types by name, records and arrays made into batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.piece import Reading
from sentio.model.indicator import indicator
from sentio.model.record import COLUMNS, IDENTIFIERS, TEXT, Kind, Quality

LARGEST_NS = 2**62
"""Times beyond the year 2116 are no measurement."""

CONSTANTS = ("segment", "slice", "app", "cell", "server")
"""Columns of a use that the reading may give where the input lacks them."""

Cell: TypeAlias = float | str | Sequence[float | None] | None
Record: TypeAlias = Mapping[str, Cell]


@cache
def arrow_type(kind: Kind, column: str) -> pa.DataType:
    """Give a column's Arrow type: common column, identifier, or indicator of the catalogue."""
    if column in COLUMNS[kind]:
        return COLUMNS[kind][column]
    if column in IDENTIFIERS:
        return TEXT
    shapes = {"number": pa.float64(), "list": pa.list_(pa.float64()), "text": TEXT}
    return shapes[indicator(column).shape]


def record_batch(
    kind: Kind, columns: Mapping[str, pa.Array | Sequence[Cell] | None]
) -> pa.RecordBatch:
    """Build a batch of a kind; a column that is None is left out."""
    there = {name: column for name, column in columns.items() if column is not None}
    arrays = [_array(column, arrow_type(kind, name)) for name, column in there.items()]
    return pa.RecordBatch.from_arrays(arrays, names=list(there))


def batch_of(kind: Kind, records: Sequence[Record]) -> pa.RecordBatch:
    """Build a batch of records with every column that one of them has; what one lacks is null."""
    names = dict.fromkeys(name for record in records for name in record)
    return record_batch(kind, {n: [record.get(n) for record in records] for n in names})


def empty_batch(kind: Kind) -> pa.RecordBatch:
    """Build a batch of a kind without rows."""
    return record_batch(kind, {name: [] for name in COLUMNS[kind]})


def constants(reading: Reading) -> dict[str, str]:
    """Give the columns that the reading sets where the input does not: segment, slice, subject."""
    given = {name: reading.options.get(name, "") for name in ("segment", "slice")}
    given["device_serial"] = reading.options.get("subject", "")
    return {name: value for name, value in given.items() if value}


def is_time(ts: float | None) -> bool:
    """Tell whether a time in nanoseconds can be one at all: 1970 to 2116."""
    return ts is not None and 0 <= ts < LARGEST_NS


def checked(record: Record) -> Record:
    """Leave out a use's indicators outside what can be true, and say so in its quality."""
    kept = dict(record)
    quality = int(kept.get("quality") or 0)  # pyright: ignore[reportArgumentType]
    for name, value in record.items():
        if name in COLUMNS[Kind.EXPERIENCE] or not isinstance(value, int | float):
            continue
        bounds = indicator(name)
        if not bounds.low <= value <= bounds.high:  # nor is NaN
            kept[name] = None
            quality |= Quality.SUSPECT
    return {**kept, "quality": quality}


def _array(column: pa.Array | Sequence[Cell], wanted: pa.DataType) -> pa.Array:
    if isinstance(column, pa.Array):
        return pc.cast(column, wanted)
    if pa.types.is_floating(wanted):
        # Arrow refuses whole numbers beyond 2**53 for a float column; Python rounds them.
        column = [None if value is None else float(value) for value in column]  # pyright: ignore[reportArgumentType]
    return pa.array(column, type=wanted)
