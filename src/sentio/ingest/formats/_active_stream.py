"""A stream whose first bytes have been looked at already, whole again."""

from __future__ import annotations

import io
from typing import BinaryIO


class Rejoined(io.RawIOBase):
    """Reads the head first and the rest of the stream after it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read up to so many bytes."""
        if not self._head:
            return self._rest.read(size)
        if size < 0:
            head, self._head = self._head, b""
            return head + self._rest.read()
        head, self._head = self._head[:size], self._head[size:]
        return head
