"""What stands before an XML file's root element; a document type is never let in (XML 1.0, 2.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO

from sentio.ingest.wire.text.streams import put_back

MAX_PROLOG_BYTES = 2**20
CHUNK_BYTES = 65_536

# Encodings in which markup reads as in ASCII, so that nothing can hide before the root element.
_READABLE = re.compile(
    r"utf-?8|utf-?16(?:le|be)?|us-ascii|ascii|iso-?8859-\d{1,2}|windows-125\d|cp125\d|latin1"
    r"|gb2312|gbk|gb18030|big5|shift_jis|euc-(?:jp|kr|tw)|koi8-[ru]",
    re.IGNORECASE,
)
_WIDE = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]{1,40})[\"']")
_MISC = re.compile(rb"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_ROOT = re.compile(rb"<(?:!DOCTYPE\s+)?(?:[\w.-]{1,64}:)?([\w.-]{1,64})(?=[\s>/\[])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a file is refused as a whole: the reason code and sentence of its one rejected row."""

    reason: str
    what: str
    line: int = 1


def check_prolog(stream: BinaryIO) -> BinaryIO | Refusal:
    """Read up to the root element; give the stream back whole, or say why it must not be read."""
    head = b""
    while len(head) < MAX_PROLOG_BYTES:
        chunk = stream.read(CHUNK_BYTES)
        head += chunk
        text = _as_utf8(head)
        encoding = _encoding(text)
        if not _READABLE.fullmatch(encoding):
            what = f'encoding "{encoding}" is not read; UTF-8 and UTF-16 are'
            return Refusal(reason="encoding", what=what)
        at = _root_at(text)
        if text[at : at + 3].upper() in {b"<!D", b"<!E"}:
            what = "the file declares a document type (DOCTYPE, entities); it is refused whole"
            return Refusal(reason="unsafe", what=what, line=text.count(b"\n", 0, at) + 1)
        rest = text[at : at + 4]
        if not chunk or (rest and not b"<!--".startswith(rest) and not rest.startswith(b"<?")):
            return put_back(head, stream)
    what = f"no root element stands in the first {MAX_PROLOG_BYTES} bytes"
    return Refusal(reason="too_large", what=what)


def first_element(head: bytes) -> str:
    """Name the root element without its prefix, or what a DOCTYPE says it is; empty if unclear."""
    text = _as_utf8(head)
    found = _ROOT.match(text, _root_at(text))
    return found.group(1).decode("ascii", "replace") if found else ""


def _as_utf8(head: bytes) -> bytes:
    for mark, encoding in _WIDE:
        if head.startswith(mark):
            return head.decode(encoding, "replace").encode("utf-8", "replace")
    return head.removeprefix(b"\xef\xbb\xbf")


def _root_at(text: bytes) -> int:
    found = _MISC.match(text)
    return found.end() if found else 0


def _encoding(text: bytes) -> str:
    found = _DECLARED.match(text)
    return found.group(1).decode("ascii", "replace") if found else "utf-8"
