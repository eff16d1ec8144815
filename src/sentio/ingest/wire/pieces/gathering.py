"""Records of one input on their way out: gathered by kind, counted, and handed on as pieces."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TypeAlias

import pyarrow as pa

from sentio.ingest.piece import MAX_RAW_BYTES, Piece, Reading, Rejections
from sentio.model.indicator import indicator
from sentio.model.record import COLUMNS, IDENTIFIERS, TEXT, Kind, Quality

MAX_HELD_BYTES = 16 * 2**20
"""Rejected rows are handed on once their bytes reach this, so that a bad file costs no memory."""

CONSTANTS = ("segment", "slice", "app", "cell", "server")
"""Columns of a use that the reading may give where the input lacks them."""

Cell: TypeAlias = float | str | bool | Sequence[float] | None
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


class Gathering:
    """What has been read of one input and not been handed on yet.

    `flush` gives one piece a kind: each accounts for the rows behind its records, the first also
    for the rejected rows. A position is the number of a piece, so that reading again gives the
    same ones; pieces up to ``reading.start`` are passed over.

    Parameters
    ----------
    kind
        What the input holds if nothing of it could be kept.
    columns
        For each kind the columns of its batches; a record may lack some.
    service
        The service model that experience records are for.
    """

    def __init__(
        self,
        reading: Reading,
        kind: Kind,
        *,
        columns: Mapping[Kind, Sequence[str]],
        service: str = "",
    ) -> None:
        self._reading = reading
        self._kind = kind
        self._names = columns
        self._service = service
        self._rejections = Rejections()
        self._held_bytes = 0
        self._position = 0
        self._records: dict[Kind, list[Record]] = {each: [] for each in columns}
        self._kept: dict[Kind, int] = dict.fromkeys(columns, 0)

    @property
    def is_full(self) -> bool:
        """Tell whether it is time to flush."""
        rows = sum(self._kept.values()) + len(self._rejections)
        return rows >= self._reading.batch_rows or self._held_bytes >= MAX_HELD_BYTES

    def keep(self, kind: Kind, record: Record | None, *, rows: int = 1) -> None:
        """Count ``rows`` rows of the input as kept, and take the record they make, if any."""
        self._kept[kind] += rows
        if record is not None:
            checked = _checked(record) if kind is Kind.EXPERIENCE else record
            self._records[kind].append(checked)

    def reject(self, what: str, *, line: int, field: str, reason: str, raw: bytes) -> None:
        """Note one rejected row; ``what`` says why, without place and full stop."""
        self._held_bytes += min(len(raw), MAX_RAW_BYTES) + len(what)
        message = f"{self._reading.origin.name}:{line}: {what}."
        self._rejections.add(line=line, field=field, reason=reason, message=message, raw=raw)

    def flush(self) -> Iterator[Piece]:
        """Hand on what is there, if anything is."""
        rejected = self._rejections.take()
        self._held_bytes = 0
        kinds = [kind for kind in self._names if self._records[kind] or self._kept[kind]]
        if not kinds and rejected.num_rows:
            kinds = [self._kind]
        for kind in kinds:
            records, self._records[kind] = self._records[kind], []
            kept, self._kept[kind] = self._kept[kind], 0
            self._position += 1
            if self._position > self._reading.start:
                batch = batch_of(kind, self._names[kind], records)
                yield Piece(
                    kind=kind,
                    batch=self._with_constants(batch) if kind is Kind.EXPERIENCE else batch,
                    rows_read=kept + rejected.num_rows,
                    rows_kept=kept,
                    position=self._position,
                    rejected=rejected,
                    service=self._service if kind is Kind.EXPERIENCE else "",
                )
            rejected = rejected.slice(0, 0)

    def _with_constants(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        for name in CONSTANTS:
            text = self._reading.options.get(name, "")
            if text and name not in batch.schema.names:
                batch = batch.append_column(name, pa.repeat(pa.scalar(text), batch.num_rows))
        return batch


def batch_of(kind: Kind, names: Sequence[str], records: Sequence[Record]) -> pa.RecordBatch:
    """Build a batch of records; what a record lacks is null."""
    arrays = [
        _array([record.get(name) for record in records], arrow_type(kind, name)) for name in names
    ]
    return pa.RecordBatch.from_arrays(arrays, names=list(names))


def _array(values: list[Cell], wanted: pa.DataType) -> pa.Array:
    if pa.types.is_floating(wanted):
        # Arrow refuses whole numbers beyond 2**53 for a float column; Python rounds them.
        numbers = [None if value is None else float(value) for value in values]  # pyright: ignore[reportArgumentType]
        return pa.array(numbers, type=wanted)
    return pa.array(values, type=wanted)


def _checked(record: Record) -> Record:
    """Leave out indicators outside what can be true, and say so in the quality."""
    checked = dict(record)
    for name, value in record.items():
        if name in COLUMNS[Kind.EXPERIENCE] or not isinstance(value, int | float):
            continue
        bounds = indicator(name)
        if not bounds.low <= value <= bounds.high or math.isnan(value):
            checked[name] = None
            checked["quality"] = int(checked.get("quality") or 0) | Quality.SUSPECT  # pyright: ignore[reportArgumentType]
    return checked
