"""Tables of a CSV made into pieces: faulty rows go out with line, field, reason and bytes.

For readers that give one record a row: what `Gathering` counts row by row is done here for whole
columns, and the bytes behind every kept row can be found again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from sentio.ingest.piece import (
    MAX_RAW_BYTES,
    NOTHING_REJECTED,
    REJECTED,
    Piece,
    Reading,
    RowBytes,
)
from sentio.ingest.wire.csv.tables import Fault, Table
from sentio.ingest.wire.pieces.columns import arrow_type
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.kernel.arrays import BoolArray, IntArray
from sentio.model.record import Kind


def pieces_of(
    read: Iterator[tuple[Table, Mapping[str, pa.Array], Sequence[Fault]]],
    kind: Kind,
    reading: Reading,
) -> Iterator[Piece]:
    """Make a piece of each table: rows with a fault are rejected, the others kept.

    Positions count the pieces from 1; pieces up to ``reading.start`` are passed over.

    Parameters
    ----------
    read
        Tables, the record columns made of each, and the faults of its rows.
    """
    for position, (table, columns, faults) in enumerate(read, start=1):
        if position <= reading.start:
            continue
        rejected, is_bad = _rejected(table, faults, reading.origin.name)
        arrays = [array.cast(arrow_type(kind, name)) for name, array in columns.items()]
        batch = pa.RecordBatch.from_arrays(arrays, names=list(columns))
        good = ~is_bad[table.index]
        if not good.all():
            batch = batch.filter(pa.array(good))
        yield Piece(
            kind=kind,
            batch=batch,
            rows_read=len(table.records),
            rows_kept=batch.num_rows,
            position=position,
            rejected=rejected,
            row_bytes=_behind(table, table.index[good]),
        )


def reject_faults(table: Table, out: Gathering) -> None:
    """Reject the records of a table that are not in its columns, each for its first fault."""
    seen = np.zeros(len(table.records), dtype=np.bool_)
    for fault in table.faults:
        for i in np.flatnonzero(fault.rows & ~seen):
            out.reject(
                fault.what,
                line=int(table.records.lines[i]),
                field=fault.field,
                reason=fault.reason,
                raw=table.records.raw(int(i)),
            )
        seen |= fault.rows


def _behind(table: Table, kept: IntArray) -> RowBytes:
    """Give the lines and bytes of the kept rows, for what the gate may yet say against them."""

    def row_bytes(rows: IntArray) -> tuple[list[int], list[bytes]]:
        records = kept[rows]
        return table.records.lines[records].tolist(), [table.records.raw(int(i)) for i in records]

    return row_bytes


def _rejected(table: Table, faults: Sequence[Fault], name: str) -> tuple[pa.RecordBatch, BoolArray]:
    """Give the rejected rows in order of their lines, and which records they are."""
    records = table.records
    cause = np.zeros(len(records), dtype=np.int64)  # 0: good, otherwise 1 + index of its fault
    for number, fault in enumerate(table.faults, start=1):
        cause[(cause == 0) & fault.rows] = number
    for number, fault in enumerate(faults, start=1 + len(table.faults)):
        rows = table.index[fault.rows]
        cause[rows[cause[rows] == 0]] = number
    bad = np.flatnonzero(cause)
    if not len(bad):
        return NOTHING_REJECTED, cause > 0
    every = (*table.faults, *faults)
    lines = records.lines[bad].tolist()
    causes = [every[number - 1] for number in cause[bad]]
    columns = [
        pa.array(lines, pa.int64()),
        pa.array([fault.field for fault in causes], pa.string()),
        pa.array([fault.reason for fault in causes], pa.string()),
        pa.array(
            [f"{name}:{line}: {fault.what}." for line, fault in zip(lines, causes, strict=True)],
            pa.string(),
        ),
        pa.array([records.raw(int(i))[:MAX_RAW_BYTES] for i in bad], pa.binary()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=REJECTED), cause > 0
