"""What Parquet, Arrow IPC and NDJSON tables share: find the map by the names, then map batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from sentio.ingest.layout import map_for_names
from sentio.ingest.maps import ColumnMap
from sentio.ingest.piece import NOTHING_REJECTED, Piece, Reading
from sentio.ingest.tabular import pieces_of
from sentio.kernel.errors import FormatError

ROWS_AT_ONCE = 4096


def map_of(names: list[str], reading: Reading) -> ColumnMap:
    """Find the column map for a table's column names; raises `FormatError`."""
    found = map_for_names(names, reading.options.get("map", ""))
    if found is None:
        raise FormatError(
            f"no column map fits the columns {', '.join(names[:8])}",
            where=reading.origin.name,
            expected="the columns of a shipped map, or columns named as Sentio names them",
            next_step="List the maps with `sentio catalog maps`, or pass your own by --map.",
        )
    return found


def mapped(
    batch: pa.RecordBatch,
    owner: ColumnMap,
    reading: Reading,
    *,
    lines: Sequence[int],
    position: int,
    more_rejected: pa.RecordBatch = NOTHING_REJECTED,
) -> Iterator[Piece]:
    """Map one batch; a rejected row is kept as a JSON object of its source columns.

    ``lines`` gives the line or row number of each row of the batch.
    """

    def row_bytes(rows: npt.NDArray[np.int64]) -> tuple[list[int], list[bytes]]:
        raws: list[bytes] = []
        for start in range(0, len(rows), ROWS_AT_ONCE):  # as Python values they take much room
            chosen = _written_times(batch.take(pa.array(rows[start : start + ROWS_AT_ONCE])))
            raws += [orjson.dumps(row, default=str) for row in chosen.to_pylist()]
        return [lines[row] for row in rows.tolist()], raws

    yield from pieces_of(
        owner, batch, reading, position=position, row_bytes=row_bytes, more_rejected=more_rejected
    )


def _written_times(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Write times out; Python knows no year beyond 9999, and not every time zone."""
    for i, column in enumerate(batch.columns):
        if pa.types.is_timestamp(column.type):
            texts = column.cast(pa.timestamp(column.type.unit)).cast(pa.string())
            batch = batch.set_column(i, batch.schema.names[i], texts)
    return batch


def flat(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Give structs' fields as columns of their own, named ``outer.inner``."""
    table = pa.Table.from_batches([batch])
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
