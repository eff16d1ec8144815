"""CSV reports of CPEs: ParameterPerRow, ParameterPerColumn (TR-369 annex A), GenieACS dumps."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Literal

from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.csv.records import delimiter_of, records_of, text_of
from sentio.ingest.wire.pieces.numbered import quoted
from sentio.ingest.wire.times.iso8601 import any_time_ns, zone_of
from sentio.ingest.wire.usp.reports import (
    BOOLEAN,
    NUMBER,
    TEXT,
    UNDECLARED,
    Declared,
    Report,
    Reports,
    raw_of,
)
from sentio.kernel.errors import FormatError

HEAD_BYTES = 65_536

PATH = re.compile(r"(?:Device|InternetGatewayDevice)\.[\w.{}*\[\]-]+")
_TYPES: dict[str, Declared] = {
    **dict.fromkeys(("int", "long", "unsignedint", "unsignedlong", "decimal", "float"), NUMBER),
    **dict.fromkeys(("integer", "double", "short", "byte", "number"), NUMBER),
    **dict.fromkeys(("boolean", "bool"), BOOLEAN),
    **dict.fromkeys(("string", "datetime", "base64", "hexbinary", "list", "anysimpletype"), TEXT),
}
_COLUMNS = {
    "reporttimestamp": "time",
    "timestamp": "time",
    "collectiontime": "time",
    "parametername": "path",
    "parametervalue": "value",
    "parametertype": "type",
    "parameter": "path",
    "value": "value",
    "valuetype": "type",
    "valuetimestamp": "time",
    "object": "object",
    "serialnumber": "serial",
    "deviceserial": "serial",
    "sn": "serial",
    "deviceid": "serial",
    "manufactureroui": "oui",
    "oui": "oui",
    "productclass": "model",
    "modelname": "model",
    "pc": "model",
}
_DEVICE = ("serial", "oui", "model")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What stands in which column of a CSV report."""

    kind: Literal["ParameterPerRow", "ParameterPerColumn", "dump"]
    names: tuple[str, ...]
    at: Mapping[str, int]


class CsvReports:
    """Reads the CSV layouts, record by record."""

    def __init__(self, reports: Reports, reading: Reading) -> None:
        self._reports = reports
        self._reading = reading
        self._zone = zone_of(reading)
        self._layout = Layout(kind="dump", names=(), at={})
        self._header: list[str] = []
        self._key: tuple[str, ...] | None = None
        self._first = ""
        self._when, self._ts = "", None
        self._report = Report(ts=reading.received_ns)

    def pieces(self, source: BinaryIO) -> Iterator[Piece]:
        """Give the pieces of a whole report, in order."""
        delimiter = b","
        for records in records_of(text_of(source, self._reading.options.get("encoding", ""))):
            for i in range(len(records)):
                raw, line = records.raw(i), int(records.lines[i])
                if not self._header:
                    delimiter = self._begin(raw)
                    continue
                if records.is_broken[i]:
                    self._reject(
                        raw, line, "unreadable", "a quote is never closed, or the row is huge"
                    )
                elif fields := self._fields(raw, line, delimiter):
                    yield from self._take(fields, raw, line)
                if self._reports.out.are_due:
                    yield from self._reports.rejections()
        if not self._header:
            raise FormatError(
                "the file is empty", where=self._reading.origin.name, expected=_EXPECTED
            )

    def _begin(self, raw: bytes) -> bytes:
        layout = None
        with suppress(csv.Error, UnicodeDecodeError):
            layout = layout_of(raw)
        if layout is None:
            raise FormatError(
                f"the first line is {quoted(raw[:80].decode('utf-8', 'replace'))}",
                where=self._reading.origin.name,
                expected=_EXPECTED,
            )
        self._layout = layout
        self._header = list(layout.names)
        return delimiter_of(raw)

    def _fields(self, raw: bytes, line: int, delimiter: bytes) -> list[str] | None:
        try:
            text = raw.decode("utf-8")
            fields = next(csv.reader([text], delimiter=delimiter.decode()), [])
        except UnicodeDecodeError:
            self._reject(raw, line, "encoding", "the row is no UTF-8")
            return None
        except csv.Error as error:
            self._reject(raw, line, "unreadable", f"the row is no CSV ({error})")
            return None
        if len(fields) != len(self._header):
            what = f"the row has {len(fields)} fields, the header {len(self._header)}"
            self._reject(raw, line, "wrong_columns", what)
            return None
        if fields[0].strip() == self._header[0] and [f.strip() for f in fields] == self._header:
            self._key = None  # another report was appended with its header
            return None
        return fields

    def _take(self, fields: list[str], raw: bytes, line: int) -> Iterator[Piece]:
        layout = self._layout
        when = fields[layout.at["time"]].strip() if "time" in layout.at else ""
        if when != self._when:
            self._when, self._ts = when, any_time_ns(when, self._zone)
        ts = self._ts if when else None
        if when and ts is None:
            self._reject(
                raw, line, "bad_time", f"time {quoted(when)} is no time", "ReportTimestamp"
            )
            return
        if layout.kind == "ParameterPerColumn":
            yield from self._turn((when,), ts, fields)
            for i, name in enumerate(layout.names):
                if i not in layout.at.values():
                    self._reports.add(name, fields[i], UNDECLARED, line=line)
            return
        path = fields[layout.at["path"]].strip()
        device = tuple(fields[layout.at[name]].strip() for name in _DEVICE if name in layout.at)
        key = device if layout.kind == "dump" else (when, *device)
        if key != self._key or path == self._first:
            yield from self._turn(key, ts, fields)
            self._first = path
        elif self._reports.is_block_huge:
            yield from self._reports.pieces()
        if ts is not None:
            self._report.date(ts)
        self._add(fields, path, line)

    def _add(self, fields: list[str], path: str, line: int) -> None:
        at = self._layout.at
        if "object" in at and fields[at["object"]].strip().lower() == "true":
            self._reports.add_object()
            return
        kind = fields[at["type"]].strip().lower().removeprefix("xsd:") if "type" in at else ""
        self._reports.add(path, fields[at["value"]], _TYPES.get(kind, UNDECLARED), line=line)

    def _turn(self, key: tuple[str, ...], ts: int | None, fields: list[str]) -> Iterator[Piece]:
        """Begin the next report; a full block is handed on first."""
        if self._reports.is_block_full:
            yield from self._reports.pieces()
        # Without device columns one device tells all; the same time told again is another's.
        is_named = self._layout.kind == "dump" or any(name in self._layout.at for name in _DEVICE)
        is_same = not is_named and self._key is not None and key != self._key
        self._key = key
        self._report = self._reports.begin(ts, after=self._report if is_same else None)
        for name in _DEVICE:
            if name in self._layout.at:
                self._report.learn(name, fields[self._layout.at[name]], 4)

    def _reject(self, raw: bytes, line: int, reason: str, what: str, field: str = "") -> None:
        raw = raw_of(raw[:HEAD_BYTES])
        self._reports.out.reject(what, line=line, field=field, reason=reason, raw=raw)


_EXPECTED = (
    "JSON with a Report array, or CSV with the header of ParameterPerRow, ParameterPerColumn"
    " or a GenieACS dump"
)


def layout_of(header: bytes) -> Layout | None:
    """Recognise a header, or not."""
    text = header.decode("utf-8").removeprefix("\ufeff")
    fields = next(csv.reader([text], delimiter=delimiter_of(header).decode()), [])
    names = tuple(field.strip() for field in fields)
    plain = [re.sub(r"[\s_]", "", name).lower() for name in names]
    at = {_COLUMNS[name]: i for i, name in reversed(list(enumerate(plain))) if name in _COLUMNS}
    if {"parametername", "parametervalue"} <= set(plain):
        return Layout(kind="ParameterPerRow", names=names, at=at)
    if {"parameter", "object", "writable", "value"} <= set(plain):
        return Layout(kind="dump", names=names, at=at)
    only = {what: i for what, i in at.items() if what in {"time", *_DEVICE}}
    paths = sum(bool(PATH.fullmatch(name)) for name in names)
    is_stamped = plain[:1] == ["reporttimestamp"] and len(names) > 1
    if is_stamped or (paths > 1 and paths + len(only) >= len(names)):
        return Layout(kind="ParameterPerColumn", names=names, at=only)
    return None
