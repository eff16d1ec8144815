"""RIPE Atlas results: pings and traceroutes as measurements, web requests as experience."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from statistics import fmean
from typing import BinaryIO

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.json.keys import begins_as_json
from sentio.ingest.wire.json.results import Refusal, pieces_of
from sentio.ingest.wire.json.values import Object, at, number, objects, text
from sentio.ingest.wire.pieces.columns import LARGEST_NS, Cell
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.blocks import stands_alone
from sentio.model.record import Kind

SERVICE = "web"
MS = "ms"
OLD_HTTP = re.compile(r"^(?:GET|HEAD|POST)[46]? (\S+) ([\d.]+) (\d+) (\d+) (\d+)$")
"""Firmware 1 wrote one line: method, address, seconds, status, header and body bytes."""


def sniff(head: bytes, name: str) -> float:
    """Recognise the two keys that every result has: the measurement and the probe."""
    del name
    if not begins_as_json(head):
        return 0.0
    return 0.97 if b'"msm_id"' in head and b'"prb_id"' in head else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read results, one JSON object a line or an array of them; each is a row.

    Options: ``service`` for web requests (web), ``segment``, ``slice``. The probe is the subject.
    """
    service = reading.options.get("service", SERVICE)
    out = Gathering(reading, kind=Kind.MEASUREMENT)
    yield from pieces_of(stream, out, lambda value: _take(value, out, service))


def _take(value: Object, out: Gathering, service: str) -> Refusal | None:
    kind, ts = text(value, "type"), _time_ns(value)
    if ts is None:
        return "bad_time", "timestamp is no time in seconds since 1970"
    if kind == "http":
        return _http(value, ts, out, service)
    if kind == "ping":
        return _ping(value, ts, out)
    if kind == "traceroute":
        return _traceroute(value, ts, out)
    return "not_telemetry", f'results of type "{kind[:40]}" are not kept'


def _http(value: Object, ts: int, out: Gathering, service: str) -> Refusal | None:
    results = objects(value, "result") or _old_http(
        text(value, "result") or text(value, "src_addr")
    )
    if not results:
        return "unreadable", "an http result without requests"
    for result in results:
        begun = number(result, "time")
        has_time = begun is not None and 0 <= begun * 1e9 < LARGEST_NS
        spent, connected = _rtt(number(result, "rt")), _rtt(number(result, "ttc"))
        first = _rtt(number(result, "ttfb"))
        failed = text(result, "err") or text(result, "dnserr")
        values: dict[str, Cell] = {
            "ts": int((begun or 0) * 1e9) if has_time else ts,
            "duration_ms": spent,
            "subject_kind": "user",
            "device_serial": _probe(value),
            "server": text(result, "dst_addr") or text(result, "addr") or None,
            "is_success": 0.0 if failed else 1.0,
            "dns_ms": _rtt(number(result, "ttr")),
            "tcp_connect_ms": connected,
            "first_response_ms": _less(first, connected or 0.0),
            "transfer_ms": _less(spent, first) if first is not None else None,
            "page_load_ms": spent,
            "http_status": number(result, "res"),
            "volume_dl_bytes": _added(number(result, "bsize"), number(result, "hsize")),
        }
        out.experience(service, values)
    return None


def _old_http(line: str) -> list[dict[str, float | str]]:
    if line.startswith("connect error"):
        return [{"err": line}]
    found = OLD_HTTP.match(line)
    if found is None or not re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", found[2]):
        return []
    sizes = {"res": found[3], "hsize": found[4], "bsize": found[5]}
    return [{"addr": found[1], "rt": float(found[2]) * 1000, **sizes}]


def _ping(value: Object, ts: int, out: Gathering) -> Refusal | None:
    sent, received = number(value, "sent"), number(value, "rcvd")
    if sent is None or received is None:
        return "missing", "a ping without the counts sent and rcvd"
    if not 0 <= received <= sent:
        return "out_of_range", "more answers than packets"
    measured: dict[str, tuple[float | None, str]] = {
        "sent": (sent, ""),
        "rcvd": (received, ""),
        "loss": (1 - received / sent if sent else None, "ratio"),
    }
    if received:
        measured |= {
            f"rtt_{name}": (_rtt(number(value, name)), MS) for name in ("min", "avg", "max")
        }
    measured["dup"] = (number(value, "dup"), "")
    _measure(out, value, ts, measured)
    return None


def _traceroute(value: Object, ts: int, out: Gathering) -> Refusal | None:
    hops = objects(value, "result")
    if not hops:
        return "incomplete", "a traceroute without hops"
    target = text(value, "dst_addr")
    last: list[float] = []
    for hop in hops:
        answers = objects(hop, "result")
        known = [rtt for answer in answers if (rtt := _rtt(number(answer, "rtt"))) is not None]
        index = number(hop, "hop")
        if index is None or not 0 < index < 256 or not known:
            continue
        _measure(out, value, ts, {f"hop_{int(index):02d}_rtt": (fmean(known), MS)})
        if any(text(answer, "from") == target for answer in answers) and target:
            last = known
    counts: dict[str, tuple[float | None, str]] = {"hops": (float(len(hops)), "")}
    counts["is_reached"] = (float(bool(last)), "")
    counts["rtt"] = (fmean(last) if last else None, MS)
    _measure(out, value, ts, counts)
    return None


def _measure(
    out: Gathering, value: Object, ts: int, measured: Mapping[str, tuple[float | None, str]]
) -> None:
    kind = text(value, "type")
    target = text(value, "dst_name") or text(value, "dst_addr") or text(value, "name")
    named = {f"{kind}.{name}": pair for name, pair in measured.items()}
    out.measure(named, ts=ts, element=f"{_probe(value)}>{target}", element_kind="path")


def _probe(value: Object) -> str:
    probe = number(value, "prb_id")
    return f"ripe-atlas-{int(probe)}" if probe is not None and abs(probe) < 2**53 else "ripe-atlas"


def _time_ns(value: Object) -> int | None:
    seconds = number(value, "timestamp")
    if (
        seconds is None
        or isinstance(at(value, "timestamp"), str)
        or not 0 <= seconds * 1e9 < LARGEST_NS
    ):
        return None
    return int(seconds * 1e9)


def _rtt(value: float | None) -> float | None:
    """Give a time; -1 stands for none."""
    return value if value is not None and value >= 0 else None


def _less(later: float | None, earlier: float | None) -> float | None:
    return None if later is None or earlier is None else max(later - earlier, 0.0)


def _added(*values: float | None) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


FORMAT = Format(
    name="ripe_atlas",
    title="RIPE Atlas results",
    standard="RIPE Atlas measurement result formats, firmware 1 to 5000",
    sniff=sniff,
    read=read,
    replay_head=stands_alone,
)
