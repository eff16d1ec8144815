"""Traceroutes of scamper in JSON lines: Paris traceroute (trace) and multipath (tracelb)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import fmean
from typing import BinaryIO

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.json.results import Refusal, pieces_of
from sentio.ingest.wire.json.values import Json, Object, at, number, objects, text
from sentio.ingest.wire.pieces.columns import LARGEST_NS
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.packed import unpacked, unpacked_head
from sentio.model.record import Kind

TRACE = re.compile(rb'"type"\s*:\s*"(?:tracelb|trace|cycle-start|cycle-stop)"')
KINDS = ("trace", "tracelb")
FRAMES = ("cycle-start", "cycle-stop", "cycle-def")
MAX_HOPS = 255


def sniff(head: bytes, name: str) -> float:
    """Recognise a trace, or the frame that scamper puts around a cycle of them."""
    del name
    head = unpacked_head(head)
    return 0.9 if head.lstrip()[:1] == b"{" and TRACE.search(head) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read traces as measurements of the path from the probing host.

    Addresses are not kept (the target is somebody's home): hops are known by their distance.
    Lines that frame a cycle are rows that are kept; they name the host.
    """
    out = Gathering(reading, kind=Kind.MEASUREMENT)
    host = reading.origin.source

    def take(value: Object) -> Refusal | None:
        nonlocal host
        host = text(value, "hostname") or host
        return _take(value, out, host)

    yield from pieces_of(unpacked(stream, reading.origin.name), out, take)


def _take(value: Object, out: Gathering, host: str) -> Refusal | None:
    kind = text(value, "type")
    if kind in FRAMES or "TracerouteCallerVersion" in value:
        return None
    if kind not in KINDS:
        return "not_telemetry", f'type "{kind[:40]}" is no trace'
    ts = _start_ns(value)
    if ts is None:
        return "bad_time", "start.sec is no time in seconds since 1970"
    hops = _trace(value) if kind == "trace" else _multipath(value)
    target = text(value, "dst")
    answers = {ttl: rtts for ttl, (rtts, _) in hops.items() if rtts}
    measured: dict[str, tuple[float | None, str]] = {
        f"traceroute.hop_{ttl:02d}_rtt": (fmean(rtts), "ms")
        for ttl, rtts in sorted(answers.items())
    }
    reached = [ttl for ttl, (_, addresses) in hops.items() if target in addresses]
    measured["traceroute.hops"] = (float(max(hops)) if hops else 0.0, "")
    measured["traceroute.is_reached"] = (float(bool(reached)), "")
    last = answers.get(min(reached)) if reached else None
    measured["traceroute.rtt"] = (fmean(last) if last else None, "ms")
    out.measure(measured, ts=ts, element=host, element_kind="server")
    return None


Hops = dict[int, tuple[list[float], set[str]]]


def _trace(value: Object) -> Hops:
    hops: Hops = {}
    for hop in objects(value, "hops"):
        _answer(hops, number(hop, "probe_ttl"), number(hop, "rtt"), text(hop, "addr"))
    return hops


def _multipath(value: Object) -> Hops:
    """Flatten the nodes: each link's probes say how far away its far end is."""
    hops: Hops = {}
    for node in objects(value, "nodes"):
        links = at(node, "links")
        for side in links if isinstance(links, list) else []:
            for far_end in objects({"links": side}, "links"):
                for probe in objects(far_end, "probes"):
                    replies = objects(probe, "replies")
                    for reply in replies:
                        rtt, address = number(reply, "rtt"), text(far_end, "addr")
                        _answer(hops, number(probe, "ttl"), rtt, address)
    return hops


def _answer(hops: Hops, ttl: float | None, rtt: float | None, address: str) -> None:
    if ttl is None or not 0 < ttl <= MAX_HOPS:
        return
    rtts, addresses = hops.setdefault(int(ttl), ([], set()))
    if rtt is not None and rtt >= 0:
        rtts.append(rtt)
    addresses.add(address)


def _start_ns(value: Json) -> int | None:
    seconds, micros = number(value, "start", "sec"), number(value, "start", "usec") or 0.0
    if seconds is None or not 0 <= seconds * 1e9 < LARGEST_NS or not 0 <= micros < 1e6:
        return None
    return int(seconds) * 10**9 + int(micros) * 1000


FORMAT = Format(
    name="scamper",
    title="scamper traceroute",
    standard="scamper JSON (sc_warts2json), Paris traceroute",
    sniff=sniff,
    read=read,
)
