"""RTCP extended reports with VoIP metrics, as packets (RFC 3611 section 4.7)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from sentio.ingest.format import HEAD_BYTES, Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.pieces.columns import Cell, is_time
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.blocks import stands_alone
from sentio.ingest.wire.text.streams import put_back, read_fully
from sentio.ingest.wire.voice.call_quality import UNAVAILABLE, CallQuality, service_of
from sentio.ingest.wire.voice.rtcp_packets import (
    EXTENDED_REPORT,
    SENDER_REPORT,
    Found,
    layout_of,
    likely_layout_of,
    packets,
)
from sentio.kernel.errors import FormatError
from sentio.model.record import Kind

VOIP_METRICS, RECEIVER_TIME = 7, 4
"""Block types (RFC 3611 section 4)."""
VOIP = struct.Struct(">I4B4H2b2B4B2B3H")
NTP_TO_UNIX_S = 2_208_988_800
RATIO = 256
TENTH = 10

Refusal = tuple[str, str, str]


def sniff(head: bytes, name: str) -> float:
    """Recognise RTCP packets that follow each other to the end, an extended report among them."""
    del name
    return 0.9 if layout_of(head) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read packets; each is a row, and each VoIP metrics block in it gives a record.

    Time is that of the sender report before it or of the line; where there is none, the time of
    arrival. Options: ``service``, ``codec`` (packets name none: narrowband), ``subject``,
    ``segment``, ``slice``. The stream's SSRC is the identifier.

    Raises
    ------
    FormatError
        There is no RTCP packet at the beginning.
    """
    codec = reading.options.get("codec", "")
    service = reading.options.get("service") or service_of(codec, None)
    out = Gathering(reading, kind=Kind.EXPERIENCE, service=service)
    head = read_fully(stream, HEAD_BYTES)
    layout = layout_of(head) or likely_layout_of(head)
    if layout is None:
        raise FormatError(
            "no RTCP packet",
            where=reading.origin.name,
            expected="RTCP packets back to back, with 16 bits of length in front, or in hex digits",
        )
    clock_ns: int | None = None
    for packet in packets(put_back(head, stream), layout):
        clock_ns = packet.at_ns if packet.starts and layout != "back_to_back" else clock_ns
        records, found_ns, refusal = _records(packet)
        clock_ns = found_ns if found_ns is not None else clock_ns
        if refusal is None:
            out.keep()
        else:
            reason, name, what = refusal
            what = f"{what}. Packet skipped"
            out.reject(what, line=packet.index, field=name, reason=reason, raw=packet.raw)
        for record in records:
            ts = clock_ns if clock_ns is not None else reading.received_ns
            out.experience(service, {**record, "ts": ts, "voice_codec": codec or None})
        if out.is_full:
            yield from out.flush()
    yield from out.flush()


def _records(packet: Found) -> tuple[list[dict[str, Cell]], int | None, Refusal | None]:
    """Give the records of a packet, the time it tells, and why it is refused, if it is."""
    if packet.kind == 0:
        what = "no RTCP packet (version, type or length is wrong)"
        return [], None, ("unreadable", "header", what)
    body = packet.body
    if packet.kind == SENDER_REPORT:
        return [], _ntp_ns(body[4:12]), None
    if packet.kind != EXTENDED_REPORT:
        return [], None, None
    records: list[dict[str, Cell]] = []
    at_ns: int | None = None
    place = 4  # the reporter's SSRC
    while place + 4 <= len(body):
        kind, words = body[place], int.from_bytes(body[place + 2 : place + 4], "big")
        block = body[place + 4 : place + 4 + 4 * words]
        place += 4 + 4 * words
        if place > len(body):
            return records, at_ns, None if records else _overrun(kind)
        if kind == RECEIVER_TIME:
            at_ns = _ntp_ns(block)
        elif kind == VOIP_METRICS and len(block) == VOIP.size:
            records.append(_voip(block))
        elif kind == VOIP_METRICS:
            what = f"VoIP metrics of {words} words instead of 8"
            return records, at_ns, None if records else ("wrong_columns", "block length", what)
    return records, at_ns, None


def _overrun(kind: int) -> Refusal:
    return "incomplete", "block length", f"block of type {kind} is longer than its packet"


def _voip(block: bytes) -> dict[str, Cell]:
    (
        ssrc, loss, discard, burst, gap, burst_ms, gap_ms, round_trip, end_system,
        _signal, _noise, _echo, _gmin, _r, _external, mos_lq, mos_cq, _config, _reserved, *_buffer,
    ) = VOIP.unpack(block)  # fmt: skip
    quality = CallQuality(
        loss_ratio=loss / RATIO,
        discard_ratio=discard / RATIO,
        burst_density=burst / RATIO,
        burst_ms=float(burst_ms),
        gap_density=gap / RATIO,
        gap_ms=float(gap_ms),
        round_trip_ms=float(round_trip),
        end_system_ms=float(end_system),
        mos_lq=None if mos_lq == UNAVAILABLE else mos_lq / TENTH,
        mos_cq=None if mos_cq == UNAVAILABLE else mos_cq / TENTH,
    )
    return {"subject_kind": "user", "session_key": f"{ssrc:08x}", **quality.values()}


def _ntp_ns(stamp: bytes) -> int | None:
    """Turn an NTP timestamp into nanoseconds since 1970; None where a sender has no clock."""
    if len(stamp) < 8:
        return None
    seconds = int.from_bytes(stamp[:4], "big") - NTP_TO_UNIX_S
    ns = seconds * 10**9 + (int.from_bytes(stamp[4:8], "big") * 10**9 >> 32)
    return ns if seconds > 0 and is_time(ns) else None


FORMAT = Format(
    name="rtcp_xr",
    title="RTCP extended reports (VoIP metrics)",
    standard="RFC 3550, RFC 3611 section 4.7, RFC 4571",
    sniff=sniff,
    read=read,
    replay_head=stands_alone,
)
