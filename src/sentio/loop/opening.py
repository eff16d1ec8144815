"""Open an input: whose format it is, whether it was read before, and where to go on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from sentio.ingest.format import FORMATS, HEAD_BYTES, Format
from sentio.ingest.input import Input
from sentio.kernel.errors import FormatError
from sentio.store.ledger import Position

UNSURE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An input that is open for reading, and where its reading stands."""

    stream: BinaryIO
    format: Format
    head: bytes
    at: Position


def fingerprint(head: bytes, *, size: int = 4096) -> str:
    """Name an input by its first bytes, to tell a file that grew from another of that name."""
    first = head[:size]
    return f"{len(first)}-{hashlib.blake2b(first, digest_size=8).hexdigest()}"


def is_same(known: Position, head: bytes) -> bool:
    """Tell whether an input still begins as it did."""
    size = known.fingerprint.partition("-")[0]
    return size.isdigit() and fingerprint(head, size=int(size)) == known.fingerprint


def recognise(head: bytes, name: str, wanted: str = "", *, has_map: bool = False) -> Format:
    """Find the format of an input; raises `FormatError` if nobody knows it.

    ``has_map`` says that a column map is named: then it is a table, of whatever layout.
    """
    if wanted:
        return FORMATS[wanted]
    best = max(FORMATS, key=lambda each: each.sniff(head, name))
    if not head.strip():
        raise FormatError("the file is empty", where=name)
    if best.sniff(head, name) < UNSURE and has_map:
        return FORMATS["ndjson" if head.lstrip().startswith(b"{") else "delimited"]
    if best.sniff(head, name) < UNSURE:
        raise FormatError(
            "no reader knows this kind of file",
            where=name,
            expected="one of the formats that `sentio catalog formats` lists",
            next_step="Name the format by --format, or the column map by --map.",
        )
    return best


def is_unchanged(known: Position | None, size_bytes: int | None, head: bytes) -> bool:
    """Tell whether an input was read to its end before and has not changed since."""
    if known is None or not known.is_done or not is_same(known, head):
        return False
    return size_bytes is None or size_bytes == known.size_bytes


def first_position(source: str, one: Input, head: bytes, form: str) -> Position:
    """Stand at the beginning of an input."""
    return Position(
        source=source,
        input=one.origin.name,
        fingerprint=fingerprint(head),
        format=form,
        size_bytes=one.size_bytes or 0,
    )


def read_head(stream: BinaryIO) -> bytes:
    """Read up to `HEAD_BYTES`, however small the stream's own pieces are."""
    head = b""
    while len(head) < HEAD_BYTES and (more := stream.read(HEAD_BYTES - len(head))):
        head += more
    return head
