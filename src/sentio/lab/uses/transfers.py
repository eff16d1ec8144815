"""How uses of pages, files and feeds go: name resolution, connection, answer, transfer."""

from __future__ import annotations

import numpy as np

from sentio.lab.physics.conditions import Conditions
from sentio.lab.uses.drawing import FLOAT, Floats

PAGE_KBIT, POST_KBIT = 8_500.0, 14_000.0
SHOW_MS = 60.0  # that the browser itself needs


def web(met: Conditions) -> dict[str, Floats]:
    """Give pages: the larger, the lossier and the further away, the later."""
    z, rtt = met.normal, 2.0 * met.one_way_ms + 4.0
    dns = met.dns_ms + 0.2 * rtt
    connect = rtt * (1.0 + 4.0 * met.loss_ratio) + met.setup_ms
    first = rtt + met.server_ms + 25.0 * np.exp(FLOAT(0.4) * z[3])
    resent = 9_000.0 * met.loss_ratio * (0.5 + met.uniform[3])  # timeouts, not only less rate
    transfer = 1000.0 * PAGE_KBIT * np.exp(FLOAT(0.55) * z[6]) / _rate(met) + resent
    return {
        "is_success": _succeeds(met),
        "page_load_ms": dns + connect + first + transfer + SHOW_MS,
        "dns_ms": dns,
        "tcp_connect_ms": connect,
        "first_response_ms": first,
        "transfer_ms": transfer,
    }


def file(met: Conditions) -> dict[str, Floats]:
    """Give file transfers, down."""
    return {"is_success": _succeeds(met), "throughput_dl_kbps": 1.1 * _rate(met)}


def social(met: Conditions) -> dict[str, Floats]:
    """Give posts: mostly the uplink's work."""
    rtt = 2.0 * met.one_way_ms + 4.0
    up = np.minimum(met.rate_ul_kbps, met.tcp_kbps) * (1.0 - met.loss_ratio)
    sent = 1000.0 * POST_KBIT * np.exp(FLOAT(0.5) * met.normal[6]) / np.maximum(up, 50.0)
    waits = met.dns_ms + met.setup_ms + 5.0 * rtt + 3.0 * met.server_ms
    resent = 30_000.0 * met.loss_ratio * (0.5 + met.uniform[3])
    return {"is_success": _succeeds(met), "post_duration_ms": 700.0 + waits + sent + resent}


def _rate(met: Conditions) -> Floats:
    return np.maximum(np.minimum(met.rate_dl_kbps, met.tcp_kbps), FLOAT(30.0))


def _succeeds(met: Conditions) -> Floats:
    return (~met.does_fail).astype(FLOAT)
