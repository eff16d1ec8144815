"""The lines of a log one by one with their numbers, in constant memory however long a line is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

CHUNK_BYTES = 1 << 20
MAX_LINE_BYTES = 1 << 20
SHOWN_BYTES = 1000


class LogLine(NamedTuple):
    """One line without its end; of one that is too long, its first `SHOWN_BYTES`."""

    number: int
    content: bytes
    is_too_long: bool


def log_lines(stream: BinaryIO) -> Iterator[LogLine]:
    """Yield the lines that are not empty; numbers count from 1 and include the empty ones."""
    number, rest, is_skipping = 1, b"", False
    while chunk := stream.read(CHUNK_BYTES):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if not is_skipping and (found := _line(number, line)):
                yield found
            is_skipping = False
            number += 1
        if len(rest) > MAX_LINE_BYTES:
            if not is_skipping:
                yield LogLine(number, rest[:SHOWN_BYTES], is_too_long=True)
            rest, is_skipping = b"", True
    if not is_skipping and (found := _line(number, rest)):
        yield found


def _line(number: int, line: bytes) -> LogLine | None:
    line = line.rstrip(b"\r")
    if len(line) > MAX_LINE_BYTES:
        return LogLine(number, line[:SHOWN_BYTES], is_too_long=True)
    return LogLine(number, line, is_too_long=False) if line else None
