"""Results of tests as JSON documents: one, an array of them, or one on each line (RFC 8259)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, TypeAlias

from sentio.ingest.piece import Piece
from sentio.ingest.wire.json.documents import Document, documents
from sentio.ingest.wire.json.values import Object, written
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.kernel.errors import FormatError

MAX_UNREADABLE_LINES = 10_000

Refusal: TypeAlias = tuple[str, str]
"""A reason code, and the sentence without its full stop."""


def results(stream: BinaryIO) -> Iterator[Document]:
    """Give the documents of an input in order; if the first is an array, its members instead.

    Raises
    ------
    FormatError
        10,000 lines have gone by without one document.
    """
    is_json = False
    for number, document in enumerate(documents(stream)):
        is_json = is_json or not document.reason
        if not is_json and document.line > MAX_UNREADABLE_LINES:
            raise FormatError("10,000 lines without one JSON document", expected="JSON lines")
        if isinstance(document.value, list) and not number:
            for member, value in enumerate(document.value, start=1):
                yield Document(line=member, value=value, raw=written(value))
        else:
            yield document


def no_object(document: Document) -> Refusal | None:
    """Say what is wrong with a document that is no JSON object; None if it is one."""
    if document.reason:
        return document.reason, f"the document {document.why}"
    return None if isinstance(document.value, Mapping) else ("unreadable", "no JSON object")


def pieces_of(
    stream: BinaryIO, out: Gathering, take: Callable[[Object], Refusal | None]
) -> Iterator[Piece]:
    """Read results, each a row: ``take`` adds its records to ``out``, or says why it cannot."""
    for document in results(stream):
        refusal = no_object(document) or take(document.value)
        if refusal is None:
            out.keep()
        else:
            reason, what = refusal
            out.reject(
                f"{what}. Skipped", line=document.line, field="", reason=reason, raw=document.raw
            )
        if out.is_full:
            yield from out.flush()
    yield from out.flush()
