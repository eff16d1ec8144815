"""Parquet tables of any columns by a column map (Apache Parquet 2.x)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.sources.section import Spool
from sentio.ingest.wire.tables.mapped import flat, map_of, mapped
from sentio.ingest.wire.tables.parquet_pages import Texts, check, chunks_of
from sentio.ingest.wire.tables.plain_columns import plain
from sentio.ingest.wire.tables.unpacking import BATCH_BYTES, Unpacking, in_bounds
from sentio.kernel.errors import FormatError

MAGIC = b"PAR1"
MAX_SCHEMA_BYTES = 16 << 20  # of one text or container in the footer: no bomb hides there
MAX_SCHEMA_DEPTH = 64
BUFFER_BYTES = 262_144
TEXT = "BYTE_ARRAY"


def sniff(head: bytes, name: str) -> float:
    """Look for the magic number in front."""
    del name
    return 1.0 if head.startswith(MAGIC) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read batch by batch, and only the columns that the map needs."""
    first = 1
    try:
        file = stream if stream.seekable() else Spool().add(stream).open()
        owner = map_of(_schema(file).names, reading)
        unpacking = Unpacking(reading.origin.name)
        for batch in _batches(file, owner.sources, reading.batch_rows, unpacking):
            batch.validate(full=True)
            for part in in_bounds(plain(flat(batch)), unpacking):
                last = first + part.num_rows
                yield from mapped(part, owner, reading, lines=range(first, last), position=last - 1)
                first = last
    except FormatError:
        raise
    except (pa.ArrowException, OSError, MemoryError, ValueError, IndexError) as error:
        said = (str(error) or type(error).__name__).splitlines()[0][:200]
        raise FormatError(
            f"the Parquet file is broken at row {first} ({said})",
            where=reading.origin.name,
            next_step="Rows before it were kept; write the file again.",
        ) from error


def _opened(stream: BinaryIO, coded: list[str]) -> pq.ParquetFile:
    return pq.ParquetFile(
        stream,
        read_dictionary=coded,
        thrift_string_size_limit=MAX_SCHEMA_BYTES,
        thrift_container_size_limit=1_000_000,
        schema_depth_limit=MAX_SCHEMA_DEPTH,
        pre_buffer=False,  # it would hold the whole file
        buffer_size=BUFFER_BYTES,
    )


def _schema(stream: BinaryIO) -> pa.Schema:
    return _opened(stream, []).schema_arrow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaf:
    """A column of values that is wanted, at its place among all of the file."""

    place: int
    path: str
    is_list: bool
    is_text: bool
    width: int  # bytes of a value, where all have one length


def _batches(
    stream: BinaryIO, names: list[str], most_rows: int, unpacking: Unpacking
) -> Iterator[pa.RecordBatch]:
    tops = {name.split(".")[0] for name in names}
    all_leaves = _leaves(_opened(stream, []).schema)
    leaves = {each.place: each for each in all_leaves if each.path.split(".")[0] in tops}
    unpacking.took(stream.seek(0, 2))
    texts = dict.fromkeys(leaves, Texts())
    for chunk in chunks_of(stream, leaves):
        is_list = leaves[chunk.column].is_list
        texts[chunk.column] |= check(stream, chunk, is_list=is_list, unpacking=unpacking)
    # a text that many rows share is kept once: written out, 50 kB can become gigabytes
    written = [
        leaf.place for leaf in leaves.values() if leaf.is_text and texts[leaf.place].has_deltas
    ]
    coded = [leaf.path for leaf in leaves.values() if leaf.is_text and leaf.place not in written]
    longest = [texts[place].longest_bytes for place in written]
    longest += [leaf.width for leaf in leaves.values()]
    rows = min(most_rows, max(BATCH_BYTES // max([1, *longest]), 1))
    batches = _opened(stream, coded).iter_batches(
        batch_size=rows, columns=[leaf.path for leaf in leaves.values()], use_threads=False
    )
    yield from batches if rows == most_rows else _joined(batches, most_rows)


def _joined(batches: Iterator[pa.RecordBatch], most_rows: int) -> Iterator[pa.RecordBatch]:
    """Put small batches together, up to so many rows or bytes."""
    waiting: list[pa.RecordBatch] = []
    rows = size_bytes = 0
    for batch in batches:
        if waiting and (rows + batch.num_rows > most_rows or size_bytes > BATCH_BYTES):
            yield pa.concat_batches(waiting)
            waiting, rows, size_bytes = [], 0, 0
        waiting.append(batch)
        rows, size_bytes = rows + batch.num_rows, size_bytes + batch.nbytes
    if waiting:
        yield pa.concat_batches(waiting)


def _leaves(schema: pq.ParquetSchema) -> Iterator[_Leaf]:
    for place in range(len(schema)):
        column = schema.column(place)
        is_list, is_text = column.max_repetition_level > 0, column.physical_type == TEXT
        # lists of lists and of texts are no indicator
        if column.max_repetition_level > 1 or (is_list and is_text):
            continue
        width = column.length if column.physical_type == f"FIXED_LEN_{TEXT}" else 0
        yield _Leaf(
            place=place, path=column.path, is_list=is_list, is_text=is_text, width=width or 0
        )


FORMAT = Format(
    name="parquet",
    title="Parquet by column map",
    standard="Apache Parquet",
    sniff=sniff,
    read=read,
)
