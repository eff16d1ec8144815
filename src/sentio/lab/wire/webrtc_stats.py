"""What browsers tell of video calls: their getStats reports every ten seconds, NDJSON (W3C)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import FloatArray, IntArray
from sentio.lab.day import SECOND_NS
from sentio.lab.dirt import soil
from sentio.lab.player import rates
from sentio.lab.wire.text import MS_NS, Written, fixed, glue, save, whole
from sentio.lab.world import World, uses

PATH = "webrtc/stats.ndjson"
CALLS_PER_DAY = 0.3  # of one user, on the operator's own service
REPORTS = 13  # two minutes
STEP_S = 10
BEST_KBPS = 2500.0
PACKET_BYTES = 1050.0
WIDTHS, HEIGHTS = np.array([320, 640, 1280]), np.array([180, 360, 720])
FROM_KBPS = (0.0, 350.0, 1100.0)  # the sender takes a smaller picture below


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calls:
    """What is received in each step of each call, shape (calls, reports)."""

    kbps: FloatArray
    packets: IntArray
    lost: IntArray
    frozen_s: FloatArray
    fps: FloatArray
    rtt_s: FloatArray


def write(folder: Path, world: World) -> list[Written]:
    """Write one line a report of a call's end; counters grow over the call."""
    rng = world.rng(PATH)
    seen = uses(world, rng, per_user=CALLS_PER_DAY)
    there = world.network.at(
        rng, cell=seen.cell, ts_ns=seen.ts_ns, radio=world.people.radio[seen.user]
    )
    calls = _receive(rng, there.rate_kbps, there.loss_ratio, there.rtt_ms)
    at_ns = seen.ts_ns[:, None] + np.arange(REPORTS) * STEP_S * SECOND_NS
    lines = _lines(world, np.repeat(seen.user, REPORTS), at_ns.ravel(), calls)
    within = np.flatnonzero(at_ns.ravel() < world.span.end_ns)
    order = within[np.argsort(at_ns.ravel()[within], kind="stable")]
    lines, dirt = soil(lines.take(pa.array(order)), rng, cut=len(order) // 4000 + 1)
    size = save(folder, PATH, lines)
    return [Written(path=PATH, format="webrtc_stats", rows=len(lines), size_bytes=size, dirt=dirt)]


def _receive(
    rng: np.random.Generator, rate_kbps: FloatArray, loss_ratio: FloatArray, rtt_ms: FloatArray
) -> _Calls:
    rows = len(rate_kbps)
    uplink = rates(rng, rate_kbps * 0.2, REPORTS)  # the other end is a phone like this one
    kbps = np.minimum(BEST_KBPS, 0.7 * uplink).clip(60.0)
    sent = np.rint(kbps * 125.0 * STEP_S / PACKET_BYTES).astype(np.int64)
    lost = rng.binomial(sent, loss_ratio[:, None])
    hurt = (6.0 * lost / sent + 12.0 / kbps).clip(0.0, 0.8)
    frozen = STEP_S * hurt * hurt * rng.uniform(0.5, 1.5, kbps.shape)
    rtt_s = rtt_ms[:, None] * np.exp(rng.normal(0.0, 0.1, (rows, REPORTS))) / 1000.0
    return _Calls(
        kbps=kbps,
        packets=sent - lost,
        lost=lost,
        frozen_s=frozen.clip(0.0, STEP_S),
        fps=np.rint(30.0 - 20.0 * hurt),
        rtt_s=rtt_s,
    )


def _lines(world: World, user: IntArray, at_ns: IntArray, calls: _Calls) -> pa.StringArray:
    number = np.repeat(np.arange(len(calls.kbps)), REPORTS)
    size = (np.searchsorted(FROM_KBPS, calls.kbps, side="right") - 1).ravel()
    received = np.cumsum(calls.packets, axis=1).ravel()
    return glue(
        '{"timestamp":', whole(at_ns // MS_NS), ',"callId":"call-', whole(number),
        '","userId":"', world.people.account.take(pa.array(user)),
        '","stats":[{"id":"IT01V1","type":"inbound-rtp","kind":"video","packetsReceived":',
        whole(received), ',"packetsLost":', whole(np.cumsum(calls.lost, axis=1).ravel()),
        ',"bytesReceived":', whole((received * PACKET_BYTES).astype(np.int64)),
        ',"framesPerSecond":', whole(calls.fps.ravel().astype(np.int64)), ',"frameWidth":',
        whole(WIDTHS[size]), ',"frameHeight":', whole(HEIGHTS[size]),
        ',"totalFreezesDuration":', fixed(np.cumsum(calls.frozen_s, axis=1).ravel(), 3),
        ',"jitter":', fixed(0.05 * calls.rtt_s.ravel(), 4),
        '},{"id":"CP1","type":"candidate-pair","nominated":true,"currentRoundTripTime":',
        fixed(calls.rtt_s.ravel(), 4), "}]}\n",
    )  # fmt: skip
