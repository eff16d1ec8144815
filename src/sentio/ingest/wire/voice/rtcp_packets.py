"""RTCP packets out of bytes: back to back, with lengths in front (RFC 4571), or in hex digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from sentio.ingest.wire.pieces.columns import is_time
from sentio.ingest.wire.text.blocks import blocks
from sentio.ingest.wire.text.streams import read_fully
from sentio.ingest.wire.times.iso8601 import time_ns

Layout = Literal["back_to_back", "prefixed", "hex"]

SENDER_REPORT, EXTENDED_REPORT = 200, 207
FIRST_TYPE, LAST_TYPE = 192, 213
"""RTCP packet types that are or were in use (RFC 5761 section 4)."""
HEADER_BYTES = 4
READ_BYTES = 1 << 20

START = re.compile(rb"[\x80-\xbf][\xc0-\xd5]")
HEX_LINE = re.compile(
    rb"^\s*(?:(?P<stamp>\d{4}-\d\d-\d\d[T ][\d:.]{8,18}(?:Z|[+-]\d\d:?\d\d)?"
    rb"|\d{9,10}\.\d{1,9}):?\s+)?"
    rb"(?:0x)?(?P<digits>[0-9A-Fa-f]{2}(?:[ :]?[0-9A-Fa-f]{2}){3,})\s*$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One packet, or bytes that are none (``kind`` 0); ``starts`` begins a compound packet."""

    index: int
    kind: int
    raw: bytes
    starts: bool
    at_ns: int | None = None

    @property
    def body(self) -> bytes:
        """Everything after the header, without padding."""
        if self.raw[0] & 0x20 and len(self.raw) > HEADER_BYTES:
            padding = self.raw[-1]
            return self.raw[HEADER_BYTES : max(len(self.raw) - padding, HEADER_BYTES)]
        return self.raw[HEADER_BYTES:]


def layout_of(head: bytes) -> Layout | None:
    """Tell how packets are laid out; None if no extended report stands at the beginning."""
    if _is_chain(head):
        return "back_to_back"
    if len(head) > 2 and _is_chain(head[2 : 2 + int.from_bytes(head[:2], "big")]):
        return "prefixed"
    first = next((line for line in head[:8192].splitlines() if line.strip()), b"")
    found = HEX_LINE.match(first)
    return "hex" if found and _is_chain(_unhex(found["digits"])) else None


def likely_layout_of(head: bytes) -> Layout | None:
    """Tell the layout of a damaged input; None if there is no packet in it at all."""
    if any(HEX_LINE.match(line) for line in head[:8192].splitlines()):
        return "hex"
    length = int.from_bytes(head[:2], "big")
    if _size(head, 2) and not _size(head, 0) and length >= _size(head, 2):
        return "prefixed"
    return "back_to_back" if _next(head, 0) is not None else None


def packets(stream: BinaryIO, layout: Layout) -> Iterator[Found]:
    """Give the packets of an input, and what stands between them where it is damaged."""
    index = 0
    parts = _hex_parts(stream) if layout == "hex" else _parts(stream, layout)
    for part, is_compound, at_ns in parts:
        place, starts = 0, True
        while place < len(part):
            index += 1
            size = _size(part, place)
            kind = part[place + 1] if size else 0
            if not size:
                following = _next(part, place + 1) if not is_compound else None
                size = (following or len(part)) - place
            raw = part[place : place + size]
            yield Found(
                index=index, kind=kind, raw=raw, starts=starts or not is_compound, at_ns=at_ns
            )
            place, starts = place + size, False


def _parts(stream: BinaryIO, layout: Layout) -> Iterator[tuple[bytes, bool, int | None]]:
    """Cut a binary stream where no packet is broken."""
    if layout == "prefixed":
        while prefix := read_fully(stream, 2):
            part = read_fully(stream, int.from_bytes(prefix, "big"))
            if part or len(prefix) < 2:
                yield part or prefix, True, None
        return
    rest = b""
    while True:
        fresh = read_fully(stream, READ_BYTES)
        text = rest + fresh
        if len(fresh) < READ_BYTES:
            if text:
                yield text, False, None
            return
        end = _whole(text)
        rest = text[end:]
        if end:
            yield text[:end], False, None


def _whole(text: bytes) -> int:
    """Find the end of the last packet that is there wholly; damaged bytes count as whole."""
    place = 0
    while place + HEADER_BYTES <= len(text):
        size = _size(text, place)
        if not size and _is_start(text, place):
            return place
        place = place + size if size else (_next(text, place + 1) or len(text))
    return min(len(text), place)


def _hex_parts(stream: BinaryIO) -> Iterator[tuple[bytes, bool, int | None]]:
    for block in blocks(stream):
        for index in range(len(block)):
            raw = block.raw(index)
            if not raw.strip():
                continue
            found = HEX_LINE.match(raw)
            if found is None:
                yield raw[:65_536], True, None
            else:
                yield _unhex(found["digits"]), True, _stamp(found["stamp"])


def _stamp(text: bytes | None) -> int | None:
    if text is None:
        return None
    whole, _, fraction = text.decode("ascii").partition(".")
    if whole.isdigit():
        at_ns = int(whole) * 10**9 + int(fraction.ljust(9, "0"))
        return at_ns if is_time(at_ns) else None
    return time_ns(text.decode("ascii"))


def _unhex(digits: bytes) -> bytes:
    return bytes.fromhex(digits.translate(None, b" :").decode("ascii"))


def _is_start(part: bytes, place: int) -> bool:
    return part[place] >> 6 == 2 and FIRST_TYPE <= part[place + 1] <= LAST_TYPE


def _size(part: bytes, place: int) -> int:
    """Give the length of the packet at a place, 0 if there is none that is whole."""
    if place + HEADER_BYTES > len(part) or not _is_start(part, place):
        return 0
    size = 4 * (int.from_bytes(part[place + 2 : place + 4], "big") + 1)
    return size if place + size <= len(part) else 0


def _next(part: bytes, place: int) -> int | None:
    """Find the next place where a packet stands wholly."""
    for found in START.finditer(part, place):
        if _size(part, found.start()):
            return found.start()
    return None


def _is_chain(head: bytes) -> bool:
    """Tell whether packets follow each other to the end, an extended report among them."""
    place, kinds = 0, set[int]()
    while size := _size(head, place):
        kinds.add(head[place + 1])
        place += size
    is_cut = len(head) >= 65_536 and place > 0
    return EXTENDED_REPORT in kinds and (place == len(head) or is_cut)
