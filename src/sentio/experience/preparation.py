"""From a batch to a model's inputs: columns without gaps, and where each was missing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sentio.experience.columns import BoolArray, Column, Lists, Texts, from_arrow
from sentio.experience.service import Input, Service, Value
from sentio.model.indicator import indicator


def prepare(
    service: Service, batch: pa.RecordBatch
) -> tuple[dict[str, Column], dict[str, BoolArray]]:
    """Take a service's inputs out of a batch: columns without gaps, and where each was absent."""
    columns: dict[str, Column] = {}
    absent: dict[str, BoolArray] = {}
    for wanted in service.inputs:
        columns[wanted.name], absent[wanted.name] = _take(wanted, batch)
    if "is_success" in columns:
        # A use that failed has no page load, no first picture: none of them is missing.
        goes_on = np.asarray(columns["is_success"]) != 0.0
        absent = {name: gone & goes_on for name, gone in absent.items()}
    return columns, absent


def filled(value: Value, *, like: Column) -> Column:
    """Make a column of the same kind and length that holds one value throughout."""
    if isinstance(like, Texts):
        return Texts.repeat(str(value), len(like))
    if isinstance(like, Lists):
        if isinstance(value, tuple):
            return Lists.repeat(0.0, np.zeros(len(like), dtype=np.int64))
        return Lists(np.full(len(like.values), float(value)), like.offsets)
    return np.full(len(like), float(value))  # pyright: ignore[reportArgumentType]


def _take(wanted: Input, batch: pa.RecordBatch) -> tuple[Column, BoolArray]:
    shape = indicator(wanted.name).shape
    stand_in = wanted.nominal if wanted.assumed is None else wanted.assumed
    rows = batch.num_rows
    position = batch.schema.get_field_index(wanted.name)
    if position < 0 or pa.types.is_null(batch.column(position).type):
        return _constant(stand_in, shape, rows), np.ones(rows, dtype=np.bool_)
    array = batch.column(position)
    column = from_arrow(array, shape)
    if isinstance(column, Texts):
        gone = column.codes < 0
        codes = np.where(gone, len(column.names), column.codes).astype(np.int32)
        return Texts(codes, (*column.names, str(stand_in))), gone
    if isinstance(column, Lists):
        gone = array.is_null().to_numpy(zero_copy_only=False)
        return _fill_lists(column, gone, stand_in), gone
    gone = np.isnan(column)
    return (np.where(gone, float(stand_in), column) if gone.any() else column), gone  # pyright: ignore[reportArgumentType]


def _constant(value: Value, shape: str, rows: int) -> Column:
    if shape == "text":
        return Texts.repeat(str(value), rows)
    if shape == "list":
        each = value if isinstance(value, tuple) else (float(value),)
        counts = np.full(rows, len(each), dtype=np.int64)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Lists(np.tile(np.array(each, dtype=np.float64), rows), offsets)
    return np.full(rows, float(value))  # pyright: ignore[reportArgumentType]


def _fill_lists(column: Lists, gone: BoolArray, value: Value) -> Lists:
    each = np.array(value if isinstance(value, tuple) else (float(value),), dtype=np.float64)
    if not gone.any() or not len(each):
        return column
    counts = np.where(gone, len(each), column.counts)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    values = np.empty(int(offsets[-1]))
    is_filler = np.repeat(gone, counts)
    values[is_filler] = np.tile(each, int(gone.sum()))
    values[~is_filler] = column.values
    return Lists(values, offsets)
