"""What the tests of M-Lab share: the TCP state of a server's side, and names without addresses."""

from __future__ import annotations

from sentio.ingest.wire.json.values import Json, number

UNSET = 2**32 - 1
"""The kernel's value of a smallest RTT that has not been measured."""


def rtt_ms(tcp: Json) -> float | None:
    """Give the smallest RTT, else the smoothed one (TCPInfo counts microseconds)."""
    for name in ("MinRTT", "RTT"):
        value = number(tcp, name)
        if value is not None and 0 < value < UNSET:
            return value / 1000
    return None


def retransmission_ratio(tcp: Json) -> float | None:
    """Give the share of bytes sent again, else of segments (kernels before 4.18)."""
    for again, all_sent in (("BytesRetrans", "BytesSent"), ("TotalRetrans", "SegsOut")):
        part, whole = number(tcp, again), number(tcp, all_sent)
        if part is not None and whole:
            return part / whole
    return None


def rate_kbps(volume_bytes: float | None, elapsed_us: float | None) -> float | None:
    """Give the mean rate; None without volume or time."""
    if volume_bytes is None or not elapsed_us or elapsed_us < 0:
        return None
    return volume_bytes * 8000 / elapsed_us


def server_of(uuid: str) -> str | None:
    """Name the server by the first part of a test's UUID, ``host_boot_socket``."""
    return uuid.split("_", 1)[0][:100] or None
