"""Score a batch: MOS, confidence, groundedness, what is missing, and what explains the loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentio.experience.columns import BoolArray, Column, FloatArray, IntArray, Lists, Texts, part
from sentio.experience.drivers import domain_loss, mos_and_gains
from sentio.experience.preparation import filled, prepare
from sentio.experience.service import Input, Service

__all__ = [
    "Scores",
    "domain_loss",
    "filled",
    "mos_and_gains",
    "prepare",
    "score",
    "score_columns",
    "tile_rows",
]

TILE_ROWS = 8192
"""Rows that are computed on at a time: some thirty columns of them fit into a core's own cache,
which makes scoring with drivers 2.5 times as fast (benchmarks/scoring.py)."""
TILE_VALUES, FEWEST_ROWS = 65_536, 64
"""The same for the numbers of lists, of which a row may have hundreds."""


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
    mos, loss = score_columns(service, columns, rows)
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
    if unscored.any():
        mos[unscored], confidence[unscored], grounded[unscored] = np.nan, 0.0, False
        for gain in loss.values():
            gain[unscored] = 0.0
    return Scores(mos=mos, confidence=confidence, grounded=grounded, missing=missing, loss=loss)


def score_columns(
    service: Service, columns: Mapping[str, Column], rows: int
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Compute MOS and drivers of prepared columns, a cache-sized tile of rows at a time."""
    mos, step = np.empty(rows), tile_rows(columns, rows)
    loss = {wanted.name: np.zeros(rows) for wanted in service.inputs if wanted.is_driver}
    for start in range(0, rows, step):
        tile = slice(start, min(start + step, rows))
        some = {name: part(column, tile.start, tile.stop) for name, column in columns.items()}
        mos[tile], gains = mos_and_gains(service, some)
        for name, gain in gains.items():
            loss[name][tile] = gain
    return mos, loss


def tile_rows(columns: Mapping[str, Column], rows: int) -> int:
    """How many rows are computed on at a time: fewer where they hold long lists."""
    lists = (len(column.values) for column in columns.values() if isinstance(column, Lists))
    fit = TILE_VALUES * rows // max(*lists, 0, 1)
    return min(max(fit, FEWEST_ROWS), TILE_ROWS)


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
