"""Arrow IPC, stream or file (Feather), of any columns by a column map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from sentio.ingest.format import Format
from sentio.ingest.formats._columnar import flat, map_of, mapped
from sentio.ingest.piece import Piece, Reading
from sentio.kernel.errors import FormatError

FILE_MAGIC = b"ARROW1"
STREAM_MAGIC = b"\xff\xff\xff\xff"


def sniff(head: bytes, name: str) -> float:
    """Look for the file's magic number, or the stream's continuation mark and a sane length."""
    del name
    if head.startswith(FILE_MAGIC):
        return 1.0
    length = int.from_bytes(head[4:8], "little")
    is_stream = head.startswith(STREAM_MAGIC) and 0 < length < (16 << 20) and length % 8 == 0
    return 0.9 if is_stream else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read batch by batch; every batch is checked before it is used."""
    first = 1
    try:
        for batch in _batches(stream, reading):
            batch.validate(full=True)
            owner = map_of(_names(batch), reading)
            for start in range(0, batch.num_rows, reading.batch_rows):
                part = flat(batch.slice(start, reading.batch_rows))
                last = first + part.num_rows
                yield from mapped(part, owner, reading, lines=range(first, last), position=last - 1)
                first = last
    except (pa.ArrowException, OSError, MemoryError, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(
            f"the Arrow data are broken at row {first} ({str(error).splitlines()[0][:200]})",
            where=reading.origin.name,
            next_step="Rows before it were kept; send the rest again.",
        ) from error


def _batches(stream: BinaryIO, reading: Reading) -> Iterator[pa.RecordBatch]:
    head = stream.read(len(FILE_MAGIC))
    stream.seek(0)
    if head == FILE_MAGIC:
        file = pa.ipc.open_file(stream)
        for i in range(file.num_record_batches):
            yield file.get_batch(i)
        return
    del reading
    with pa.ipc.open_stream(stream) as batches:
        yield from batches


def _names(batch: pa.RecordBatch) -> list[str]:
    return flat(batch.slice(0, 0)).schema.names


FORMAT = Format(
    name="arrow_ipc",
    title="Arrow IPC by column map",
    standard="Apache Arrow IPC",
    sniff=sniff,
    read=read,
)
