"""Cut a stream of text into blocks of whole lines, in constant memory whatever the lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

BLOCK_BYTES = 16 << 20
MAX_LINE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some whole lines of a stream.

    ``first_line`` is the 1-based number of the first of them; ``end`` the byte offset behind the
    last. A line longer than `MAX_LINE_BYTES` comes alone, cut short, with ``is_too_long``.
    """

    content: bytes
    first_line: int
    end: int
    is_too_long: bool = False


def blocks(stream: BinaryIO, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """Yield the stream in blocks of about ``block_bytes``, cut at line ends."""
    rest, line, offset = b"", 1, 0
    while chunk := stream.read(block_bytes):
        data = rest + chunk if rest else chunk
        cut = data.rfind(b"\n") + 1
        if cut:
            yield from _whole(data[:cut], line, offset)
            line += data.count(b"\n", 0, cut)
            offset += cut
        rest = data[cut:]
        if len(rest) > MAX_LINE_BYTES:
            skipped, rest = _skip_line(stream, rest, block_bytes)
            offset += skipped
            yield Block(
                content=data[cut : cut + 1000], first_line=line, end=offset, is_too_long=True
            )
            line += 1
    if rest:
        yield from _whole(rest, line, offset)


def lines_of(content: bytes) -> list[bytes]:
    """Give the non-empty lines of a block, in order, without their ends."""
    return [line for each in content.split(b"\n") if (line := each.rstrip(b"\r"))]


def line_numbers(block: Block) -> list[int]:
    """Give the 1-based numbers of the block's non-empty lines, in order."""
    parts = block.content.split(b"\n")
    return [block.first_line + i for i, each in enumerate(parts) if each.rstrip(b"\r")]


def _whole(data: bytes, line: int, offset: int) -> Iterator[Block]:
    if not _has_long_line(data):
        yield Block(content=data, first_line=line, end=offset + len(data))
        return
    start = 0
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n")) + 1
    if not len(ends) or ends[-1] != len(data):
        ends = np.append(ends, len(data))
    lengths = np.diff(ends, prepend=0)
    for i in np.flatnonzero(lengths > MAX_LINE_BYTES):
        begin, end = int(ends[i] - lengths[i]), int(ends[i])
        if begin > start:
            before = data[start:begin]
            yield Block(content=before, first_line=line, end=offset + begin)
            line += before.count(b"\n")
        yield Block(
            content=data[begin : begin + 1000], first_line=line, end=offset + end, is_too_long=True
        )
        line += 1
        start = end
    if start < len(data):
        yield Block(content=data[start:], first_line=line, end=offset + len(data))


def _has_long_line(data: bytes) -> bool:
    # looks for a line end in every window of half the limit: cheap, and no long line escapes
    step = MAX_LINE_BYTES // 2
    return any(
        data.find(b"\n", start, start + step) < 0 for start in range(0, len(data) - step, step)
    ) and bool(_longest(data) > MAX_LINE_BYTES)


def _longest(data: bytes) -> int:
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n"))
    edges = np.concatenate([[-1], ends, [len(data)]])
    return int(np.diff(edges).max())


def _skip_line(stream: BinaryIO, rest: bytes, block_bytes: int) -> tuple[int, bytes]:
    skipped = len(rest)
    while chunk := stream.read(block_bytes):
        cut = chunk.find(b"\n") + 1
        if cut:
            return skipped + cut, chunk[cut:]
        skipped += len(chunk)
    return skipped, b""
