"""3GPP fault notifications and alarm lists as JSON (TS 28.532, FaultMnS)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.faults.rows import fault_row, is_fault
from sentio.ingest.wire.json.documents import Document, documents
from sentio.ingest.wire.json.keys import key_paths
from sentio.ingest.wire.pieces.numbered import Pieces, Refused
from sentio.ingest.wire.ves.events import EventRows
from sentio.ingest.wire.ves.values import written
from sentio.model.record import Kind

MAX_LIST_DEPTH = 4

_TYPE = re.compile(rb'"notificationType"\s*:\s*"notify[A-Z]')
_RECORD = frozenset({"alarmId", "perceivedSeverity", "objectInstance"})


def sniff(head: bytes, name: str) -> float:  # noqa: ARG001  (the keys are proof enough)
    """Look for the type of a notification at the top, or for the attributes of alarm records."""
    paths = key_paths(head)
    if ("notificationType",) in paths and ("eventTime",) in paths and _TYPE.search(head):
        return 0.95
    for depth in (1, 2):
        at_depth = {path[-1] for path in paths if len(path) == depth}
        if at_depth >= _RECORD:
            return 0.9
    return 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read notifications and records; each is a row, and one that says too little is refused."""
    reader = _Reader(reading)
    for document in documents(stream):
        yield from reader.pieces(document)
    yield from reader.rest()


class _Reader:
    """Gathers rows into pieces."""

    def __init__(self, reading: Reading) -> None:
        self._out = Pieces(reading)
        self._batch_rows = reading.batch_rows
        self._rows = EventRows()

    def pieces(self, document: Document) -> Iterator[Piece]:
        """Take all of one JSON document; hand on what is full meanwhile."""
        if document.reason:
            what = f"the document {document.why}"
            self._out.reject(
                what, line=document.line, field="", reason=document.reason, raw=document.raw
            )
        else:
            for place, found in _faults(document.value, "", 0):
                self._take(place, found, document)
                yield from self._due()
        yield from self._due()

    def rest(self) -> Iterator[Piece]:
        """Hand on what has not been handed on yet."""
        if self._rows or self._out.has_rejections:
            yield from self._make()

    def _take(self, place: str, found: object, document: Document) -> None:
        try:
            self._rows.add(fault_row(found))
        except Refused as error:
            field = f"{place}{error.field}"
            raw = written(found) if place else document.raw
            line, reason = document.line, error.reason
            self._out.reject(str(error), line=line, field=field, reason=reason, raw=raw)

    def _due(self) -> Iterator[Piece]:
        if self._rows.are_due(self._batch_rows) or self._out.are_due:
            yield from self._make()

    def _make(self) -> Iterator[Piece]:
        batch, rows = self._rows.take()
        yield from self._out.make(Kind.EVENT, batch, rows_kept=rows)


def _faults(value: object, place: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Find the notifications and records of a document; each with its place."""
    if isinstance(value, list) and depth < MAX_LIST_DEPTH:
        for i, each in enumerate(value):
            yield from _faults(each, f"{place}[{i}].", depth + 1)
    elif isinstance(value, dict) and _is_map(value) and depth < MAX_LIST_DEPTH:
        for name, each in value.items():
            yield from _faults(each, f"{place}{name}.", depth + 1)
    else:
        yield place, value


def _is_map(value: dict[str, Any]) -> bool:
    """Tell whether an object is an alarm list by the ids of the alarms (as GET /alarms gives)."""
    is_one = is_fault(value)
    return not is_one and bool(value) and all(isinstance(each, dict) for each in value.values())


FORMAT = Format(
    name="fault_mns",
    title="3GPP fault notifications (JSON)",
    standard="3GPP TS 28.532, 12.2 (FaultMnS) and TS 28.111 (AlarmRecord)",
    sniff=sniff,
    read=read,
)
