"""Cut CSV into records (RFC 4180): quoted fields may hold line ends, stray quotes harm one row."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from sentio.ingest.wire.text.streams import read_fully
from sentio.kernel.arrays import BoolArray, IntArray
from sentio.kernel.errors import FormatError

BLOCK_BYTES = 4 << 20
MAX_RECORD_BYTES = 1 << 20
MAX_LINES = 10_000
"""A quoted field that spans more lines than this is a stray quote."""

DELIMITERS = (b",", b";", b"\t", b"|")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_TEXT_CODECS = re.compile(
    r"utf-(8|16|32)|cp\d|iso8859|latin|ascii|gb|big5|shift|euc|koi8|mac-|hz|iso2022"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Some consecutive records, none empty.

    ``starts`` and ``ends`` are byte offsets, shape (records,), without the line end; ``lines``
    the 1-based number of the line each begins on. ``is_broken`` marks records that cannot be
    read: a quote that is never closed, or more bytes than `MAX_RECORD_BYTES`.
    """

    content: bytes
    starts: IntArray
    ends: IntArray
    lines: IntArray
    is_broken: BoolArray

    def __len__(self) -> int:
        """Count the records."""
        return len(self.starts)

    def raw(self, index: int) -> bytes:
        """Give one record's bytes."""
        return self.content[self.starts[index] : self.ends[index]]

    def slice(self, start: int, stop: int) -> Records:
        """Give some of the records."""
        return Records(
            content=self.content,
            starts=self.starts[start:stop],
            ends=self.ends[start:stop],
            lines=self.lines[start:stop],
            is_broken=self.is_broken[start:stop],
        )


def delimiter_of(header: bytes) -> bytes:
    """Give the delimiter that occurs most often in a header outside quotes."""
    bare = b"".join(header.split(b'"')[::2])
    return max(DELIMITERS, key=bare.count)


def text_of(stream: BinaryIO, encoding: str = "", *, otherwise: str = "") -> Iterator[bytes]:
    """Read a stream as UTF-8 with plain line feeds, whatever it was written in.

    ``encoding`` is used where no byte order mark tells better; if it is empty, ``otherwise`` is
    where the first block is no UTF-8, and bytes that are none pass through unchanged without it.

    Raises
    ------
    FormatError
        No encoding is called that.
    """
    head = read_fully(stream, BLOCK_BYTES)
    for mark, name in _BOMS:
        if head.startswith(mark):
            head, encoding = head[len(mark) :], "" if name == "utf-8" else name
            break
    else:
        encoding = encoding or ("" if not otherwise or _begins_as_utf8(head) else otherwise)
    decoder = _decoder(encoding)
    carry = b""
    while head:
        fresh = head if decoder is None else decoder.decode(head).encode("utf-8", "replace")
        head = read_fully(stream, BLOCK_BYTES)
        text = carry + fresh
        carry = b""
        if text.endswith(b"\r") and head:
            text, carry = text[:-1], b"\r"
        yield text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def records_of(text: Iterator[bytes], delimiter: bytes = b"") -> Iterator[Records]:
    """Cut text into records, a block at a time; without a delimiter the first tells it."""
    rest, line = b"", 1
    pending = next(text, b"")
    while pending or rest:
        block, pending = rest + pending, next(text, b"")
        is_last = not pending
        end = len(block) if is_last else block.rfind(b"\n") + 1
        if not end and len(block) <= MAX_RECORD_BYTES:
            rest = block
            continue
        found, used = _cut(block[: end or len(block)], line, delimiter, is_last=is_last)
        if not delimiter and len(found):
            delimiter = delimiter_of(found.raw(0))
        line += block.count(b"\n", 0, used)
        rest = block[used:]
        if len(found):
            yield found
        if is_last:
            return


def ends_in_quotes(line: bytes, delimiter: bytes) -> bool:
    """Tell whether a line breaks off within a quoted field; a quote opens one only at its start."""
    at = 0
    while True:
        if line[at : at + 1] == b'"':
            at += 1
            while True:
                close = line.find(b'"', at)
                if close < 0:
                    return True
                at = close + 1
                if line[at : at + 1] != b'"':
                    break
                at += 1
        at = line.find(delimiter, at) + 1
        if not at:
            return False


def _begins_as_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _decoder(encoding: str) -> codecs.IncrementalDecoder | None:
    if encoding.lower() in ("", "utf-8", "utf8"):
        return None
    try:
        if _TEXT_CODECS.match(codecs.lookup(encoding).name):
            return codecs.getincrementaldecoder(encoding)("replace")
    except (LookupError, ValueError):
        pass
    raise FormatError(
        f"no text encoding is called {encoding!r}",
        expected="a name such as utf-8, cp1252 or latin-1 in option encoding",
    )


def _cut(block: bytes, line: int, delimiter: bytes, *, is_last: bool) -> tuple[Records, int]:
    """Find the records of a block of whole lines; gives them and how many bytes they use."""
    octets = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(octets == ord("\n"))
    if not len(ends) or ends[-1] != len(block) - 1:
        ends = np.append(ends, len(block))
    starts = np.concatenate([[0], ends[:-1] + 1])
    is_end = np.ones(len(ends), dtype=np.bool_)
    is_broken = np.zeros(len(ends), dtype=np.bool_)
    used = len(ends)
    if b'"' in block:
        delimiter = delimiter or delimiter_of(block[: ends[0]])
        used = _join_quoted(block, starts, ends, is_end, is_broken, delimiter, is_last=is_last)
    is_end, lasts = is_end[:used], np.flatnonzero(is_end[:used])
    firsts = np.concatenate([[0], lasts[:-1] + 1]) if len(lasts) else lasts
    begin, stop = starts[firsts], ends[lasts]
    broken = is_broken[firsts] | (stop - begin > MAX_RECORD_BYTES)
    there = stop > begin
    found = Records(
        content=block,
        starts=begin[there].astype(np.int64),
        ends=stop[there].astype(np.int64),
        lines=(firsts[there] + line).astype(np.int64),
        is_broken=broken[there],
    )
    return found, int(starts[used]) if used < len(starts) else len(block)


def _join_quoted(
    block: bytes,
    starts: IntArray,
    ends: IntArray,
    is_end: BoolArray,
    is_broken: BoolArray,
    delimiter: bytes,
    *,
    is_last: bool,
) -> int:
    """Join lines whose quoted field goes on; gives how many lines belong to whole records.

    Only lines with an odd number of quotes are looked at one by one.
    """
    quotes = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == ord('"'))
    counts = np.diff(np.searchsorted(quotes, np.append(starts, len(block))))
    odd = np.flatnonzero(counts % 2)
    at = 0
    while at < len(odd):
        opening = int(odd[at])
        at += 1
        if not ends_in_quotes(block[starts[opening] : ends[opening]], delimiter):
            continue
        closing = int(odd[at]) if at < len(odd) else len(starts)
        far = closing == len(starts)
        size = len(block) - starts[opening] if far else ends[closing] - starts[opening]
        if size > MAX_RECORD_BYTES or closing - opening > MAX_LINES or (far and is_last):
            is_broken[opening] = True
        elif far:
            return opening
        else:
            is_end[opening:closing] = False
            at += 1
    return len(starts)
