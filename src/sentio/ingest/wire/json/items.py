"""Cut JSON into its items while it streams: the members of one long array, or one value a line.

Other than `documents`, which holds one whole document, parsed, this holds one member, unparsed: an
array of any length is read in constant memory, but a break within it ends the reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import orjson

from sentio.ingest.format import HEAD_BYTES
from sentio.ingest.wire.text.lines import log_lines
from sentio.ingest.wire.text.streams import put_back, read_fully
from sentio.kernel.errors import FormatError

CHUNK_BYTES = 1 << 20
MAX_ITEM_BYTES = 32 * 2**20
MAX_DEPTH = 200
MAX_KEY_BYTES = 64
SHOWN_LINES = 20

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["{}\[\]]', re.DOTALL)
_KEY = re.compile(rb'"([^"\\]{1,40})"\s*:\s*$')
_PARTNER = {ord("}"): ord("{"), ord("]"): ord("[")}


def json_items(stream: BinaryIO, keys: tuple[str, ...] = ()) -> Iterator[bytes]:
    """Yield the JSON objects of a stream one by one, unparsed.

    They are the members of a top-level array, or of the array under one of ``keys`` in a
    top-level object (of which nothing else is yielded then), or the top-level objects themselves,
    however they are separated. Members that are neither objects nor arrays are passed over.
    Memory is that of the largest item, up to `MAX_ITEM_BYTES`.

    Raises
    ------
    FormatError
        An item is larger, brackets do not match or nest too deeply, or the input ends within one.
    """
    cutter = _Cutter(tuple(key.encode() for key in keys))
    while chunk := stream.read(CHUNK_BYTES):
        yield from cutter.feed(chunk)
    cutter.end()


class _Cutter:
    """Goes through brackets and strings; remembers the open ones and where an item began."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._keys = keys
        self._buffer = b""
        self._at = 0
        self._open: list[int] = []
        self._level: int | None = 0  # the depth at which an item may begin
        self._item_at = -1
        self._item_depth = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take more bytes; yields the items that they complete."""
        self._forget()
        self._buffer += chunk
        if len(self._buffer) > MAX_ITEM_BYTES + CHUNK_BYTES:
            raise FormatError(f"one JSON item is larger than {MAX_ITEM_BYTES >> 20} MiB")
        for match in _TOKEN.finditer(self._buffer, self._at):
            start, self._at = match.span()
            first = self._buffer[start]
            if first == ord('"'):
                if self._at == start + 1:  # the string goes on in the next chunk
                    self._at = start
                    return
            elif first in _PARTNER:
                item = self._close(start, first)
                if item is not None:
                    yield item
            else:
                self._begin(start, first)
        self._at = len(self._buffer)

    def end(self) -> None:
        """Check that nothing is left open."""
        if self._open or self._at < len(self._buffer):
            raise FormatError("the JSON breaks off", next_step="Send the whole file again.")

    def _forget(self) -> None:
        """Drop what is done, but for a few bytes that may name the array that comes next."""
        done = self._at - MAX_KEY_BYTES if self._item_at < 0 else self._item_at
        if done > 0:
            self._buffer = self._buffer[done:]
            self._at -= done
            self._item_at -= done if self._item_at >= 0 else 0

    def _begin(self, start: int, bracket: int) -> None:
        depth = len(self._open)
        if depth >= MAX_DEPTH:
            raise FormatError(f"JSON is nested more than {MAX_DEPTH} deep")
        self._open.append(bracket)
        is_array = bracket == ord("[")
        if is_array and depth == 0:
            self._level = 1
        elif is_array and depth == 1 and self._item_depth == 0 and self._is_wanted(start):
            self._level, self._item_at = 2, -1
        elif self._item_at < 0 and depth == self._level:
            self._item_at, self._item_depth = start, depth

    def _is_wanted(self, start: int) -> bool:
        match = _KEY.search(self._buffer[max(start - MAX_KEY_BYTES, 0) : start])
        return self._item_at >= 0 and match is not None and match[1] in self._keys

    def _close(self, start: int, bracket: int) -> bytes | None:
        if not self._open or self._open.pop() != _PARTNER[bracket]:
            raise FormatError("brackets of the JSON do not match")
        depth = len(self._open)
        item = None
        if self._item_at >= 0 and depth == self._item_depth:
            item, self._item_at = self._buffer[self._item_at : start + 1], -1
        if depth == 0:
            self._level = 0
        elif self._level is not None and depth < self._level:
            self._level = None  # the array is over; nothing else of its object is an item
        return item


def json_rows(stream: BinaryIO, keys: tuple[str, ...] = ()) -> Iterator[tuple[int, bytes]]:
    """Yield JSON items with their numbers, and so that a broken line harms itself alone.

    Where most lines at the start are whole JSON values, each line is an item and the number is
    the line's; otherwise the items of `json_items` are numbered from 1. Lines may begin with a
    record separator (RFC 7464); a line that is too long comes cut short, and so broken.

    Raises
    ------
    FormatError
        The input is no JSON, or breaks off; items before the break have been given.
    """
    head = read_fully(stream, HEAD_BYTES)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x1e \t\r\n")[:1]
    if start not in (b"{", b"[", b""):
        raise FormatError("the input does not begin as JSON does", expected="{ or [")
    whole = put_back(head.removeprefix(b"\xef\xbb\xbf"), stream)
    if _is_lines(head):
        for line in log_lines(whole):
            content = line.content.strip(b"\x1e \t")
            if content:
                yield line.number, content
    else:
        yield from enumerate(json_items(whole, keys), start=1)


def placed(error: FormatError, name: str) -> FormatError:
    """Give the same error with the input's name in it."""
    return FormatError(error.what, where=name, expected=error.expected, next_step=error.next_step)


def _is_lines(head: bytes) -> bool:
    lines = [line.strip(b"\x1e \t\r") for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    if len(lines) > 1 and len(head) >= HEAD_BYTES:
        lines = lines[:-1]
    shown = [line for line in lines if line][:SHOWN_LINES]
    return sum(_is_value(line) for line in shown) * 2 > len(shown) > 1


def _is_value(line: bytes) -> bool:
    if line[:1] not in (b"{", b"["):
        return False
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True
