"""Text read block by block: whole lines, their numbers, and Arrow strings without copies.

For patterns over whole columns of lines: a line longer than a block is cut. `lines` gives them one
by one, and one that is too long as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from sentio.ingest.wire.text.streams import read_fully
from sentio.kernel.arrays import IntArray

BLOCK_BYTES = 1 << 18
"""Text is read this much at a time; a line longer than that is cut."""

ASCII = bytes(range(128)) + b"?" * 128
"""Bytes outside ASCII become a question mark, so that offsets and the raw line stay right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some whole lines of a text; ``starts`` has one entry a line and one for the end."""

    text: bytes
    starts: IntArray
    first_line: int

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.starts) - 1

    def raw(self, index: int) -> bytes:
        """Give one line as it stands in the input, without its end."""
        return self.text[self.starts[index] : self.starts[index + 1]].rstrip(b"\r\n")

    def strings(self) -> pa.StringArray:
        """Give all lines, with their ends, as ASCII strings."""
        return pa.StringArray.from_buffers(
            len(self),
            pa.py_buffer(self.starts.astype(np.int32)),
            pa.py_buffer(self.text.translate(ASCII)),
        )


def blocks(stream: BinaryIO, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """Read a stream as blocks of whole lines; the same bytes always give the same blocks."""
    line, rest = 1, b""
    while True:
        fresh = read_fully(stream, block_bytes)
        text = rest + fresh
        if not text:
            return
        is_last = len(fresh) < block_bytes
        end = len(text) if is_last else text.rfind(b"\n") + 1
        if end == 0:  # one line fills the whole block
            end = len(text)
        rest = text[end:]
        block = _block(text[:end], line)
        line += len(block)
        yield block
        if is_last:
            return


def stands_alone(head: bytes) -> bytes:
    """Put nothing in front of a rejected row: it can be read again as it is."""
    del head
    return b""


def _block(text: bytes, first_line: int) -> Block:
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n")) + 1
    starts = np.concatenate([[0], ends])
    if starts[-1] != len(text):
        starts = np.append(starts, len(text))
    return Block(text=text, starts=starts.astype(np.int64), first_line=first_line)
