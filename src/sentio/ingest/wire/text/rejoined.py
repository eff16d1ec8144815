"""A stream whose first bytes have been looked at already, whole again."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER_BYTES = 1 << 20


def rejoined(head: bytes, rest: BinaryIO) -> BinaryIO:
    """Give a stream that reads the head first and the rest after it; ``rest`` stays open."""
    return io.BufferedReader(_Rejoined(head, rest), BUFFER_BYTES)


class _Rejoined(io.RawIOBase):
    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = memoryview(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        room = memoryview(buffer).cast("B")
        part = self._head[: len(room)] or self._rest.read(len(room))
        self._head = self._head[len(room) :]
        room[: len(part)] = part
        return len(part)
