"""A stream whose first bytes were looked at and are put back."""

from __future__ import annotations

import io
from typing import BinaryIO

BUFFER_BYTES = 65_536


def put_back(head: bytes, stream: BinaryIO) -> BinaryIO:
    """Give a stream that reads ``head`` first, then the rest; closing it leaves the rest open."""
    return io.BufferedReader(_Joined(head, stream), BUFFER_BYTES)


class _Joined(io.RawIOBase):
    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        if self._head:
            part, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            part = self._stream.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)
