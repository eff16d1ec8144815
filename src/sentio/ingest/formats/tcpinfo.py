"""Snapshots of TCP connections as M-Lab's tcp-info keeps them: the kernel's own binary state."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import BinaryIO

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.active.ndt import UNSET, rate_kbps, server_of
from sentio.ingest.wire.json.results import Refusal, pieces_of
from sentio.ingest.wire.json.values import Json, Object, at, text
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.packed import unpacked, unpacked_head
from sentio.ingest.wire.times.iso8601 import time_ns
from sentio.model.record import Kind

SERVICE = "file"
BULK_BYTES = 1_000_000
"""A connection that moved less carried control messages, not a test."""

INET_DIAG_INFO = 2
"""Which attribute holds struct tcp_info (linux/inet_diag.h)."""
FIELDS: dict[str, tuple[int, str]] = {
    "rtt_us": (68, "<I"),
    "total_retrans": (100, "<I"),
    "bytes_acked": (120, "<Q"),
    "bytes_received": (128, "<Q"),
    "segs_out": (136, "<I"),
    "min_rtt_us": (148, "<I"),
    "busy_us": (168, "<Q"),
    "bytes_sent": (200, "<Q"),
    "bytes_retrans": (208, "<Q"),
}
"""Offset and type within struct tcp_info (linux/tcp.h); older kernels end earlier."""

AF_INET, AF_INET6 = 2, 10
DIAG_BYTES = 56


@dataclass(slots=True, kw_only=True)
class Connection:
    """A connection, from its first snapshot to its last."""

    uuid: str = ""
    first_ns: int | None = None
    last_ns: int = 0
    client: str = ""
    tcp: Mapping[str, int] | None = None


def sniff(head: bytes, name: str) -> float:
    """Recognise a connection's metadata or a raw snapshot."""
    del name
    head = unpacked_head(head)
    if head.lstrip()[:1] != b"{":
        return 0.0
    has_metadata = b'"Metadata":{"UUID"' in head and b'"Sequence"' in head
    return 0.95 if has_metadata or (b'"RawIDM"' in head and b'"Attributes"' in head) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read snapshots (zstd, gzip or plain lines); each is a row, a connection gives one record.

    Bulk transfers are uses of ``file`` by the client's address, the others measurements of the
    server. Options: ``service``, ``subject``, ``segment``, ``slice``.
    """
    service = reading.options.get("service", SERVICE)
    out = Gathering(reading, kind=Kind.EXPERIENCE, service=service)
    connection = Connection()

    def take(value: Object) -> Refusal | None:
        nonlocal connection
        if not isinstance(at(value, "Metadata"), Mapping):
            return _take(value, connection)
        _finish(connection, out, service)
        connection = Connection(uuid=text(value, "Metadata", "UUID"))
        return None

    yield from pieces_of(unpacked(stream, reading.origin.name), out, take)
    _finish(connection, out, service)
    yield from out.flush()


def _take(value: Object, connection: Connection) -> Refusal | None:
    ts = time_ns(text(value, "Timestamp"))
    if ts is None:
        return "bad_time", "Timestamp is no time"
    attributes = at(value, "Attributes")
    if not isinstance(attributes, list) or "RawIDM" not in value:
        return "not_telemetry", "no snapshot (RawIDM and Attributes)"
    tcp = _tcp_info(attributes[INET_DIAG_INFO] if len(attributes) > INET_DIAG_INFO else None)
    connection.first_ns = ts if connection.first_ns is None else min(connection.first_ns, ts)
    connection.last_ns = max(connection.last_ns, ts)
    connection.client = _client(_bytes(at(value, "RawIDM"))) or connection.client
    connection.tcp = tcp or connection.tcp
    return None


def _finish(connection: Connection, out: Gathering, service: str) -> None:
    tcp = connection.tcp
    if tcp is None or connection.first_ns is None:
        return
    down, up = tcp.get("bytes_acked", 0), tcp.get("bytes_received", 0)
    if max(down, up) < BULK_BYTES:
        units = {"us": "us", "retrans": "packet", "acked": "byte", "received": "byte"}
        measured = {
            f"tcp.{name}": (float(count), units.get(name.rsplit("_", 1)[1], ""))
            for name, count in tcp.items()
            if not (name == "min_rtt_us" and count == UNSET)
        }
        server = server_of(connection.uuid) or out.reading.origin.source
        out.measure(measured, ts=connection.last_ns, element=server, element_kind="server")
        return
    lasted_us = (connection.last_ns - connection.first_ns) / 1000
    way, volume, elapsed = ("dl", down, tcp.get("busy_us")) if down >= up else ("ul", up, None)
    smallest = tcp.get("min_rtt_us", UNSET)
    sent = tcp.get("bytes_sent") if way == "dl" else None
    out.experience(
        service,
        {
            "ts": connection.first_ns,
            "duration_ms": lasted_us / 1000,
            "subject_kind": "user",
            "ip": connection.client or None,
            "server": server_of(connection.uuid),
            f"throughput_{way}_kbps": rate_kbps(volume, elapsed or lasted_us),
            f"volume_{way}_bytes": float(volume),
            "rtt_ms": (smallest if 0 < smallest < UNSET else tcp.get("rtt_us", 0)) / 1000,
            "retransmission_ratio": tcp.get("bytes_retrans", 0) / sent if sent else None,
        },
    )


def _bytes(value: Json) -> bytes:
    if not isinstance(value, str) or len(value) > 4096:
        return b""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _tcp_info(value: Json) -> Mapping[str, int] | None:
    raw = _bytes(value)
    found = {
        name: int(struct.unpack_from(kind, raw, offset)[0])
        for name, (offset, kind) in FIELDS.items()
        if len(raw) >= offset + struct.calcsize(kind)
    }
    return found if "bytes_received" in found else None


def _client(diag: bytes) -> str:
    """Give the far end's address out of struct inet_diag_msg."""
    if len(diag) < DIAG_BYTES:
        return ""
    if diag[0] == AF_INET:
        return str(IPv4Address(diag[24:28]))
    if diag[0] != AF_INET6:
        return ""
    address = IPv6Address(diag[24:40])
    return str(address.ipv4_mapped or address)  # one client, one name, whatever the socket


FORMAT = Format(
    name="tcpinfo",
    title="M-Lab TCP connection snapshots",
    standard="M-Lab tcp-info JSON lines; Linux inet_diag and tcp_info",
    sniff=sniff,
    read=read,
)
