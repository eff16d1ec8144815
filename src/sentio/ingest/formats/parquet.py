"""Parquet tables of any columns by a column map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from sentio.ingest.format import Format
from sentio.ingest.formats._columnar import flat, map_of, mapped
from sentio.ingest.piece import Piece, Reading
from sentio.kernel.errors import FormatError

MAGIC = b"PAR1"
MAX_SCHEMA_BYTES = 16 << 20  # of one text or container in the footer: no bomb hides there


def sniff(head: bytes, name: str) -> float:
    """Look for the magic number in front."""
    del name
    return 1.0 if head.startswith(MAGIC) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read batch by batch, and only the columns that the map needs."""
    first = 1
    try:
        file = pq.ParquetFile(
            stream,
            thrift_string_size_limit=MAX_SCHEMA_BYTES,
            thrift_container_size_limit=1_000_000,
        )
        owner = map_of(file.schema_arrow.names, reading)
        tops = {name.split(".")[0] for name in owner.sources}
        wanted = [name for name in file.schema_arrow.names if name in tops]
        for batch in file.iter_batches(batch_size=reading.batch_rows, columns=wanted):
            batch.validate(full=True)
            last = first + batch.num_rows
            yield from mapped(
                flat(batch), owner, reading, lines=range(first, last), position=last - 1
            )
            first = last
    except (pa.ArrowException, OSError, MemoryError, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(
            f"the Parquet file is broken at row {first} ({str(error).splitlines()[0][:200]})",
            where=reading.origin.name,
            next_step="Rows before it were kept; write the file again.",
        ) from error


FORMAT = Format(
    name="parquet",
    title="Parquet by column map",
    standard="Apache Parquet",
    sniff=sniff,
    read=read,
)
