"""Voice quality reports of SIP endpoints (RFC 6035, application/vq-rtcpxr)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

import orjson

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.pieces.columns import Cell
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.blocks import blocks, stands_alone
from sentio.ingest.wire.times.iso8601 import time_ns
from sentio.ingest.wire.voice.call_quality import UNAVAILABLE, CallQuality, codec_of, service_of
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind

BEGIN = re.compile(r"^(VQSessionReport|VQIntervalReport|VQAlertReport)\s*(?::|$)", re.IGNORECASE)
SECTION = re.compile(r"^(LocalMetrics|RemoteMetrics)\s*:", re.IGNORECASE)
LINE = re.compile(r"^([A-Za-z]{2,32})\s*:\s*(.*)$")
PAIR = re.compile(r'([A-Za-z0-9]{1,32})\s*=\s*("[^"]*"|[^\s;]+)')
NUMBER = re.compile(r"[-+]?\d{1,12}(?:\.\d{1,9})?$")
ANYWHERE = re.compile(rb"(?im)^VQ(?:Session|Interval|Alert)Report\b[^\r\n]*\r?$")

MAX_LINES = 400
"""A report has some twenty lines; a longer one is damaged."""
LONGEST_NS = 7 * 86_400 * 10**9

SEVERITIES = ("critical", "major", "minor", "warning")

SIDES = {"localmetrics": "localaddr", "remotemetrics": "remoteaddr"}
"""Which address is whose: metrics of the local side are what the local endpoint received."""


@dataclass(slots=True)
class Report:
    """One report while it is read: what stands before the metrics, and both sides' metrics."""

    line: int
    kind: str
    raw: list[bytes] = field(default_factory=list[bytes])
    common: dict[str, str] = field(default_factory=dict[str, str])
    sides: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    side: str = ""
    count: int = 0

    def take(self, line: str) -> None:
        """Add one line, already unfolded."""
        section = SECTION.match(line)
        if section:
            self.side = section[1].lower()
            self.sides.setdefault(self.side, {})
            return
        found = LINE.match(line)
        if found is None:
            return
        name = found[1].lower()
        is_shared = name in {"localaddr", "remoteaddr"} or not self.side
        where = self.common if is_shared else self.sides[self.side]
        for key, value in PAIR.findall(found[2]):
            where.setdefault(f"{name}.{key.lower()}", value.strip('"'))


def sniff(head: bytes, name: str) -> float:
    """Recognise the first line of a report, SIP headers in front or not."""
    del name
    return 0.97 if ANYWHERE.search(head) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read reports; each is a row: a record for each side with metrics, an event for an alert.

    Options: ``service`` (by the codec: voice_nb, voice_wb or voice_fb), ``codec`` where a report
    names none, ``subject``, ``segment``, ``slice``. Call identifiers and names are not kept.

    Raises
    ------
    FormatError
        There is no report in the input.
    """
    out = Gathering(
        reading, kind=Kind.EXPERIENCE, service=reading.options.get("service", "voice_nb")
    )
    found = 0
    for report in _reports(stream):
        found += 1
        refusal = _take(report, out, reading)
        if refusal is None:
            out.keep()
        else:
            reason, name, what = refusal
            raw = b"\n".join(report.raw)
            what = f"{what}. Report skipped"
            out.reject(what, line=report.line, field=name, reason=reason, raw=raw)
        if out.is_full:
            yield from out.flush()
    yield from out.flush()
    if not found:
        raise FormatError(
            "no voice quality report",
            where=reading.origin.name,
            expected="a line VQSessionReport, VQIntervalReport or VQAlertReport (RFC 6035)",
        )


def _reports(stream: BinaryIO) -> Iterator[Report]:
    report: Report | None = None
    held = ""
    for number, raw in _numbered(stream):
        line = raw[:4096].decode("utf-8", "replace")
        if report is not None and line[:1] in (" ", "\t") and line.strip():
            held += " " + line.strip()  # a folded line goes on (RFC 3261 section 7.3.1)
            report.raw.append(raw)
            continue
        if report is not None and held:
            report.take(held)
        held = line.rstrip()
        begin = BEGIN.match(held)
        if begin:
            if report is not None:
                yield report
            report, held = Report(line=number, kind=begin[1].lower()), ""
        if report is not None and report.count < MAX_LINES:
            report.raw.append(raw)
            report.count += 1
        elif report is not None:
            held = ""
    if report is not None:
        report.take(held)
        yield report


def _numbered(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    for block in blocks(stream):
        for index in range(len(block)):
            yield block.first_line + index, block.raw(index)


def _take(report: Report, out: Gathering, reading: Reading) -> tuple[str, str, str] | None:
    sides = {side: found for side, found in report.sides.items() if found}
    if report.count >= MAX_LINES:
        return "too_large", "", f"more than {MAX_LINES} lines"
    if report.kind == "vqalertreport":
        _alarm(report, out, reading)
        return None
    if not sides:
        return "incomplete", "LocalMetrics", "neither LocalMetrics nor RemoteMetrics"
    records: list[tuple[str, dict[str, Cell]]] = []
    for side, found in sides.items():
        metrics = {**report.common, **found}
        started = time_ns(metrics.get("timestamps.start", ""))
        if started is None:
            is_there = "timestamps.start" in metrics
            return "bad_time" if is_there else "missing", "Timestamps", "no START that is a time"
        ended = time_ns(metrics.get("timestamps.stop", ""))
        has_end = ended is not None and 0 <= ended - started <= LONGEST_NS
        lasted_ms = (ended - started) / 1e6 if has_end and ended is not None else None
        address = metrics.get(f"{SIDES[side]}.ip", "")[:64]
        codec = _codec(metrics) or reading.options.get("codec", "")
        service = reading.options.get("service") or service_of(
            codec, _number(metrics, "sessiondesc.sr")
        )
        values: dict[str, Cell] = {
            "ts": started,
            "duration_ms": lasted_ms,
            "subject_kind": "user",
            "ip": address or None,
            "voice_codec": codec or None,
            **_quality(metrics).values(),
        }
        records.append((service, values))
    for service, values in records:
        out.experience(service, values)
    return None


def _alarm(report: Report, out: Gathering, reading: Reading) -> None:
    """Add an alarm: a threshold was crossed within a call, whose own report follows."""
    metrics = {key: value for side in report.sides.values() for key, value in side.items()}
    started = time_ns(metrics.get("timestamps.start", ""))
    told = dict(PAIR.findall(report.raw[0][:400].decode("utf-8", "replace")))
    named = {key.lower(): value.strip('"') for key, value in told.items()}
    severity = named.get("severity", "").lower()
    out.add(
        Kind.EVENT,
        {
            "ts": started if started is not None else reading.received_ns,
            "event_kind": "alarm",
            "severity": severity if severity in SEVERITIES else "indeterminate",
            "state": "raised",
            "title": f"voice quality: {named.get('type', 'threshold')[:60]} crossed",
            "attributes": orjson.dumps(named).decode(),
            "ip": report.common.get("localaddr.ip", "")[:64] or None,
            "quality": 0,
        },
    )


def _codec(metrics: Mapping[str, str]) -> str:
    return codec_of(
        metrics.get("sessiondesc.pd", ""),
        _number(metrics, "sessiondesc.pt"),
        _number(metrics, "sessiondesc.plc"),
    )


def _quality(metrics: Mapping[str, str]) -> CallQuality:
    return CallQuality(
        loss_ratio=_ratio(metrics, "packetloss.nlr"),
        discard_ratio=_ratio(metrics, "packetloss.jdr"),
        burst_density=_ratio(metrics, "burstgaploss.bld"),
        burst_ms=_number(metrics, "burstgaploss.bd"),
        gap_density=_ratio(metrics, "burstgaploss.gld"),
        gap_ms=_number(metrics, "burstgaploss.gd"),
        round_trip_ms=_number(metrics, "delay.rtd"),
        end_system_ms=_number(metrics, "delay.esd"),
        one_way_ms=_number(metrics, "delay.sowd"),
        jitter_ms=_number(metrics, "delay.iaj"),
        mos_lq=_number(metrics, "qualityest.moslq"),
        mos_cq=_number(metrics, "qualityest.moscq"),
    )


def _number(metrics: Mapping[str, str], name: str) -> float | None:
    text = metrics.get(name, "")
    return float(text) if NUMBER.match(text) else None


def _ratio(metrics: Mapping[str, str], name: str) -> float | None:
    """Turn percent into a share of 1; 127 stands for unavailable."""
    value = _number(metrics, name)
    return None if value is None or value == UNAVAILABLE else value / 100


FORMAT = Format(
    name="vq_rtcpxr",
    title="Voice quality report of a SIP endpoint",
    standard="RFC 6035, RFC 3611 section 4.7",
    sniff=sniff,
    read=read,
    replay_head=stands_alone,
)
