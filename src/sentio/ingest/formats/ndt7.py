"""NDT7 results of M-Lab: one download or upload over a single TCP connection with BBR."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.active.ndt import rate_kbps, retransmission_ratio, rtt_ms, server_of
from sentio.ingest.wire.json.keys import begins_as_json
from sentio.ingest.wire.json.results import Refusal, pieces_of
from sentio.ingest.wire.json.values import Json, Object, at, number, objects, text
from sentio.ingest.wire.pieces.columns import Cell
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.blocks import stands_alone
from sentio.ingest.wire.text.packed import unpacked, unpacked_head
from sentio.ingest.wire.times.iso8601 import time_ns
from sentio.model.record import Kind

SERVICE = "file"
LONGEST_NS = 3_600_000_000_000
DIRECTIONS = {"Download": "dl", "Upload": "ul"}


def sniff(head: bytes, name: str) -> float:
    """Recognise the measurements of the server within a download or upload."""
    del name
    head = unpacked_head(head)
    if not begins_as_json(head):
        return 0.0
    has_direction = b'"Download"' in head or b'"Upload"' in head
    return 0.97 if has_direction and b'"ServerMeasurements"' in head else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read results, one document each (gzip too), into one use of ``file`` for each direction.

    Options: ``service`` (file), ``subject``, ``segment``, ``slice``. The client's address is the
    identifier; tokens and other metadata are not kept.
    """
    service = reading.options.get("service", SERVICE)
    out = Gathering(reading, kind=Kind.EXPERIENCE, service=service)
    source = unpacked(stream, reading.origin.name)
    yield from pieces_of(source, out, lambda value: _take(value, out, service))


def _take(value: Object, out: Gathering, service: str) -> Refusal | None:
    refusal = ("not_telemetry", "neither Download nor Upload")
    uses: list[dict[str, Cell]] = []
    for name, way in DIRECTIONS.items():
        test = at(value, name)
        if isinstance(test, Mapping):
            started = time_ns(text(test, "StartTime")) or time_ns(text(value, "StartTime"))
            use = _use(test, way)
            if started is None:
                refusal = ("bad_time", f"{name}.StartTime is no time")
            elif use is None:
                refusal = ("incomplete", f"{name} has no measurement with bytes and time")
            else:
                uses.append({**use, "ts": started, "duration_ms": _lasted_ms(test, started, use)})
    client = {"subject_kind": "user", "ip": text(value, "ClientIP") or None}
    for use in uses:
        out.experience(service, {**use, **client})
    return None if uses else refusal


def _use(test: Json, way: str) -> dict[str, Cell] | None:
    """Sum a test up by its last measurement; the server's own is trusted over the client's."""
    counter = "BytesAcked" if way == "dl" else "BytesReceived"
    for sample in reversed(objects(test, "ServerMeasurements")):
        tcp = at(sample, "TCPInfo")
        volume, elapsed = number(tcp, counter), number(tcp, "ElapsedTime")
        rate = rate_kbps(volume, elapsed)
        if rate is not None:
            return {
                f"throughput_{way}_kbps": rate,
                f"volume_{way}_bytes": volume,
                "duration_ms": (elapsed or 0) / 1000,
                "rtt_ms": rtt_ms(tcp),
                # On an upload the server only acknowledges: what the client sent again is unknown.
                "retransmission_ratio": retransmission_ratio(tcp) if way == "dl" else None,
                "server": server_of(text(test, "UUID")),
            }
    for sample in reversed(objects(test, "ClientMeasurements")):
        volume, elapsed = (number(sample, "AppInfo", n) for n in ("NumBytes", "ElapsedTime"))
        rate = rate_kbps(volume, elapsed)
        if rate is not None:
            return {
                f"throughput_{way}_kbps": rate,
                f"volume_{way}_bytes": volume,
                "duration_ms": (elapsed or 0) / 1000,
                "server": server_of(text(test, "UUID")),
            }
    return None


def _lasted_ms(test: Json, started: int, use: Mapping[str, Cell]) -> Cell:
    ended = time_ns(text(test, "EndTime"))
    has_end = ended is not None and 0 < ended - started < LONGEST_NS
    return (ended - started) / 1e6 if has_end and ended else use["duration_ms"]


FORMAT = Format(
    name="ndt7",
    title="M-Lab NDT7 speed test",
    standard="NDT7 protocol and data format of M-Lab; Linux tcp_info",
    sniff=sniff,
    read=read,
    replay_head=stands_alone,
)
