"""Voice quality reports of SIP endpoints, softphones and desk phones of customers (RFC 6035)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import FloatArray
from sentio.lab.day import SECOND_NS
from sentio.lab.network import Conditions
from sentio.lab.wire.text import Written, clock, fixed, glue, pick, save, whole
from sentio.lab.world import World, uses

PATH = "voice/reports.txt"
CALLS_PER_DAY = 0.45  # of one user
CODECS = ("PT=8 PD=PCMA SR=8000 PLC=3", "PT=9 PD=G722 SR=16000 PLC=2")
WITHOUT_TIME = 2  # reports that forget when the call was
TIME = "%Y-%m-%dT%H:%M:%SZ"


def write(folder: Path, world: World) -> list[Written]:
    """Write one report a call, as it ends."""
    rng = world.rng(PATH)
    seen = uses(world, rng, per_user=CALLS_PER_DAY)
    rows = len(seen)
    there = world.network.at(rng, cell=seen.cell, ts_ns=seen.ts_ns)
    lasted_s = (70.0 * np.exp(rng.normal(0.0, 0.8, rows))).clip(4.0, 3000.0)
    stop_ns = seen.ts_ns + (lasted_s * SECOND_NS).astype(np.int64)
    times = glue("Timestamps:START=", clock(seen.ts_ns, TIME), " STOP=", clock(stop_ns, TIME))
    forgets = np.arange(rows) % max(rows // WITHOUT_TIME, 1) == max(rows // 4, 3)
    times = pa.array(np.where(forgets, "Timestamps:", times.to_numpy(zero_copy_only=False)))
    address = world.people.ip.take(pa.array(seen.user))
    call = glue("c", whole(seen.ts_ns // SECOND_NS), "-", whole(seen.user), "@pbx.example")
    reports = glue(
        "VQSessionReport: CallTerm\r\nLocalMetrics:\r\n", times, "\r\nSessionDesc:",
        pick(CODECS, seen.user % 5 // 3), " PPS=50 SSUP=on\r\nCallID:", call,
        "\r\nLocalAddr:IP=", address, " PORT=16402 SSRC=0x", whole(10_000_000 + seen.user),
        "\r\nRemoteAddr:IP=198.51.100.7 PORT=30118 SSRC=0x1234abcd\r\n",
        "JitterBuffer:JBA=3 JBR=10 JBN=40 JBM=60 JBX=200\r\n", *_metrics(rng, there, lasted_s),
        "\r\nSignal:SL=-20 NL=-66 RERL=127\r\n\r\n",
    )  # fmt: skip
    size = save(folder, PATH, reports)
    dirt = {"malformed": int(forgets.sum())}
    return [Written(path=PATH, format="vq_rtcpxr", rows=rows, size_bytes=size, dirt=dirt)]


def _metrics(
    rng: np.random.Generator, there: Conditions, lasted_s: FloatArray
) -> tuple[pa.StringArray | str, ...]:
    rows = len(lasted_s)
    lost = 100.0 * there.loss_ratio * rng.uniform(0.8, 1.2, rows)
    late = 0.15 * np.exp(rng.normal(0.0, 0.8, rows)) + 4.0 * there.is_full
    burst_ms = 120.0 + 100.0 * rng.random(rows)
    density = (lost * 6.0).clip(0.4, 60.0)
    gap_ms = (lasted_s * 500.0).clip(1000.0, 60_000.0)
    return (
        "PacketLoss:NLR=", fixed(lost, 2), " JDR=", fixed(late, 2),
        "\r\nBurstGapLoss:BLD=", fixed(density, 1), " BD=", whole(burst_ms.astype(np.int64)),
        " GLD=", fixed((lost * 0.6).clip(0.0, 40.0), 2), " GD=", whole(gap_ms.astype(np.int64)),
        " GMIN=16\r\nDelay:RTD=", whole(there.rtt_ms.astype(np.int64)), " ESD=70 IAJ=",
        whole(there.jitter_ms.astype(np.int64)), " MAJ=11",
    )  # fmt: skip
