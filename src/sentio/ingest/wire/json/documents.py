"""Cut a stream into JSON documents (RFC 8259): one, one a line, or end to end, each bounded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson

MAX_DOCUMENT_BYTES = 64 * 2**20
LINE_BYTES = 2**20
MAX_DEPTH = 1024
MAX_DIGITS = 19

_TOKEN = re.compile(
    rb'"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+"'  # a string; none spans lines
    rb'|[{}\[\]]|"[^\n]*+\n|"'  # a bracket, a string that never ends, one that may end later
)
_BETWEEN = b" \t\r\n,\x1e\xef\xbb\xbf"
# What orjson refuses and a more patient reader may save: NaN, huge numbers, half a surrogate pair.
_REPAIRABLE = re.compile(rb"NaN|Infinity|\d{19}|[eE]\+?\d{3}|\\u[dD][89abAB]")
_AT_MARGIN = re.compile(rb"\n(?=[{\[])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document, or what should have been one: then ``reason`` and ``why`` say what is wrong."""

    line: int
    raw: bytes
    value: Any = None  # whatever JSON can hold
    reason: str = ""
    why: str = ""


def documents(stream: BinaryIO, *, max_bytes: int = MAX_DOCUMENT_BYTES) -> Iterator[Document]:
    """Yield the documents in order.

    Memory is bounded by ``max_bytes``. A document that is broken or too large is yielded with its
    reason; reading goes on at the next line that begins with a bracket at the margin.
    """
    cutter = _Cutter(max_bytes)
    for piece in iter(lambda: stream.readline(LINE_BYTES), b""):
        yield from cutter.feed(piece)
    yield from cutter.end()


def load(raw: bytes, line: int) -> Document:
    """Parse one document; NaN and huge numbers stay text, so that only they are refused."""
    try:
        return Document(line=line, raw=raw, value=orjson.loads(raw))
    except orjson.JSONDecodeError as error:
        broken = Document(line=line, raw=raw, reason="unreadable", why=f"is no JSON ({error.msg})")
    no_text = Document(line=line, raw=raw, reason="encoding", why="holds text that is no UTF-8")
    if not _REPAIRABLE.search(raw):
        return no_text if "UTF-8" in broken.why else broken
    try:
        value = json.loads(
            raw.decode("utf-8"), parse_constant=str, parse_int=_whole, parse_float=_real
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        return no_text
    except (ValueError, RecursionError):
        return broken
    return Document(line=line, raw=raw, value=value)


class _Cutter:
    """Finds where documents end by counting brackets outside strings."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._line = 1  # where the text begins that is held
        self._is_line_start = True
        self._is_skipping = False  # up to the next line that begins with a bracket
        self._clear()

    def _clear(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._depth = 0
        self._carry = b""  # how a string began whose end has not come yet

    def feed(self, piece: bytes) -> Iterator[Document]:
        """Take one line, or a part of a very long one."""
        if self._is_line_start and piece[:1] in {b"{", b"["}:
            self._is_skipping = False
        self._is_line_start = piece.endswith(b"\n")
        if self._is_skipping:
            self._line += self._is_line_start
        elif not self._size and (found := self._whole_line(piece)):
            self._line += 1
            yield found
        else:
            yield from self._scan(piece)
        if self._size > self._max_bytes:
            yield from self._give_up(is_end=False)

    def end(self) -> Iterator[Document]:
        """Say what is left when the stream ends."""
        if self._size:
            yield from self._give_up(is_end=True)

    def _whole_line(self, piece: bytes) -> Document | None:
        whole = piece.strip(_BETWEEN)
        if not whole or not piece.endswith(b"\n"):
            return None
        try:
            return Document(line=self._line, raw=whole, value=orjson.loads(whole))
        except orjson.JSONDecodeError:
            return None

    def _scan(self, piece: bytes) -> Iterator[Document]:
        text = self._carry + piece
        start, self._carry = len(self._carry), b""
        for token in _TOKEN.finditer(text):
            mark = token.group()
            if mark in {b"{", b"["}:
                if not self._depth:
                    self._keep(text[start : token.start()])
                    start = token.start()
                    yield from self._finish()
                self._depth += 1
                if self._depth > MAX_DEPTH:
                    break
            elif mark in {b"}", b"]"} and self._depth:
                self._depth -= 1
                if not self._depth:
                    self._keep(text[start : token.end()])
                    start = token.end()
                    yield from self._finish()
            elif mark == b'"':
                is_escape_open = (len(text) - len(text.rstrip(b"\\"))) % 2
                self._carry = b'"\\' if is_escape_open else b'"'
                break
        self._keep(text[start:])
        if self._depth > MAX_DEPTH:
            yield from self._give_up(is_end=False)
        elif not self._depth and not self._carry and text.endswith(b"\n"):
            yield from self._finish()

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        self._parts.append(part)

    def _finish(self) -> Iterator[Document]:
        """End a document here: its brackets are closed, or what stands here has none."""
        text, line = b"".join(self._parts), self._line
        self._line += text.count(b"\n")
        self._clear()
        if whole := text.strip(_BETWEEN):
            yield load(whole, line + text.count(b"\n", 0, text.find(whole[:1])))

    def _give_up(self, *, is_end: bool) -> Iterator[Document]:
        """Save what can be read by itself out of a document that does not end."""
        is_deep = self._depth > MAX_DEPTH
        segments = _AT_MARGIN.split(b"".join(self._parts))
        self._clear()
        kept = b"" if is_end or is_deep or len(segments) == 1 else segments.pop()
        is_too_large = len(segments) == 1 and not (kept or is_end or is_deep)
        for segment in segments:
            text, line = segment.strip(_BETWEEN), self._line
            self._line += segment.count(b"\n") + (segment is not segments[-1] or bool(kept))
            if text:
                yield self._too_large(text, line) if is_too_large else load(text, line)
        if kept:
            yield from self._scan(kept)
        else:
            self._is_skipping = not is_end

    def _too_large(self, text: bytes, line: int) -> Document:
        why = f"is larger than {self._max_bytes:,} bytes"
        return Document(line=line, raw=text, reason="too_large", why=why)


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= MAX_DIGITS else text


def _real(text: str) -> float | str:
    value = float(text)
    return value if abs(value) != float("inf") else text
