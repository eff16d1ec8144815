"""What a Parquet file says of its own size, added up before a value is read: no bomb goes off.

Whoever reads values must believe the headers of pages; here they are read first, and so is the
index of column chunks: where it is damaged, asking Arrow for it can end the process (Apache
Parquet, parquet.thrift).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

import numpy as np

from sentio.ingest.wire.tables.thrift import BEGIN, numbers_of
from sentio.ingest.wire.tables.unpacking import CELL_BYTES, FREE_BYTES, Unpacking, bomb
from sentio.kernel.arrays import IntArray

MAX_FOOTER_BYTES = 64 << 20
PAGE_BYTES = 64 << 20  # writers make pages of about 1 MiB
LIST_RATIO = 20  # a list is read whole: its values may be so many times its bytes
HEADER_BYTES = 4096
MAX_HEADER_BYTES = 1 << 20
TAIL_BYTES = 8  # length of the footer, magic number
DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY = 6, 7  # parquet.thrift, Encoding

# parquet.thrift: FileMetaData.row_groups.columns.meta_data, and which of its fields we need
GROUP, CHUNK, ABOUT = 1, 2, 3
FOOTER = {(0, 4): GROUP, (GROUP, 1): CHUNK, (CHUNK, 3): ABOUT}
VALUES, PACKED, DATA_AT, DICTIONARY_AT = 5, 7, 9, 11

# PageHeader, and the three kinds of pages
DATA, DICTIONARY, DATA_2 = 1, 2, 3
PAGE = {(0, 5): DATA, (0, 7): DICTIONARY, (0, 8): DATA_2}
ENCODING = {DATA: 2, DICTIONARY: 2, DATA_2: 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Where the values of a column lie within one row group; ``column`` counts from 0."""

    column: int
    begin: int
    end: int
    values: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page's header says of it."""

    header_bytes: int
    packed_bytes: int
    unpacked_bytes: int
    values: int
    encoding: int
    is_dictionary: bool


def chunks_of(stream: BinaryIO, columns: Iterable[int]) -> list[Chunk]:
    """Read the footer; gives the chunks of some columns; raises ValueError, IndexError."""
    size = stream.seek(0, 2)
    stream.seek(max(size - TAIL_BYTES, 0))
    length = int.from_bytes(stream.read(TAIL_BYTES)[:4], "little")
    if not 0 < length <= min(size - TAIL_BYTES, MAX_FOOTER_BYTES):
        raise ValueError(f"the footer has {length} bytes")
    stream.seek(size - TAIL_BYTES - length)
    events, _ = numbers_of(stream.read(length), FOOTER)
    found, numbers = _chunks(events)
    wanted = np.flatnonzero(np.isin(found, list(columns)))
    chunks = [_chunk(int(found[i]), numbers[i], size) for i in wanted.tolist()]
    in_file = sorted(chunks, key=lambda chunk: chunk.begin)
    if any(one.end > other.begin for one, other in pairwise(in_file)):
        raise ValueError("two columns share bytes")  # so would a bomb
    return chunks


def _chunks(events: IntArray) -> tuple[IntArray, IntArray]:
    """Give the column of each chunk, and its numbers by their place."""
    role, place, value = events.T
    begins = (role == CHUNK) & (place == BEGIN)
    chunk = np.cumsum(begins) - 1
    group = (np.cumsum((role == GROUP) & (place == BEGIN)) - 1)[begins]
    column = np.arange(len(group)) - np.searchsorted(group, group)
    numbers = np.zeros((len(group), DICTIONARY_AT + 1), dtype=np.int64)
    known = (role == ABOUT) & (place <= DICTIONARY_AT)
    numbers[chunk[known], place[known]] = value[known]
    return column.astype(np.int64), numbers


def _chunk(column: int, numbers: IntArray, file_bytes: int) -> Chunk:
    begin, first = int(numbers[DATA_AT]), int(numbers[DICTIONARY_AT])
    begin = first if 0 < first < begin else begin
    end, values = begin + int(numbers[PACKED]), int(numbers[VALUES])
    if not 0 <= begin <= end <= file_bytes or values < 0:
        raise ValueError(f"column {column} lies outside of the file")
    return Chunk(column=column, begin=begin, end=end, values=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What is known of the texts of a column before they are read.

    ``longest_bytes`` is how long one can be at most that many rows share; ``has_deltas`` tells
    that Arrow cannot give them as codes.
    """

    longest_bytes: int = 0
    has_deltas: bool = False

    def __or__(self, other: Texts) -> Texts:
        """Join what two chunks of the column tell."""
        return Texts(
            longest_bytes=max(self.longest_bytes, other.longest_bytes),
            has_deltas=self.has_deltas or other.has_deltas,
        )


def check(stream: BinaryIO, chunk: Chunk, *, is_list: bool, unpacking: Unpacking) -> Texts:
    """Add up one column chunk.

    Raises
    ------
    RefusedInput
        If the chunk unpacks to too much.
    ValueError, IndexError
        If a header is damaged.
    """
    found, values = Texts(), 0
    limit = max(FREE_BYTES, LIST_RATIO * (chunk.end - chunk.begin))
    for page in _pages(stream, chunk):
        if page.unpacked_bytes > PAGE_BYTES:
            raise bomb("a page", page.unpacked_bytes, PAGE_BYTES)
        unpacking.gives(page.values * CELL_BYTES)
        values += 0 if page.is_dictionary else page.values
        if is_list and values * CELL_BYTES > limit:
            raise bomb("a list", values * CELL_BYTES, limit)
        found |= _texts(page)
    return found


def _texts(page: Page) -> Texts:
    # a value may be one of the dictionary's, or continue the one before it, and that one too
    is_shared = page.is_dictionary or page.encoding == DELTA_BYTE_ARRAY
    return Texts(
        longest_bytes=page.unpacked_bytes if is_shared else 0,
        has_deltas=page.encoding in (DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY),
    )


def _pages(stream: BinaryIO, chunk: Chunk) -> Iterator[Page]:
    at, values = chunk.begin, 0
    while at < chunk.end and values < chunk.values:
        page = _page_at(stream, at)
        values += 0 if page.is_dictionary else page.values
        at += page.header_bytes + page.packed_bytes
        yield page


def _page_at(stream: BinaryIO, at: int) -> Page:
    size = HEADER_BYTES
    while True:
        stream.seek(at)
        head = stream.read(size)
        try:
            events, header_bytes = numbers_of(head, PAGE)
        except IndexError:
            if len(head) < size or size >= MAX_HEADER_BYTES:
                raise
            size *= 16  # long texts among the statistics
        else:
            return _page(events, header_bytes)


def _page(events: IntArray, header_bytes: int) -> Page:
    found = {(role, place): value for role, place, value in events.tolist()}
    kind = next((each for each in ENCODING if (each, BEGIN) in found), DATA)
    numbers = (found.get(at, 0) for at in ((0, 2), (0, 3), (kind, 1), (kind, ENCODING[kind])))
    unpacked_bytes, packed_bytes, values, encoding = numbers
    is_bomb = kind == DICTIONARY and values > 8 * unpacked_bytes
    if min(unpacked_bytes, packed_bytes, values) < 0 or is_bomb:
        raise ValueError("the header of a page is damaged")
    return Page(
        header_bytes=header_bytes,
        packed_bytes=packed_bytes,
        unpacked_bytes=unpacked_bytes,
        values=values,
        encoding=encoding,
        is_dictionary=kind == DICTIONARY,
    )
