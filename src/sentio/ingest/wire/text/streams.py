"""Streams: read fully, or looked at and made whole again."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER_BYTES = 65_536


def read_fully(stream: BinaryIO, size: int) -> bytes:
    """Read so many bytes unless the stream ends, however short its single reads are."""
    parts: list[bytes] = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def put_back(head: bytes, stream: BinaryIO) -> BinaryIO:
    """Give a stream that reads ``head`` first, then the rest; closing it leaves the rest open."""
    return io.BufferedReader(_Joined(head, stream), BUFFER_BYTES)


class _Joined(io.RawIOBase):
    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        super().__init__()
        self._head = memoryview(head)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        room = memoryview(buffer).cast("B")
        part = self._head[: len(room)] or self._stream.read(len(room))
        self._head = self._head[len(room) :]
        room[: len(part)] = part
        return len(part)
