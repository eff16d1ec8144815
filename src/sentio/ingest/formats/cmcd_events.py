"""CMCD version 2 event reports, one a line, rebuilt into video sessions (CTA-5004-B)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import orjson

from sentio.ingest.format import HEAD_BYTES, Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.cdn import cmcd
from sentio.ingest.wire.cdn.playback import STATES, Playback, Report, play_back
from sentio.ingest.wire.pieces.columns import Record
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.pieces.numbered import Refused
from sentio.ingest.wire.text.lines import log_lines
from sentio.ingest.wire.times.log_clock import LogClock
from sentio.model.record import Kind, Quality

IDLE_MS = 120_000.0  # a session without a report for so long (report time) is over
LEAP_MS = 3_600_000.0
MAX_OPEN_SESSIONS = 50_000
MAX_OPEN_REPORTS = 500_000
MAX_HELD_BYTES = 64 * 2**20
MAX_REPORTS = 20_000  # of one session
MAX_MS = 4.1e12  # in 2099
EVENTS = frozenset(
    {
        *("bc", "ps", "e", "t", "c", "b", "m", "um", "pe", "pc", "rr", "as", "ae", "abs", "abe"),
        *("sk", "ce", "pr", "h"),
    }
)
KEPT = ("sta", "br", "pb", "ab", "ot", "pr", "msd", "e")
SNIFFED_LINES = 200


@dataclass(slots=True)
class _Session:
    key: str
    cdn: str | None
    seen_ms: float
    reports: list[Report] = field(default_factory=list[Report])
    sequences: set[float] = field(default_factory=set[float])
    held: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    is_known: bool = False

    def let_go(self) -> int:
        """Forget the held lines; gives their bytes."""
        size = sum(len(line) for _, line in self.held)
        self.held.clear()
        return size


def sniff(head: bytes, name: str) -> float:
    """Tell how sure these bytes are event reports: nearly every line is one, the first for sure."""
    del name
    lines = [line for line in head.splitlines()[:SNIFFED_LINES] if line.strip()]
    if len(head) >= HEAD_BYTES and len(lines) > 1:
        lines = lines[:-1]
    good = sum(1 for line in lines if _is_report(line))
    return 0.95 if lines and good >= 0.8 * len(lines) and _is_report(lines[0]) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Yield one experience record a session, as each goes idle, and at the end the rest."""
    out = Gathering(reading, Kind.EXPERIENCE, service="streaming")
    sessions = _Sessions(out)
    for number, line, is_too_long in log_lines(stream):
        try:
            sessions.take(_fields(line, is_too_long=is_too_long), number, line)
        except Refused as error:
            out.refuse(error, line=number, raw=line)
        if out.is_full:
            yield from out.flush()
    sessions.close_all()
    yield from out.flush()


def _is_report(line: bytes) -> bool:
    try:
        _report(_fields(line))
    except Refused:
        return False
    return True


def _fields(line: bytes, *, is_too_long: bool = False) -> cmcd.Fields:
    if is_too_long:
        raise Refused("the line is too long", reason="too_large")
    line = line.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        if not line.startswith(b"{"):
            return cmcd.parse(line.decode("utf-8"))
        found: object = orjson.loads(line)
    except UnicodeDecodeError:
        raise Refused("the report is not UTF-8", reason="encoding") from None
    except orjson.JSONDecodeError as error:
        raise Refused(f"not JSON: {error}") from None
    except ValueError as error:
        raise Refused(str(error), field="CMCD") from None
    return cmcd.of_json(found) if isinstance(found, dict) else {}


def _report(fields: cmcd.Fields) -> tuple[str, Report]:
    """Check what every report must carry: event, time, session."""
    event = cmcd.word(fields, "e")
    if event not in EVENTS:
        raise Refused(f"event {event!r} is none of version 2", field="e", reason="missing")
    time_ms = cmcd.number(fields, "ts")
    if "ts" not in fields:
        raise Refused("the report has no time", field="ts", reason="missing")
    if time_ms is None or not 0 < time_ms < MAX_MS:
        what = "the time is no number of milliseconds since 1970"
        raise Refused(what, field="ts", reason="bad_time")
    sid = cmcd.word(fields, "sid")
    if sid is None:
        raise Refused("the report names no session", field="sid", reason="missing")
    sequence = cmcd.number(fields, "sn")
    kept: cmcd.Fields = {key: fields[key] for key in KEPT if key in fields}
    return sid, Report(time_ms, -1.0 if sequence is None else sequence, kept)


class _Sessions:
    """All open sessions, the longest silent first."""

    def __init__(self, out: Gathering) -> None:
        self._out = out
        self._open: OrderedDict[str, _Session] = OrderedDict()
        self._count = 0
        self._held_bytes = 0
        self._clock = LogClock(LEAP_MS)

    def take(self, fields: cmcd.Fields, number: int, line: bytes) -> None:
        """Add a report to its session; emit the sessions that are over."""
        sid, report = _report(fields)
        now_ms = self._clock.show(report.time_ms)
        while self._open and self._oldest().seen_ms + IDLE_MS < now_ms:
            self._close(self._oldest(), Quality.GOOD)
        self._make_room(sid)
        session = self._open.get(sid)
        if session is None:
            session = self._open[sid] = _Session(sid, cmcd.word(fields, "cdn"), now_ms)
        if report.sequence >= 0 and report.sequence in session.sequences:
            what = f"sequence number {report.sequence:g} of this session was seen before"
            raise Refused(what, field="sn", reason="duplicate")
        session.sequences.add(report.sequence)
        session.seen_ms = now_ms
        session.reports.append(report)
        self._open.move_to_end(sid)
        self._count += 1
        if cmcd.word(report.fields, "sta") in STATES:
            session.is_known = True
            self._held_bytes -= session.let_go()
        elif not session.is_known:
            session.held.append((number, line))
            self._held_bytes += len(line)

    def close_all(self) -> None:
        """Emit every open session, the longest silent first."""
        while self._open:
            self._close(self._oldest(), Quality.GOOD)

    def _make_room(self, sid: str) -> None:
        session = self._open.get(sid)
        if session is not None and len(session.reports) >= MAX_REPORTS:
            self._close(session, Quality.PARTIAL)
        is_full = self._count >= MAX_OPEN_REPORTS or (
            sid not in self._open and len(self._open) >= MAX_OPEN_SESSIONS
        )
        if self._open and (is_full or self._held_bytes >= MAX_HELD_BYTES):
            self._close(self._oldest(), Quality.PARTIAL)

    def _oldest(self) -> _Session:
        return next(iter(self._open.values()))

    def _close(self, session: _Session, quality: Quality) -> None:
        del self._open[session.key]
        self._count -= len(session.reports)
        playback = play_back(session.reports) if session.is_known else None
        if playback is not None:
            record = _record(session, playback, quality)
            self._out.keep(len(session.reports))
            self._out.add(Kind.EXPERIENCE, record)
            return
        for number, line in session.held:
            what = "no report of this session tells the player's state"
            self._out.reject(what, line=number, field="sta", reason="incomplete", raw=line)
        self._held_bytes -= session.let_go()


def _record(session: _Session, playback: Playback, quality: Quality) -> Record:
    known = [(kbps, length) for kbps, length in playback.stretches if kbps is not None]
    play_s = sum(length for _, length in playback.stretches)
    stalls_s = sum(stall.duration_s for stall in playback.stalls)
    initial = [] if playback.initial_s is None else [playback.initial_s]
    known_s = sum(length for _, length in known)
    return {
        "ts": int(min(report.time_ms for report in session.reports)) * 1_000_000,
        "duration_ms": (play_s + stalls_s + sum(initial)) * 1000,
        "subject_kind": "user",
        "session_key": session.key,
        "server": session.cdn,
        "segment_bitrate_kbps": [kbps for kbps, _ in known] or None,
        "segment_duration_s": [length for _, length in known] or None,
        "stall_position_s": [0.0] * len(initial) + [s.position_s for s in playback.stalls],
        "stall_duration_s": initial + [s.duration_s for s in playback.stalls],
        "initial_delay_ms": initial[0] * 1000 if initial else None,
        "stall_total_ms": stalls_s * 1000,
        "stall_count": len(playback.stalls),
        "play_duration_ms": play_s * 1000,
        "mean_bitrate_kbps": sum(kbps * s for kbps, s in known) / known_s if known_s else None,
        "is_success": float(playback.has_played),
        "is_retained": float(not playback.has_failed) if playback.has_played else None,
        "quality": int(quality),
    }


FORMAT = Format(
    name="cmcd_events",
    title="CMCD version 2 event reports",
    standard="CTA-5004-B (CMCD v2), event mode",
    sniff=sniff,
    read=read,
)
