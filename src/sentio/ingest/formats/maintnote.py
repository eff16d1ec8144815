"""Notices of planned works: iCalendar with X-MAINTNOTE properties, bare or as a mail (RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import BinaryIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.pieces.numbered import Refused, quoted
from sentio.ingest.wire.text.blocks import stands_alone
from sentio.ingest.wire.text.lines import LogLine, log_lines
from sentio.ingest.wire.text.personal import without_contacts
from sentio.ingest.wire.times.iso8601 import time_ns, zone_of
from sentio.model.record import Kind, Quality

PREFIX = "X-MAINTNOTE-"
IMPACTS = ("NO-IMPACT", "REDUCED-REDUNDANCY", "DEGRADED", "OUTAGE")
MAX_LINES, MAX_OBJECTS = 2000, 1000  # of one notice
MAX_CHARS = 4096
LONGEST_TITLE = 200
_LINE = re.compile(r"([A-Za-z0-9-]{1,64})((?:;[^:;]{1,200})*):(.*)$")
_ESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass(slots=True)
class _Notice:
    """One VEVENT while it is read; properties by name, objects with their own impact."""

    line: int
    raw: list[bytes] = field(default_factory=list[bytes])
    said: dict[str, str] = field(default_factory=dict[str, str])
    zones: dict[str, str] = field(default_factory=dict[str, str])
    objects: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def take(self, text: str) -> None:
        """Take one unfolded line."""
        found = _LINE.match(text[:MAX_CHARS])
        if not found:
            return
        name, value = found[1].upper(), _ESCAPED.sub(_bare, found[3]).strip()
        parts = (part.partition("=") for part in found[2].split(";")[1:])
        given = {key.upper(): said.strip('"') for key, _, said in parts}
        if name == f"{PREFIX}OBJECT-ID":
            if value and len(self.objects) < MAX_OBJECTS:
                self.objects.append((value, given.get(f"{PREFIX}OBJECT-IMPACT", "")))
        else:
            self.said.setdefault(name, value)
            self.zones.setdefault(name, given.get("TZID", ""))

    def about(self, name: str) -> str:
        """Give what a MAINTNOTE property says."""
        return self.said.get(PREFIX + name, "")


def sniff(head: bytes, name: str) -> float:
    """Look for a calendar with a maintenance property."""
    del name
    upper = head.upper()
    if b"BEGIN:VCALENDAR" not in upper:
        return 0.0
    return 0.97 if PREFIX.encode() in upper else 0.3


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Yield a planned work for each object of each notice; a notice (VEVENT) is a row.

    ``ts`` is when it was announced, ``end_ts`` when the window closes; when it opens stands in the
    attributes. What stands around the calendar (the head of a mail) is passed over.
    """
    out = Gathering(reading, Kind.EVENT)
    zone = zone_of(reading)
    for notice in _notices(stream):
        raw = b"\n".join(notice.raw)
        try:
            records = list(_records(notice, reading, zone))
        except Refused as error:
            out.refuse(error, line=notice.line, raw=raw)
        else:
            out.keep()
            for record in records:
                out.add(Kind.EVENT, record)
        if out.is_full:
            yield from out.flush()
    yield from out.flush()


def _notices(stream: BinaryIO) -> Iterator[_Notice]:
    notice, pending, nested = None, "", 0
    for line in log_lines(stream):
        text = line.content.decode("utf-8", "replace")
        if notice is None:
            begins = _is(text, "BEGIN:VEVENT")
            notice = _Notice(line.number, raw=[line.content]) if begins else None
            pending, nested = "", 0
            continue
        notice.raw.append(line.content)
        if text[:1] in (" ", "\t"):  # a folded line goes on (RFC 5545, 3.1)
            pending = (pending + text[1:])[:MAX_CHARS]
            continue
        if not nested:
            notice.take(pending)
        pending = text
        nested += _steps(text)
        if _is(text, "END:VEVENT") or _is_endless(notice, line):
            yield notice
            notice = None
    if notice is not None:
        notice.take(pending)
        yield notice


def _is(text: str, what: str) -> bool:
    return text.strip().upper() == what


def _steps(text: str) -> int:
    """Tell whether a part within a notice, such as an alarm, begins or ends."""
    upper = text.strip().upper()
    if upper.endswith("VEVENT"):
        return 0
    return upper.startswith("BEGIN:") - upper.startswith("END:")


def _is_endless(notice: _Notice, line: LogLine) -> bool:
    return len(notice.raw) >= MAX_LINES or line.is_too_long


def _records(
    notice: _Notice, reading: Reading, zone: tzinfo
) -> Iterator[dict[str, str | float | None]]:
    work = notice.about("MAINTENANCE-ID")
    if not work:
        what = f"an entry of a calendar without {PREFIX}MAINTENANCE-ID is no notice of a work"
        raise Refused(what, field=f"{PREFIX}MAINTENANCE-ID", reason="not_telemetry")
    if not notice.objects:
        raise Refused("no object is named", field=f"{PREFIX}OBJECT-ID", reason="missing")
    start, end = _time(notice, "DTSTART", zone), _time(notice, "DTEND", zone)
    if start is None or end is None:
        field_name = "DTSTART" if start is None else "DTEND"
        raise Refused(f"{field_name} is missing", field=field_name, reason="missing")
    told = _time(notice, "DTSTAMP", zone)
    quality = Quality.GOOD if told is not None else Quality.PARTIAL
    quality |= Quality.SUSPECT if end < start else Quality.GOOD
    for name, own_impact in notice.objects:
        yield {
            "ts": reading.received_ns if told is None else told,
            "end_ts": end,
            "event_kind": "planned_work",
            "event_id": work,
            "element": name,
            "element_kind": notice.about("OBJECT-KIND").lower() or None,
            "state": notice.about("STATUS").lower()[:64] or None,
            "title": str(without_contacts(notice.said.get("SUMMARY", "")))[:LONGEST_TITLE] or None,
            "attributes": _attributes(notice, start, own_impact),
            "quality": int(quality),
        }


def _attributes(notice: _Notice, start_ns: int, own_impact: str) -> str:
    impact = (own_impact or notice.about("IMPACT")).upper()
    told = {
        "planned_start_ns": start_ns,
        "impact": impact if impact in IMPACTS else "",
        "provider": notice.about("PROVIDER"),
        "precedence": notice.about("PRECEDENCE"),
        "sequence": notice.said.get("SEQUENCE", ""),
    }
    kept = without_contacts({name: value for name, value in told.items() if value != ""})
    return orjson.dumps(kept).decode()


def _time(notice: _Notice, name: str, zone: tzinfo) -> int | None:
    text = notice.said.get(name, "")
    if not text:
        return None
    own = notice.zones.get(name, "")
    try:
        zone = ZoneInfo(own) if own else zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        what = f"time zone {quoted(own)} is not known"
        raise Refused(what, field=name, reason="bad_time") from None
    found = time_ns(text, zone)
    if found is None or found < 0:
        raise Refused(f"{name} {quoted(text)} is no time", field=name, reason="bad_time")
    return found


def _bare(found: re.Match[str]) -> str:
    return " " if found[1] in "nN" else found[1]


FORMAT = Format(
    name="maintnote",
    title="Notices of planned works (MAINTNOTE), iCalendar or mail",
    standard="RFC 5545 with X-MAINTNOTE properties (NANOG maintenance notes)",
    sniff=sniff,
    read=read,
    replay_head=stands_alone,
)
