"""Page headers of a Parquet file, read ahead of its values, so that no bomb goes off unseen.

Whoever reads values must believe what the headers say; here what they say is added up first
(Apache Parquet, parquet.thrift; Thrift compact protocol).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow.parquet as pq

from sentio.ingest.formats._unpacking import CELL_BYTES, FREE_BYTES, Unpacking, bomb

PAGE_BYTES = 64 << 20  # writers make pages of about 1 MiB
LIST_RATIO = 20  # a list is read whole: its values may be so many times its bytes
HEADER_BYTES = 4096
MAX_HEADER_BYTES = 4 << 20
MAX_DEPTH = 16
DELTA_BYTE_ARRAY = 7  # parquet.thrift, Encoding: each value continues the one before it

STOP, TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = 0, 1, 2, 3, 7, 8, 9, 10, 11, 12
INTEGERS = (4, 5, 6)

Fields = dict[int, "int | Fields"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page's header says of it."""

    header_bytes: int
    packed_bytes: int
    unpacked_bytes: int
    values: int
    encoding: int
    is_dictionary: bool


def check_chunk(
    stream: BinaryIO, chunk: pq.ColumnChunkMetaData, *, is_list: bool, unpacking: Unpacking
) -> int:
    """Add up one column chunk, and tell how long one of its values can be at most.

    Returns
    -------
    longest_bytes
        0 where a value takes no more than its own bytes in the file.

    Raises
    ------
    RefusedInput
        If the chunk unpacks to too much.
    ValueError, IndexError
        If a header is damaged.
    """
    longest = values = 0
    for page in _pages(stream, chunk):
        if page.unpacked_bytes > PAGE_BYTES:
            raise bomb(chunk.path_in_schema, page.unpacked_bytes, PAGE_BYTES)
        if page.encoding == DELTA_BYTE_ARRAY:
            longest = max(longest, page.unpacked_bytes)
        unpacking.gives(page.values * CELL_BYTES)
        values += 0 if page.is_dictionary else page.values
        limit = max(FREE_BYTES, LIST_RATIO * chunk.total_compressed_size)
        if is_list and values * CELL_BYTES > limit:
            raise bomb(chunk.path_in_schema, values * CELL_BYTES, limit)
    return longest


def _pages(stream: BinaryIO, chunk: pq.ColumnChunkMetaData) -> Iterator[Page]:
    at = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < (first := chunk.dictionary_page_offset or 0) < at:
        at = first
    end, values = at + chunk.total_compressed_size, 0
    while at < end and values < chunk.num_values:
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
            fields, header_bytes = _struct(head, 0, 0)
            return _page(fields, header_bytes)
        except IndexError:
            if len(head) < size or size >= MAX_HEADER_BYTES:
                raise
            size *= 16  # long texts among the statistics


def _page(fields: Fields, header_bytes: int) -> Page:
    about: Fields = {}
    for place in (5, 7, 8):  # data page, dictionary page, data page of version 2
        found = fields.get(place)
        about = found if isinstance(found, dict) else about
    page = Page(
        header_bytes=header_bytes,
        packed_bytes=_number(fields, 3),
        unpacked_bytes=_number(fields, 2),
        values=_number(about, 1),
        encoding=_number(about, 4 if 8 in fields else 2),
        is_dictionary=7 in fields,
    )
    if page.is_dictionary and page.values > 8 * page.unpacked_bytes:
        raise ValueError("a dictionary has more values than bits")
    return page


def _number(fields: Fields, place: int) -> int:
    found = fields.get(place, 0)
    if not isinstance(found, int) or found < 0:
        raise ValueError("a page header is damaged")
    return found


def _struct(data: bytes, at: int, depth: int) -> tuple[Fields, int]:
    if depth > MAX_DEPTH:
        raise ValueError("a page header is nested too deep")
    fields: Fields = {}
    place = 0
    while (byte := data[at]) & 15:
        at += 1
        if byte >> 4:
            place += byte >> 4
        else:
            number, at = _varint(data, at)
            place = _signed(number)
        value, at = _value(data, at, byte & 15, depth)
        if value is not None:
            fields[place] = value
    return fields, at + 1


def _value(data: bytes, at: int, kind: int, depth: int) -> tuple[int | Fields | None, int]:
    if kind in (TRUE, FALSE):
        return None, at
    if kind in INTEGERS:
        number, at = _varint(data, at)
        return _signed(number), at
    if kind == STRUCT:
        return _struct(data, at, depth + 1)
    if kind in (LIST, SET):
        return None, _after_list(data, at, depth)
    if kind == BINARY:
        size, at = _varint(data, at)
        at += size
    elif kind in (BYTE, DOUBLE):
        at += 1 if kind == BYTE else 8
    else:
        raise ValueError(f"a page header has a field of the unknown type {kind}")
    if at > len(data):
        raise IndexError
    return None, at


def _after_list(data: bytes, at: int, depth: int) -> int:
    size, kind = data[at] >> 4, data[at] & 15
    at += 1
    if size == 15:
        size, at = _varint(data, at)
    for _ in range(size):
        if kind in (TRUE, FALSE):
            at += 1
        else:
            _, at = _value(data, at, kind, depth + 1)
        if at > len(data):
            raise IndexError
    return at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
        shift += 7
        if shift > 63:
            raise ValueError("a number in a page header is too long")


def _signed(number: int) -> int:
    return (number >> 1) ^ -(number & 1)
