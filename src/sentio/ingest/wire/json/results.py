"""JSON results of active tests: one document, an array of them, or one on each line (RFC 8259)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import BinaryIO, TypeAlias

import orjson

from sentio.ingest.wire.text.blocks import blocks, read_fully
from sentio.ingest.wire.text.rejoined import rejoined
from sentio.kernel.errors import FormatError

MAX_WHOLE_BYTES = 64 << 20
"""A document that is not one a line may be this large; longer inputs are read line by line."""

Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | float | bool | None"
Object: TypeAlias = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document; ``value`` is None where the text cannot be read."""

    line: int
    value: Json
    raw: bytes
    error: str = ""


def documents(stream: BinaryIO) -> Iterator[Document]:
    """Give the documents of an input in order; unreadable ones come without a value."""
    head = read_fully(stream, MAX_WHOLE_BYTES)
    if not head.strip(b"\x00 \t\r\n"):
        return
    if len(head) < MAX_WHOLE_BYTES:
        whole = _load(head, 1)
        if whole.value is not None:
            yield from _members(whole)
            return
        if not _has_readable_line(head):
            yield whole
            return
    readable = 0
    for document in _lines(rejoined(head, stream)):
        readable += document.value is not None
        if not readable and document.line > 10_000:
            raise FormatError("10,000 lines without one JSON document", expected="JSON lines")
        yield document


def at(value: Json, *path: str) -> Json:
    """Walk down objects by their keys; None where there is no such way."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def number(value: Json, *path: str) -> float | None:
    """Give a finite number (or a text that is one), None for anything else."""
    found = at(value, *path)
    if isinstance(found, str):
        try:
            found = float(found) if len(found) < 64 else None
        except ValueError:
            return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if isfinite(found) else None


def text(value: Json, *path: str) -> str:
    """Give a text, shortened; empty for anything else."""
    found = at(value, *path)
    return found[:1024] if isinstance(found, str) else ""


def objects(value: Json, *path: str) -> list[Object]:
    """Give the objects of a list; what is no object is passed over."""
    found = at(value, *path)
    if not isinstance(found, list):
        return []
    return [item for item in found if isinstance(item, Mapping)]


def _load(raw: bytes, line: int) -> Document:
    try:
        value = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        return Document(line=line, value=None, raw=raw, error=str(error)[:200])
    if value is None:
        return Document(line=line, value=None, raw=raw, error="null")
    return Document(line=line, value=value, raw=raw)


def _members(whole: Document) -> Iterator[Document]:
    if not isinstance(whole.value, list):
        yield whole
        return
    for index, value in enumerate(whole.value, start=1):
        yield Document(line=index, value=value, raw=orjson.dumps(value), error="null")


def _has_readable_line(raw: bytes) -> bool:
    """Tell whether some line is a whole object; false for a damaged document of many lines."""
    lines = (line for line in raw.split(b"\n") if line.startswith(b"{"))
    return any(isinstance(_load(line, 1).value, dict) and len(line) > 2 for line in lines)


def _lines(stream: BinaryIO) -> Iterator[Document]:
    for block in blocks(stream):
        for index in range(len(block)):
            raw = block.raw(index)
            if raw.strip():
                yield _load(raw, block.first_line + index)
