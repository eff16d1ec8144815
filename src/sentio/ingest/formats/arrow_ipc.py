"""Arrow IPC, stream or file (Feather), of any columns by a column map."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

import pyarrow as pa

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.tables.ipc_messages import Checked
from sentio.ingest.wire.tables.mapped import flat, map_of, mapped
from sentio.ingest.wire.tables.plain_columns import plain
from sentio.ingest.wire.tables.unpacking import Unpacking, in_bounds
from sentio.ingest.wire.text.streams import put_back
from sentio.kernel.errors import FormatError

FILE_MAGIC = b"ARROW1\0\0"
STREAM_MAGIC = b"\xff\xff\xff\xff"
MAX_HEAD_BYTES = 16 << 20


def sniff(head: bytes, name: str) -> float:
    """Look for the file's magic number, or the stream's continuation mark and a sane length."""
    del name
    if head.startswith(FILE_MAGIC[:6]):
        return 1.0
    length = int.from_bytes(head[4:8], "little")
    is_stream = head.startswith(STREAM_MAGIC) and 0 < length < MAX_HEAD_BYTES and length % 8 == 0
    return 0.9 if is_stream else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read batch by batch; every batch is checked before it is used."""
    first = 1
    unpacking = Unpacking(reading.origin.name)
    try:
        with pa.ipc.open_stream(_messages(stream, unpacking)) as batches:
            owner = map_of(_names(batches.schema), reading)
            wanted = _wanted(batches.schema, owner.sources)
            for whole in batches:
                batch = whole.select(wanted)
                batch.validate(full=True)
                for start in range(0, batch.num_rows, reading.batch_rows):
                    part = plain(flat(batch.slice(start, reading.batch_rows)))
                    for bounded in in_bounds(part, unpacking):
                        last = first + bounded.num_rows
                        lines = range(first, last)
                        yield from mapped(bounded, owner, reading, lines=lines, position=last - 1)
                        first = last
    except FormatError:
        raise
    except (pa.ArrowException, OSError, MemoryError, ValueError, struct.error) as error:
        said = (str(error) or type(error).__name__).splitlines()[0][:200]
        raise FormatError(
            f"the Arrow data are broken at row {first} ({said})",
            where=reading.origin.name,
            next_step="Rows before it were kept; send the rest again.",
        ) from error


def _messages(stream: BinaryIO, unpacking: Unpacking) -> BinaryIO:
    # a file holds a stream behind its magic number; what follows the stream is only an index
    head = stream.read(len(FILE_MAGIC))
    found = Checked(put_back(b"" if head == FILE_MAGIC else head, stream), unpacking)
    return cast("BinaryIO", found)  # a reader, as BinaryIO in all that Arrow uses


def _names(fields: Iterable[pa.Field], prefix: str = "") -> list[str]:
    """Name the columns as `flat` will."""
    names: list[str] = []
    for field in fields:
        name = prefix + field.name
        names += _names(field.type, f"{name}.") if pa.types.is_struct(field.type) else [name]
    return names


def _wanted(schema: pa.Schema, sources: list[str]) -> list[int]:
    """Choose columns; of several that have one name, the first."""
    tops = {name.split(".")[0] for name in sources}
    places = {name: place for place, name in reversed([*enumerate(schema.names)]) if name in tops}
    return sorted(places.values())


FORMAT = Format(
    name="arrow_ipc",
    title="Arrow IPC by column map",
    standard="Apache Arrow IPC",
    sniff=sniff,
    read=read,
)
