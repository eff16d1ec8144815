"""Cut a stream of text into blocks of whole lines, in constant memory whatever the lines."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from sentio.ingest.wire.text.masks import count
from sentio.kernel.errors import FormatError

BLOCK_BYTES = 16 << 20
FIRST_BYTES = 1 << 18  # small inputs need no large block; each is twice the one before
MAX_LINE_BYTES = 1 << 20
MAX_BLOCK_LINES = 65_536
NEWLINE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some whole lines of a stream.

    ``first_line`` is the 1-based number of the first of them; ``end`` the byte offset behind the
    last. A line longer than `MAX_LINE_BYTES` comes alone, cut short, with ``is_too_long``.
    """

    content: bytes | memoryview
    first_line: int
    end: int
    is_too_long: bool = False


def blocks(stream: BinaryIO, *, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """Yield the stream in blocks of about ``block_bytes``, cut at line ends; nothing is copied."""
    rest, line, offset = b"", 1, 0
    room = min(FIRST_BYTES, block_bytes)
    while True:
        data = bytearray(len(rest) + room)
        data[: len(rest)] = rest
        read, failure = _fill(stream, memoryview(data)[len(rest) :])
        size = len(rest) + read
        is_end = read < room and failure is None
        cut = size if is_end else data.rfind(b"\n", 0, size) + 1
        if cut:
            yield from _whole(memoryview(data)[:cut], data, line, offset)
            line += count(np.frombuffer(data, dtype=np.uint8, count=cut), NEWLINE)
            offset += cut
        if failure is not None:
            raise failure  # half a line behind it would be taken for a whole one
        if is_end:
            return
        rest = bytes(memoryview(data)[cut:size])
        room = min(2 * room, block_bytes)
        if len(rest) > MAX_LINE_BYTES:
            skipped, after = _skip_line(stream, rest, block_bytes)
            offset += skipped
            yield Block(content=rest[:1000], first_line=line, end=offset, is_too_long=True)
            line += 1
            rest = after


def _fill(stream: BinaryIO, room: memoryview) -> tuple[int, FormatError | None]:
    """Fill the room as far as the stream goes; a packed stream may turn out to be broken."""
    read = 0
    try:
        while read < len(room):
            more = _read_into(stream, room[read:])
            if not more:
                break
            read += more
    except FormatError as error:  # what was read before it is good
        return read, error
    return read, None


def _read_into(stream: BinaryIO, room: memoryview) -> int:
    if isinstance(stream, io.BufferedReader):
        return stream.readinto(room)
    more = stream.read(len(room))
    room[: len(more)] = more
    return len(more)


def behind(block: Block, start: int) -> Block | None:
    """Give what of a block lies behind a byte offset (a line's end), or None if nothing does."""
    if block.end <= start:
        return None
    cut = start - (block.end - len(block.content))
    if cut <= 0 or block.is_too_long:
        return block
    skipped = bytes(block.content[:cut]).count(b"\n")
    return Block(content=block.content[cut:], first_line=block.first_line + skipped, end=block.end)


def lines_of(content: bytes | memoryview) -> list[bytes]:
    """Give the non-empty lines of a block, in order, without their ends."""
    return [line for each in bytes(content).split(b"\n") if (line := each.rstrip(b"\r"))]


def line_numbers(block: Block) -> list[int]:
    """Give the 1-based numbers of the block's non-empty lines, in order."""
    parts = bytes(block.content).split(b"\n")
    return [block.first_line + i for i, each in enumerate(parts) if each.rstrip(b"\r")]


def _whole(data: memoryview, owner: bytearray, line: int, offset: int) -> Iterator[Block]:
    if not _has_long_line(owner, len(data)):
        yield from _split(data, line, offset)
        return
    start = 0
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n")) + 1
    if not len(ends) or ends[-1] != len(data):
        ends = np.append(ends, len(data))
    lengths = np.diff(ends, prepend=0)
    for i in np.flatnonzero(lengths > MAX_LINE_BYTES):
        begin, end = int(ends[i] - lengths[i]), int(ends[i])
        if begin > start:
            yield Block(content=data[start:begin], first_line=line, end=offset + begin)
            line += owner.count(b"\n", start, begin)
        yield Block(
            content=data[begin : begin + 1000], first_line=line, end=offset + end, is_too_long=True
        )
        line += 1
        start = end
    if start < len(data):
        yield Block(content=data[start:], first_line=line, end=offset + len(data))


def _split(data: memoryview, line: int, offset: int) -> Iterator[Block]:
    """Give a block, or several where its lines are so short that each costs more than its bytes."""
    values = np.frombuffer(data, dtype=np.uint8)
    start = 0
    if count(values, NEWLINE) > MAX_BLOCK_LINES:
        ends = np.flatnonzero(values == NEWLINE)[MAX_BLOCK_LINES - 1 :: MAX_BLOCK_LINES] + 1
        for end in ends.tolist():
            yield Block(content=data[start:end], first_line=line, end=offset + end)
            start, line = end, line + MAX_BLOCK_LINES
    if start < len(data):
        yield Block(content=data[start:], first_line=line, end=offset + len(data))


def _has_long_line(data: bytearray, size: int) -> bool:
    # a line end in every window of half the limit: cheap to see, and no long line escapes
    step = MAX_LINE_BYTES // 2
    if all(data.find(b"\n", at, at + step) >= 0 for at in range(0, size - step, step)):
        return False
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8, count=size) == ord("\n"))
    return bool(np.diff(np.concatenate([[-1], ends, [size]])).max() > MAX_LINE_BYTES)


def _skip_line(stream: BinaryIO, rest: bytes, block_bytes: int) -> tuple[int, bytes]:
    skipped = len(rest)
    while chunk := stream.read(block_bytes):
        cut = chunk.find(b"\n") + 1
        if cut:
            return skipped + cut, chunk[cut:]
        skipped += len(chunk)
    return skipped, b""
