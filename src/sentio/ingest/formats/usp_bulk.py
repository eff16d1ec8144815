"""Bulk data of CPEs: TR-069/TR-181 and USP reports (TR-369 annex A), GenieACS dumps."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, BinaryIO

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.json.documents import Document, documents
from sentio.ingest.wire.json.keys import begins_as_json, key_paths
from sentio.ingest.wire.pieces.numbered import Pieces, quoted, writable
from sentio.ingest.wire.text.streams import put_back
from sentio.ingest.wire.times.iso8601 import any_time_ns, zone_of
from sentio.ingest.wire.usp.csv_reports import HEAD_BYTES, PATH, CsvReports, layout_of
from sentio.ingest.wire.usp.reports import (
    BOOLEAN,
    MAX_PATH_CHARS,
    NUMBER,
    TEXT,
    Declared,
    Report,
    Reports,
    raw_of,
)

MAX_DEPTH = 64

_NO_NUMBERS = ("NaN", "Infinity", "-Infinity")  # what Python and JavaScript write for them


def sniff(head: bytes, name: str) -> float:  # noqa: ARG001  (the header says it all)
    """Look for a Report array in JSON, or for the header of one of the CSV layouts."""
    if begins_as_json(head):
        paths = key_paths(head)
        return _sureness(paths) if ("Report",) in paths else 0.0
    try:
        return 0.95 if layout_of(_first_line(head)) else 0.0
    except (csv.Error, UnicodeDecodeError):
        return 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read reports as measurements, texts by device, and the experience of each home.

    A row is one parameter of one report (and, in a dump, one object). Passwords, keys, and what
    names a person or an address are counted, never handed on.
    """
    head = stream.read(HEAD_BYTES)
    source = put_back(head, stream)
    reports = Reports(reading, Pieces(reading))
    if begins_as_json(head):
        yield from _Json(reports, reading).pieces(source)
    else:
        yield from CsvReports(reports, reading).pieces(source)
    yield from reports.pieces()


class _Json:
    """Reads `{"Report": [...]}` in both formats: nested objects, or full names with values."""

    def __init__(self, reports: Reports, reading: Reading) -> None:
        self._reports = reports
        self._reading = reading
        self._zone = zone_of(reading)
        self._last: Report | None = None  # the same device tells all reports of a document

    def pieces(self, source: BinaryIO) -> Iterator[Piece]:
        for document in documents(source):
            self._last = None
            reports = self._reports_in(document)
            if self._reports.out.are_due:
                yield from self._reports.rejections()
            for report in reports:
                yield from self._take(report, document)
                if self._reports.out.are_due:
                    yield from self._reports.rejections()
                if self._reports.is_block_full:
                    yield from self._reports.pieces()

    def _reports_in(self, document: Document) -> list[dict[str, Any]]:
        if document.reason:
            self._reject(document, document.reason, f"the document {document.why}")
            return []
        found = document.value.get("Report") if isinstance(document.value, dict) else None
        found = [found] if isinstance(found, dict) else found
        if not isinstance(found, list):
            self._reject(document, "not_telemetry", "the document holds no Report")
            return []
        good = [each for each in found if isinstance(each, dict)]
        for _ in range(len(found) - len(good)):
            self._reject(document, "unreadable", "a Report entry is no JSON object")
        return good

    def _take(self, report: dict[str, Any], document: Document) -> Iterator[Piece]:
        when = report.pop("CollectionTime", None)
        ts = None if when is None else any_time_ns(when, self._zone)
        if when is not None and ts is None:
            what = f"CollectionTime {quoted(when)} is no time"
            self._reject(document, "bad_time", what, field="CollectionTime")
            return
        self._last = self._reports.begin(ts, after=self._last)
        for path, value in _leaves(report):
            if isinstance(value, dict | list) and value:
                what = f"{quoted(path)} lies deeper than {MAX_DEPTH} levels or its name is too long"
                self._reject(document, "too_large", what, field=path[:MAX_PATH_CHARS])
                continue
            text, declared = _written(value)
            self._reports.add(writable(path), text, declared, line=document.line)
            if self._reports.is_block_huge:
                yield from self._reports.pieces()

    def _reject(self, document: Document, reason: str, what: str, *, field: str = "") -> None:
        raw = raw_of(document.raw[:HEAD_BYTES])
        self._reports.out.reject(what, line=document.line, field=field, reason=reason, raw=raw)


def _leaves(report: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Go through a report in order; an object that lies too deep is given as it is."""
    stack = [_children("", report)]
    while stack:
        path, value = next(stack[-1], ("", stack))
        is_deep = len(stack) > MAX_DEPTH or len(path) > MAX_PATH_CHARS
        if value is stack:
            stack.pop()
        elif isinstance(value, dict | list) and value and not is_deep:
            stack.append(_children(path, value))
        else:
            yield path, value


def _children(path: str, value: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value, start=1)
    for key, each in pairs:
        step = str(key).strip(".")
        yield (f"{path}.{step}" if path else step), each


def _written(value: object) -> tuple[str, Declared]:
    if isinstance(value, bool):
        return ("true" if value else "false"), BOOLEAN
    if isinstance(value, int | float):
        return repr(value), NUMBER
    if value in _NO_NUMBERS:
        return str(value), NUMBER
    return (writable(value), TEXT) if isinstance(value, str) else ("", TEXT)


def _sureness(paths: set[tuple[str, ...]]) -> float:
    """Say how sure a JSON text with a Report is one of ours, by the keys within."""
    inner = {path[1] for path in paths if len(path) > 1 and path[0] == "Report"}
    if inner & {"Device", "InternetGatewayDevice", "CollectionTime"} or any(map(PATH.match, inner)):
        return 0.95
    # short names that an operator chose: nothing but the Report speaks for it
    return 0.5 if inner and all(path[0] == "Report" for path in paths) else 0.0


def _first_line(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r")


FORMAT = Format(
    name="usp_bulk",
    title="CPE bulk data (TR-069, TR-181, USP)",
    standard="Broadband Forum TR-369 annex A, TR-157 annex A, TR-181, TR-098",
    sniff=sniff,
    read=read,
)
