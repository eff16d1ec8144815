"""How much may come out of a table that is kept packed: a small file must not fill the memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.sources.limits import RefusedInput
from sentio.kernel.arrays import IntArray

FREE_BYTES = 64 << 20  # so much may come out of any table before its ratio counts
RATIO = 200
BATCH_BYTES = 16 << 20  # so much of texts is written out at once
CELL_BYTES = 8  # what a number takes, or a time


class Unpacking:
    """Counts what comes out of one input against what went in."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._packed_bytes = 0
        self._unpacked_bytes = 0

    def took(self, packed_bytes: int) -> None:
        """Note that so many bytes of the input were read."""
        self._packed_bytes += packed_bytes

    def gives(self, unpacked_bytes: int) -> None:
        """Note what they unpack to; raises `RefusedInput` where that is too much."""
        self._unpacked_bytes += unpacked_bytes
        limit = max(FREE_BYTES, RATIO * self._packed_bytes)
        if self._unpacked_bytes > limit:
            raise bomb(self._name, self._unpacked_bytes, limit)


def bomb(name: str, unpacked_bytes: int, limit_bytes: int) -> RefusedInput:
    """Say that a table unpacks to more than it may."""
    return RefusedInput(
        f"the table unpacks to {unpacked_bytes} bytes or more",
        reason="too_large",
        where=name,
        expected=f"at most {limit_bytes} bytes: {RATIO} times its size, or {FREE_BYTES}",
        next_step="If the table is honest, write it as several files or with less compression.",
    )


def in_bounds(batch: pa.RecordBatch, unpacking: Unpacking) -> Iterator[pa.RecordBatch]:
    """Cut a batch so that its coded texts, written out, stay small; raises `RefusedInput`."""
    rows_bytes = np.zeros(batch.num_rows, dtype=np.int64)
    for column in batch.columns:
        rows_bytes += _text_bytes(column)
    ends = np.cumsum(rows_bytes)
    plain = sum(column.nbytes for column in batch.columns if _is_text(column.type))
    unpacking.gives(plain + int(ends[-1] if len(ends) else 0))
    start = 0
    while start < batch.num_rows:
        before = int(ends[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(ends, before + BATCH_BYTES, side="right")))
        yield _uncoded(batch.slice(start, end - start))
        start = end


def _text_bytes(column: pa.Array) -> IntArray | int:
    if not _is_coded(column.type):
        return 0
    lengths = pc.binary_length(column.dictionary).cast(pa.int64())
    return np.asarray(lengths.take(column.indices).fill_null(0), dtype=np.int64)


def _is_coded(kind: pa.DataType) -> bool:
    return pa.types.is_dictionary(kind) and _is_text(kind.value_type)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_binary(kind)


def _uncoded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Write out texts whose dictionary is longer than the batch; it serves other batches too."""
    for i, column in enumerate(batch.columns):
        if _is_coded(column.type) and len(column.dictionary) > batch.num_rows:
            plain = column.dictionary.take(column.indices)
            batch = batch.set_column(i, batch.schema.names[i], plain)
    return batch
