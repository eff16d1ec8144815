"""NDT5 results of M-Lab: an upload (C2S) and a download (S2C) in one document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.active.ndt import retransmission_ratio, rtt_ms, server_of
from sentio.ingest.wire.json.keys import begins_as_json
from sentio.ingest.wire.json.results import Refusal, pieces_of
from sentio.ingest.wire.json.values import Json, Object, at, number, text
from sentio.ingest.wire.pieces.columns import Cell
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.blocks import stands_alone
from sentio.ingest.wire.text.packed import unpacked, unpacked_head
from sentio.ingest.wire.times.iso8601 import time_ns
from sentio.model.record import Kind

SERVICE = "file"
LONGEST_NS = 3_600_000_000_000
DIRECTIONS = {"C2S": "ul", "S2C": "dl"}


def sniff(head: bytes, name: str) -> float:
    """Recognise a test from client to server or back, with its mean throughput."""
    del name
    head = unpacked_head(head)
    if not begins_as_json(head):
        return 0.0
    has_direction = b'"C2S"' in head or b'"S2C"' in head
    return 0.97 if has_direction and b'"MeanThroughputMbps"' in head else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read results, one document each (gzip too), into one use of ``file`` for each direction.

    Options: ``service`` (file), ``subject``, ``segment``, ``slice``. Each direction names its own
    client; that address is the identifier.
    """
    service = reading.options.get("service", SERVICE)
    out = Gathering(reading, kind=Kind.EXPERIENCE, service=service)
    source = unpacked(stream, reading.origin.name)
    yield from pieces_of(source, out, lambda value: _take(value, out, service))


def _take(value: Object, out: Gathering, service: str) -> Refusal | None:
    uses = [use for name, way in DIRECTIONS.items() if (use := _use(value, name, way))]
    for use in uses:
        out.experience(service, use)
    return None if uses else ("incomplete", "neither C2S nor S2C has a time and a throughput")


def _use(value: Json, name: str, way: str) -> dict[str, Cell] | None:
    test = at(value, name)
    rate = number(test, "MeanThroughputMbps")
    started, ended = time_ns(text(test, "StartTime")), time_ns(text(test, "EndTime"))
    if rate is None or started is None:
        return None
    lasted = ended - started if ended is not None and 0 < ended - started < LONGEST_NS else None
    tcp = at(test, "TCPInfo") if way == "dl" else None
    smallest = number(test, "MinRTT")  # a Go duration: nanoseconds
    return {
        "ts": started,
        "duration_ms": None if lasted is None else lasted / 1e6,
        "subject_kind": "user",
        "ip": text(test, "ClientIP") or text(value, "ClientIP") or None,
        "server": server_of(text(test, "UUID")),
        f"throughput_{way}_kbps": rate * 1000,
        f"volume_{way}_bytes": None if lasted is None else rate * lasted / 8000,
        "rtt_ms": smallest / 1e6 if smallest else rtt_ms(tcp),
        "retransmission_ratio": retransmission_ratio(tcp),
    }


FORMAT = Format(
    name="ndt5",
    title="M-Lab NDT5 speed test",
    standard="NDT5 data format of M-Lab",
    sniff=sniff,
    read=read,
    replay_head=stands_alone,
)
