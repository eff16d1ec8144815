"""CMCD in access logs of CDNs: each request a row, rebuilt into video sessions (CTA-5004)."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from sentio.ingest.format import HEAD_BYTES, Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.cdn import cmcd
from sentio.ingest.wire.cdn.access_log import LogReader, Request
from sentio.ingest.wire.cdn.sessions import (
    Rebuilt,
    Step,
    has_segment,
    pack,
    rebuild,
    step_of,
    unpack,
)
from sentio.ingest.wire.pieces.columns import Record
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.pieces.numbered import Refused
from sentio.ingest.wire.text.lines import LogLine, log_lines
from sentio.ingest.wire.times.iso8601 import SECOND_NS
from sentio.ingest.wire.times.log_clock import LogClock
from sentio.model.record import Kind, Quality

IDLE_S = 120.0  # a session without a request for so long (log time) is over; option idle_s
MAX_OPEN_SESSIONS = 50_000
MAX_OPEN_REQUESTS = 2_000_000  # 120 bytes each
MAX_HELD_BYTES = 64 * 2**20
MAX_REQUESTS = 20_000  # of one session; a day of six-second segments with audio has 28,800
LEAP_NS = 3600 * 10**9  # one line further ahead than this does not move the log's clock
SNIFFED_LINES = 200

DEVICE_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "tv",
        (
            *("smarttv", "smart-tv", "appletv", "apple tv", "googletv", "tizen", "web0s", "webos"),
            *("roku", "bravia", "crkey", "aft", "hbbtv", "viera", "netcast", "playstation", "xbox"),
        ),
    ),
    ("handheld", ("mobile", "android", "iphone", "ipad", "ipod", "exoplayer")),
    ("pc", ("windows nt", "macintosh", "x11", "cros")),
)
"""Words in a user agent that tell the class of the device, tried in this order."""


@dataclass(slots=True)
class _Session:
    """A session that may still go on; ``held`` are its lines until a video segment is seen."""

    first: Request
    seen_ns: float
    steps: array[float] = field(default_factory=lambda: array("d"))
    requests: int = 0
    held: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    has_video: bool = False

    def let_go(self) -> int:
        """Forget the held lines; gives their bytes."""
        size = sum(len(line) for _, line in self.held)
        self.held.clear()
        return size


def sniff(head: bytes, name: str) -> float:
    """Tell how sure these bytes are an access log with CMCD in it."""
    del name
    text = head.decode("utf-8", "replace")
    lines = text.splitlines()[:SNIFFED_LINES]
    if len(head) >= HEAD_BYTES and len(lines) > 1 and len(lines) < SNIFFED_LINES:
        lines = lines[:-1]
    reader = LogReader()
    read = with_cmcd = bad = 0
    for line in lines:
        try:
            request = reader.request(line) if line.strip() else None
        except Refused:
            bad += 1
            continue
        read += request is not None
        with_cmcd += request is not None and bool(request.fields)
    if with_cmcd and read > bad:
        return 0.95
    # An extended log whose first requests carry none may have some later.
    return 0.2 if read > bad and reader.has_query else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Yield one experience record a session, as each goes idle, and at the end the rest.

    Options: ``idle_s``; ``max_open``, how many sessions may be open before the longest idle one
    is emitted as it stands; ``fields``, the field names of a log without ``#Fields``.
    """
    out = Gathering(reading, Kind.EXPERIENCE, service="streaming")
    log = LogReader(reading.options.get("fields", ""))
    sessions = _Sessions(
        out,
        idle_s=_positive(reading.options.get("idle_s", ""), IDLE_S),
        max_open=int(_positive(reading.options.get("max_open", ""), MAX_OPEN_SESSIONS)),
    )
    for line in log_lines(stream):
        try:
            _take(line, log=log, sessions=sessions)
        except Refused as error:
            out.refuse(error, line=line.number, raw=line.content)
        if out.is_full:
            yield from out.flush()
    sessions.close_all()
    yield from out.flush()


def _take(line: LogLine, *, log: LogReader, sessions: _Sessions) -> None:
    if line.is_too_long:
        raise Refused("the line is too long", reason="too_large")
    request = log.request(line.content.decode("utf-8", "replace").removeprefix("\ufeff"))
    if request is None:
        return
    if not request.fields or request.method == "OPTIONS":
        what = "a CORS preflight" if request.fields else "the request carries no CMCD"
        raise Refused(what, field="CMCD", reason="not_telemetry")
    sessions.take(request, line.number, line.content)


class _Sessions:
    """All open sessions, the longest idle first; bounded, so that memory is."""

    def __init__(self, out: Gathering, *, idle_s: float, max_open: int) -> None:
        self._out = out
        self._max_open = max(max_open, 1)
        self._idle_ns = int(idle_s * SECOND_NS)
        self._open: OrderedDict[str, _Session] = OrderedDict()
        self._requests = 0
        self._held_bytes = 0
        self._clock = LogClock(LEAP_NS)

    def take(self, request: Request, number: int, line: bytes) -> None:
        """Add a request to its session; emit the sessions that are over."""
        now_ns = self._clock.show(request.time_ns)
        while self._open and next(iter(self._open.values())).seen_ns + self._idle_ns < now_ns:
            self._close_oldest()
        key = _key(request)
        self._make_room(key)
        session = self._open.get(key)
        if session is None:
            session = self._open[key] = _Session(first=request, seen_ns=now_ns)
        session.seen_ns = now_ns
        self._open.move_to_end(key)
        step = step_of(request)
        session.steps.extend(pack(step))
        session.requests += 1
        self._requests += 1
        if has_segment(step):
            session.has_video = True
            self._held_bytes -= session.let_go()
        elif not session.has_video:
            session.held.append((number, line))
            self._held_bytes += len(line)

    def close_all(self) -> None:
        """Emit every open session, the longest idle first."""
        while self._open:
            self._close_oldest()

    def _make_room(self, key: str) -> None:
        session = self._open.get(key)
        if session is not None and session.requests >= MAX_REQUESTS:
            self._close(key, quality=Quality.PARTIAL)
        is_full = self._requests >= MAX_OPEN_REQUESTS or (
            key not in self._open and len(self._open) >= self._max_open
        )
        if self._open and (is_full or self._held_bytes >= MAX_HELD_BYTES):
            self._close(next(iter(self._open)), quality=Quality.PARTIAL)

    def _close_oldest(self) -> None:
        self._close(next(iter(self._open)), quality=Quality.GOOD)

    def _close(self, key: str, *, quality: Quality) -> None:
        session = self._open.pop(key)
        self._requests -= session.requests
        steps = unpack(session.steps)
        rebuilt = rebuild(steps)
        if rebuilt is not None:
            record = _record(session.first, steps, rebuilt, quality)
            self._out.keep(session.requests)
            self._out.add(Kind.EXPERIENCE, record)
            return
        for number, line in session.held:
            what = "the session holds no video segment with bitrate and duration"
            self._out.reject(what, line=number, field="CMCD", reason="incomplete", raw=line)
        self._held_bytes -= session.let_go()


def _key(request: Request) -> str:
    sid = cmcd.word(request.fields, "sid")
    if sid:
        return f"sid {sid}"
    return f"{request.ip}|{request.agent}|{cmcd.word(request.fields, 'cid')}"


def _record(first: Request, steps: list[Step], rebuilt: Rebuilt, quality: Quality) -> Record:
    start_ms = min(step.start_ms for step in steps)
    initial = [] if rebuilt.initial_s is None else [rebuilt.initial_s]
    stalls_s = sum(stall.duration_s for stall in rebuilt.stalls)
    durations = [step.duration_s or 0.0 for step in rebuilt.video]
    bitrates = [step.bitrate_kbps or 0.0 for step in rebuilt.video]
    play_s = sum(durations)
    return {
        "ts": round(start_ms * 1000) * 1000,
        "duration_ms": (play_s + stalls_s + sum(initial)) * 1000,
        "subject_kind": "user",
        "ip": first.ip,
        "session_key": cmcd.word(first.fields, "sid"),
        "server": first.edge or first.host or first.cdn,
        "device_class": _device_class(first.agent),
        "segment_bitrate_kbps": bitrates,
        "segment_duration_s": durations,
        "stall_position_s": [0.0] * len(initial) + [s.position_s for s in rebuilt.stalls],
        "stall_duration_s": initial + [s.duration_s for s in rebuilt.stalls],
        "initial_delay_ms": initial[0] * 1000 if initial else None,
        "stall_total_ms": stalls_s * 1000,
        "stall_count": len(rebuilt.stalls),
        "play_duration_ms": play_s * 1000,
        "mean_bitrate_kbps": sum(b * d for b, d in zip(bitrates, durations, strict=True)) / play_s,
        "throughput_dl_kbps": _mean([step.throughput_kbps for step in steps]),
        "volume_dl_bytes": sum(step.volume_bytes for step in steps) or None,
        "first_response_ms": _mean([step.ttfb_ms for step in steps]),
        "quality": int(quality),
    }


def _mean(values: list[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None


def _device_class(agent: str | None) -> str | None:
    text = (agent or "").lower()
    return next((kind for kind, words in DEVICE_WORDS if any(w in text for w in words)), None)


def _positive(text: str, otherwise: float) -> float:
    try:
        value = float(text) if text else otherwise
    except ValueError:
        return otherwise
    return value if 0 < value < 1e6 else otherwise


FORMAT = Format(
    name="cmcd_log",
    title="CDN access logs with CMCD",
    standard="CTA-5004 (CMCD v1), CTA-5004-B (v2); W3C extended log",
    sniff=sniff,
    read=read,
)
