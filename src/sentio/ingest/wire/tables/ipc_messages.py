"""Messages of an Arrow IPC stream, looked at before Arrow's own reader sees them.

That reader makes room for whatever a message says it unpacks to; here what it says is read first
and added up (Apache Arrow, format/Message.fbs; FlatBuffers binary format).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO

from sentio.ingest.wire.tables.unpacking import CELL_BYTES, Unpacking, bomb

CONTINUATION = b"\xff\xff\xff\xff"
MAX_METADATA_BYTES = 16 << 20
MAX_BODY_BYTES = 1 << 30  # a batch is held whole; writers make batches of some MiB
CHUNK_BYTES = 1 << 20
DICTIONARY, RECORDS = 2, 3  # Message.fbs, MessageHeader
KEPT_PLAIN = -1  # a buffer of a packed body that is not packed itself


class Checked(io.RawIOBase):
    """A stream of messages that have been looked at; raises `RefusedInput` before a bomb."""

    def __init__(self, stream: BinaryIO, unpacking: Unpacking) -> None:
        super().__init__()
        self._parts = _parts(stream, unpacking)
        self._waiting = memoryview(b"")

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Give ``size`` bytes, or all there are where that is fewer."""
        chunks: list[memoryview] = []
        wanted = size if size >= 0 else 1 << 62
        while wanted:
            if not self._waiting:
                more = next(self._parts, None)
                if more is None:
                    break
                self._waiting = memoryview(more)
            chunks.append(self._waiting[:wanted])
            self._waiting = self._waiting[wanted:]
            wanted -= len(chunks[-1])
        return b"".join(chunks)


def _parts(stream: BinaryIO, unpacking: Unpacking) -> Iterator[bytes]:
    while prefix := _exactly(stream, 4):
        is_new = prefix == CONTINUATION  # before version 0.15 the length stood first
        length = _exactly(stream, 4) if is_new else prefix
        size = int.from_bytes(length, "little", signed=True)
        if size == 0 or len(length) < 4:
            yield prefix + (length if is_new else b"")
            return
        if not 0 < size <= MAX_METADATA_BYTES:
            raise ValueError(f"a message has {size} bytes of metadata")
        metadata = _exactly(stream, size)
        message = _Table.root(metadata)
        body = _exactly(stream, _body_bytes(message))
        unpacking.took(len(metadata) + len(body) + 8)
        _check(message, body, unpacking)
        yield prefix + (length if is_new else b"") + metadata
        yield body


def _exactly(stream: BinaryIO, size: int) -> bytes:
    """Read so many bytes, or what there is; makes no room for what is only promised."""
    chunks: list[bytes] = []
    while size and (chunk := stream.read(min(size, CHUNK_BYTES))):
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)


def _body_bytes(message: _Table) -> int:
    size = message.number(3, "<q")
    if size < 0:
        raise ValueError("a message has a body of less than nothing")
    if size > MAX_BODY_BYTES:
        raise bomb("a message", size, MAX_BODY_BYTES)
    return size


def _check(message: _Table, body: bytes, unpacking: Unpacking) -> None:
    kind = message.number(1, "<B")
    records = message.table(2)
    if records is not None and kind == DICTIONARY:
        records = records.table(1)
    if records is None or kind not in (DICTIONARY, RECORDS):
        return
    # columns of nulls and of booleans have rows without bytes
    unpacking.gives(max(records.number(0, "<q"), 0) * CELL_BYTES)
    if records.table(3) is None:
        return
    for start, size in records.pairs(2):
        told = body[start : start + 8] if start >= 0 and size >= 8 else b""
        unpacked = int.from_bytes(told, "little", signed=True)
        unpacking.gives(size if unpacked == KEPT_PLAIN else max(unpacked, 0))


class _Table:
    """A FlatBuffers table; raises struct.error where it points outside of its bytes."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at
        self._fields = at - _at("<i", data, at)

    @classmethod
    def root(cls, data: bytes) -> _Table:
        """Find the table that a message begins with."""
        return cls(data, _at("<I", data, 0))

    def number(self, place: int, layout: str) -> int:
        """Give a field that is a number; 0 where it is absent."""
        at = self._place(place)
        return _at(layout, self._data, at) if at else 0

    def table(self, place: int) -> _Table | None:
        """Give a field that is a table."""
        at = self._place(place)
        return _Table(self._data, at + _at("<I", self._data, at)) if at else None

    def pairs(self, place: int) -> Iterator[tuple[int, int]]:
        """Go through a field that is a vector of pairs of 64-bit numbers."""
        at = self._place(place)
        if at:
            start = at + _at("<I", self._data, at)
            for i in range(_at("<I", self._data, start)):
                pair = start + 4 + 16 * i
                yield _at("<q", self._data, pair), _at("<q", self._data, pair + 8)

    def _place(self, place: int) -> int:
        entry = 4 + 2 * place
        if entry + 2 > _at("<H", self._data, self._fields):
            return 0
        offset = _at("<H", self._data, self._fields + entry)
        return self._at + offset if offset else 0


def _at(layout: str, data: bytes, at: int) -> int:
    if at < 0:
        raise struct.error("an offset leads out of the message")
    return struct.unpack_from(layout, data, at)[0]
