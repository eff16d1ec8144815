"""IP-layer capacity tests in the JSON of OB-UDPST (TR-471, RFC 9097): result and every second."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.json.keys import begins_as_json
from sentio.ingest.wire.json.results import Refusal, pieces_of
from sentio.ingest.wire.json.values import Json, Object, at, number, objects, text
from sentio.ingest.wire.pieces.columns import Cell
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.blocks import stands_alone
from sentio.ingest.wire.times.iso8601 import time_ns
from sentio.model.record import Kind

SERVICE = "file"
SECOND_MS = 1000

CLIENT = re.compile(
    rb'"(?:IPLayerCapSupported|IPLayerMaxConnections|BOMTime|IncrementalResult)"\s*:'
)
OF_A_BOX = re.compile(rb'^\s*\{\s*"Report"\s*:')  # whose bulk data may hold such a test, too
SERVER = re.compile(rb'"(?:downstream_bandwidth|tx_ip_rate_mbps|tx_datagram_rate)"\s*:')

UNITS: tuple[tuple[str, str], ...] = (
    (r"Capacity|Mbps|mbps", "Mbit/s"),
    (r"Percent", "%"),
    (r"Ratio", "ratio"),
    (r"^PDV|^RTT|^MinOnewayDelay|^MinRTT", "s"),
    (r"_rate$", "1/s"),
)
"""What the names say of units; times are in seconds, unlike on the tool's console."""

NOT_MEASURED = frozenset({"Mode", "Interval", "Intervals", "Seconds", "ActiveConnections"})


def sniff(head: bytes, name: str) -> float:
    """Recognise the result of a client, or the statistics of a server, by their names."""
    del name
    if not begins_as_json(head) or OF_A_BOX.match(head):
        return 0.0
    if CLIENT.search(head):
        return 0.97
    return 0.9 if len(set(SERVER.findall(head))) > 1 else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read tests, one document each: an experience of ``file`` and measurements by the second.

    Options: ``service`` (file), ``direction`` (``up`` or ``down``, where the result does not say;
    down otherwise), ``subject``, ``segment``, ``slice``.
    """
    service = reading.options.get("service", SERVICE)
    out = Gathering(reading, kind=Kind.EXPERIENCE, service=service)
    yield from pieces_of(stream, out, lambda value: _take(value, out, service))


def _take(value: Object, out: Gathering, service: str) -> Refusal | None:
    if objects(value, "data_records"):
        return _server(value, out)
    if isinstance(at(value, "Output"), Mapping):
        return _client(value, out, service)
    if text(value, "ErrorMessage"):
        return "incomplete", f"the test failed: {text(value, 'ErrorMessage')}"
    return "not_telemetry", "neither a result (Output) nor statistics (data_records)"


def _client(value: Object, out: Gathering, service: str) -> Refusal | None:
    started = time_ns(text(value, "Output", "BOMTime"))
    if started is None:
        return "bad_time", "Output.BOMTime is no time"
    summary, most = at(value, "Output", "Summary"), at(value, "Output", "AtMax")
    ended = time_ns(text(value, "Output", "EOMTime"))
    host = text(value, "Input", "Host") or text(value, "Input", "HostIPAddress")
    element = host or out.reading.origin.source
    capacity = _first(number(most, "MaxIPLayerCapacity"), number(summary, "IPLayerCapacitySummary"))
    if capacity is not None:
        values: dict[str, Cell] = {
            "ts": started,
            "duration_ms": _duration_ms(value, started, ended),
            "subject_kind": "user",
            "server": host or None,
            "ip": text(value, "Input", "ClientIPAddress") or None,
            _direction(value, out.reading): capacity * 1000,
            "rtt_ms": _ms(number(summary, "MinRTTSummary"), number(summary, "RTTAvg")),
            "packet_loss_ratio": number(summary, "LossRatioSummary"),
            "jitter_ms": _ms(number(summary, "PDVAvg")),
        }
        out.experience(service, values)
    for part, block in (("Summary", summary), ("AtMax", most)):
        out.measure(
            _measured(part, block), ts=ended or started, element=element, element_kind="server"
        )
    for block in objects(value, "Output", "IncrementalResult"):
        ts = time_ns(text(block, "TimeOfSubInterval"))
        if ts is not None:
            length = number(value, "Input", "TestSubInterval")
            out.measure(
                _measured("Incremental", block),
                ts=ts,
                element=element,
                element_kind="server",
                granularity_ms=int(length) if length and 0 < length < 10**9 else SECOND_MS,
            )
    is_empty = capacity is None and not objects(value, "Output", "IncrementalResult")
    return ("incomplete", "a test without a result") if is_empty else None


def _server(value: Object, out: Gathering) -> Refusal | None:
    element = text(value, "host_name") or out.reading.origin.source
    found = 0
    for record in objects(value, "data_records"):
        begin = time_ns(text(record, "start_datetime"))
        end = time_ns(text(record, "end_datetime"))
        if begin is None or end is None or not 0 < end - begin < 10**18:
            continue
        found += 1
        measured = {
            f"{kind}.{group}.{name}": _valued(name, inner)
            for kind in ("average", "maximum")
            for group, names in _objects_of(at(record, kind))
            for name, inner in names.items()
        }
        out.measure(
            measured,
            ts=end,
            element=element,
            element_kind="server",
            granularity_ms=round((end - begin) / 1e6),
        )
    return None if found else ("bad_time", "no record with a start and an end")


def _objects_of(value: Json) -> Iterator[tuple[str, Object]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, Mapping):
                yield key, inner


def _measured(part: str, block: Json) -> dict[str, tuple[float | None, str]]:
    if not isinstance(block, Mapping):
        return {}
    names = [name for name in block if name not in NOT_MEASURED]
    return {f"{part}.{name}": _valued(name, block[name]) for name in names}


def _valued(name: str, value: Json) -> tuple[float | None, str]:
    unit = next((unit for pattern, unit in UNITS if re.search(pattern, name)), "")
    return (None if isinstance(value, str) else number(value)), unit


def _direction(value: Json, reading: Reading) -> str:
    """Say which way the data went; a client in the role of sender measured its uplink."""
    role = {"Sender": "up", "Receiver": "down"}.get(text(value, "Input", "Role"))
    way = role or reading.options.get("direction", "down")
    return "throughput_ul_kbps" if way == "up" else "throughput_dl_kbps"


def _duration_ms(value: Json, started: int, ended: int | None) -> float | None:
    if ended is not None and 0 < ended - started < 10**15:
        return (ended - started) / 1e6
    seconds = number(value, "Output", "TestInterval")
    return seconds * 1000 if seconds and 0 < seconds < 1e6 else None


def _ms(*seconds: float | None) -> float | None:
    """Add seconds up, to milliseconds; RTTAvg is the mean above the smallest RTT."""
    known = [value for value in seconds if value is not None]
    return sum(known) * 1000 if known else None


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


FORMAT = Format(
    name="udpst",
    title="IP-layer capacity test (OB-UDPST)",
    standard="TR-471, TR-181 Device.IP.Diagnostics.IPLayerCapacityMetrics, RFC 9097",
    sniff=sniff,
    read=read,
    replay_head=stands_alone,
)
