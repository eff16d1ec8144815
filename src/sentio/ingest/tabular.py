"""From a mapped block to pieces: faulty rows cut out with line, field, reason and bytes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.ingest.mapping import Fault, Mapped, apply
from sentio.ingest.maps import ColumnMap
from sentio.ingest.piece import MAX_RAW_BYTES, NOTHING_REJECTED, REJECTED, Piece, Reading, RowBytes

CONSTANT_OPTIONS = ("service", "segment", "slice", "app", "cell", "server", "subject_kind")


def pieces_of(
    owner: ColumnMap,
    raw: pa.RecordBatch,
    reading: Reading,
    *,
    position: int,
    row_bytes: RowBytes,
    more_rejected: pa.RecordBatch = NOTHING_REJECTED,
) -> list[Piece]:
    """Map a block and split it by service; the counts of its pieces add up to its rows.

    ``more_rejected`` are rows that could not even become source columns.
    """
    overrides = {k: v for k, v in reading.options.items() if k in CONSTANT_OPTIONS}
    timezone = reading.options.get("timezone", "UTC")
    mapped, faults = apply(owner, raw, timezone=timezone, overrides=overrides)
    rejected, bad = _rejected(faults, raw.num_rows, row_bytes)
    if more_rejected.num_rows:
        rejected = pa.concat_batches([more_rejected, rejected])
    good_rows = int(raw.num_rows - bad.sum())
    pieces: list[Piece] = []
    for each in mapped:
        keep = ~bad if each.rows is None else each.rows & ~bad
        batch = each.batch if keep.all() else each.batch.filter(pa.array(keep))
        if batch.num_rows:
            found = _Found(row_bytes, np.flatnonzero(keep))
            pieces.append(_piece(owner, each.service, batch, position, found.of))
    if not pieces:
        empty = mapped[0].batch.slice(0, 0) if mapped else pa.RecordBatch.from_pydict({})
        pieces = [_piece(owner, "", empty, position, row_bytes)]
    # each row stands behind one record of the first shape only, so that it is counted once
    counted = _counts(mapped, pieces, good_rows)
    first = replace(
        pieces[0],
        rows_read=counted[0] + rejected.num_rows,
        rows_kept=counted[0],
        rejected=rejected,
    )
    others = [
        replace(piece, rows_read=rows, rows_kept=rows)
        for piece, rows in zip(pieces[1:], counted[1:], strict=True)
    ]
    return [first, *others]


class _Found:
    """Leads from a record back to its row in the block."""

    def __init__(self, row_bytes: RowBytes, rows: npt.NDArray[np.int64]) -> None:
        self._row_bytes = row_bytes
        self._rows = rows

    def of(self, records: npt.NDArray[np.int64]) -> tuple[list[int], list[bytes]]:
        """Give line numbers and bytes of the rows behind some records."""
        return self._row_bytes(self._rows[records])


def _counts(mapped: list[Mapped], pieces: list[Piece], good_rows: int) -> list[int]:
    counts: list[int] = []
    left = good_rows
    for piece in pieces:
        taken = min(left, piece.batch.num_rows)
        counts.append(taken)
        left -= taken
    if left and mapped:
        counts[0] += left
    return counts


def _piece(
    owner: ColumnMap, service: str, batch: pa.RecordBatch, position: int, row_bytes: RowBytes
) -> Piece:
    return Piece(
        kind=owner.kind,
        batch=batch,
        service=service,
        rows_read=0,
        rows_kept=0,
        position=position,
        rejected=NOTHING_REJECTED,
        row_bytes=row_bytes,
    )


def _rejected(
    faults: list[Fault], rows: int, row_bytes: RowBytes
) -> tuple[pa.RecordBatch, npt.NDArray[np.bool_]]:
    bad = np.zeros(rows, dtype=np.bool_)
    parts: list[pa.RecordBatch] = []
    for fault in faults:
        new = np.flatnonzero(fault.rows & ~bad)
        bad |= fault.rows
        if len(new):
            lines, raws = row_bytes(new)
            parts.append(rejected_batch(lines, raws, fault.field, fault.reason, fault.message))
    return (pa.concat_batches(parts) if parts else NOTHING_REJECTED), bad


def rejected_batch(
    lines: list[int], raws: list[bytes], field: str, reason: str, message: str
) -> pa.RecordBatch:
    """Make rejected rows that share field, reason and message."""
    count = len(lines)
    return pa.record_batch(
        [
            pa.array(lines, pa.int64()),
            pa.repeat(pa.scalar(field), count),
            pa.repeat(pa.scalar(reason), count),
            pa.repeat(pa.scalar(message), count),
            pa.array([raw[:MAX_RAW_BYTES] for raw in raws], pa.binary()),
        ],
        schema=REJECTED,
    )
