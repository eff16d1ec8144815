"""Score a batch: MOS, confidence, groundedness, what is missing, and what explains the loss.

Drivers are found by setting one indicator to its nominal value and scoring again (one at a time;
for impairments that add, as in the E-model, this is exact in the R domain).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentio.experience.columns import (
    BoolArray,
    Column,
    FloatArray,
    IntArray,
    Lists,
    Texts,
    differs,
    from_arrow,
    take,
)
from sentio.experience.service import Input, Service, Value
from sentio.model.domain import Domain
from sentio.model.indicator import indicator


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The scores of a batch, each of shape (rows,).

    ``mos`` is NaN where a needed input is missing. ``missing`` has bit i set where input i of the
    service is missing. ``loss`` gives, per driver, the MOS that its return to nominal would regain.
    A row without a score has confidence 0, is not grounded and loses nothing.
    """

    mos: FloatArray
    confidence: FloatArray
    grounded: BoolArray
    missing: IntArray
    loss: Mapping[str, FloatArray]


def score(service: Service, batch: pa.RecordBatch) -> Scores:
    """Score every row of a batch with all its drivers."""
    columns, absent = prepare(service, batch)
    rows = batch.num_rows
    mos = service.mos(columns) if rows else np.empty(0)
    confidence = np.full(rows, service.confidence)
    grounded = np.full(rows, not service.provisional)
    missing = np.zeros(rows, dtype=np.int64)
    for bit, wanted in enumerate(service.inputs):
        gone, strange = absent[wanted.name], _beyond_scope(wanted, columns[wanted.name])
        if not (gone.any() or strange.any()):
            continue
        missing[gone] |= 1 << bit
        confidence[gone | strange] *= 1.0 - wanted.weight
        grounded[(gone & (wanted.need in {"grounds", "either"})) | strange] = False
    unscored = _unscored(service, absent, rows)
    loss = drivers(service, columns, mos)
    return Scores(
        mos=np.where(unscored, np.nan, mos),
        confidence=np.where(unscored, 0.0, confidence),
        grounded=grounded & ~unscored,
        missing=missing,
        loss={name: np.where(unscored, 0.0, gain) for name, gain in loss.items()},
    )


def drivers(
    service: Service, columns: Mapping[str, Column], mos: FloatArray
) -> dict[str, FloatArray]:
    """MOS regained by returning each driver to nominal, one at a time; never negative.

    Only the rows that such a return changes are scored again.
    """
    gains: dict[str, FloatArray] = {}
    for wanted in service.inputs:
        if wanted.is_driver:
            name, column = _returned(service, wanted, columns)
            rows = np.flatnonzero(differs(columns[name], column))
            gains[wanted.name] = np.zeros(len(mos))
            if len(rows):
                kept = {other: take(columns[other], rows) for other in columns}
                better = service.mos({**kept, name: take(column, rows)})
                gains[wanted.name][rows] = np.maximum(better - mos[rows], 0.0)
    return gains


def domain_loss(service: Service, loss: Mapping[str, FloatArray]) -> dict[Domain, FloatArray]:
    """Add the drivers' losses up by domain."""
    sums: dict[Domain, FloatArray] = {}
    for wanted in service.inputs:
        if wanted.name in loss:
            domain = wanted.domain or indicator(wanted.name).domain
            sums[domain] = sums.get(domain, 0.0) + loss[wanted.name]
    return sums


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


def _returned(service: Service, wanted: Input, columns: Mapping[str, Column]) -> tuple[str, Column]:
    """Which column changes, and to what, when a driver returns to nominal."""
    if wanted.part_of:
        whole = np.asarray(columns[wanted.part_of])
        return wanted.part_of, np.maximum(whole - _excess(wanted, columns), 0.0)
    nominal = filled(wanted.nominal, like=columns[wanted.name])
    parts = [part for part in service.inputs if part.part_of == wanted.name]
    if not parts:
        return wanted.name, nominal
    blamed = sum((_excess(part, columns) for part in parts), np.asarray(nominal))
    return wanted.name, np.minimum(np.asarray(columns[wanted.name]), blamed)


def _excess(part: Input, columns: Mapping[str, Column]) -> FloatArray:
    return np.maximum(np.asarray(columns[part.name]) - float(part.nominal), 0.0)  # pyright: ignore[reportArgumentType]


def _beyond_scope(wanted: Input, column: Column) -> BoolArray:
    if wanted.scope is None or isinstance(column, Lists):
        return np.zeros(len(column), dtype=np.bool_)
    if isinstance(column, Texts):
        known = [name.lower() in wanted.scope for name in column.names]
        return ~np.array([*known, False])[column.codes]
    low, high = wanted.scope
    return (column < float(low)) | (column > float(high))


def _unscored(service: Service, absent: Mapping[str, BoolArray], rows: int) -> BoolArray:
    unscored = np.zeros(rows, dtype=np.bool_)
    for wanted in service.inputs:
        if wanted.need == "must":
            unscored |= absent[wanted.name]
    either = [absent[wanted.name] for wanted in service.inputs if wanted.need == "either"]
    return unscored | np.logical_and.reduce(either) if either else unscored


def _take(wanted: Input, batch: pa.RecordBatch) -> tuple[Column, BoolArray]:
    shape = indicator(wanted.name).shape
    stand_in = wanted.nominal if wanted.assumed is None else wanted.assumed
    rows = batch.num_rows
    position = batch.schema.get_field_index(wanted.name)
    if position < 0:
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
