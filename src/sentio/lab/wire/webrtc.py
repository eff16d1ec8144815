"""Video calls as their collector sums the browsers' statistics up (W3C webrtc-stats), a row a call."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sentio.lab.dirt import soil
from sentio.lab.player import rates
from sentio.lab.wire.probe import Columns, fails, who_and_where
from sentio.lab.wire.text import Written, json_rows, save
from sentio.lab.world import World, uses

PATH = "webrtc/calls.ndjson"
CALLS_PER_DAY = 0.8
BEST_KBPS = 2500.0
SIZES = ((320.0, 180.0), (640.0, 360.0), (1280.0, 720.0))
FROM_KBPS = (0.0, 350.0, 1100.0)  # the sender takes a smaller picture below


def write(folder: Path, world: World) -> list[Written]:
    """Write the calls of the span."""
    rng = world.rng(PATH)
    seen = uses(world, rng, per_user=CALLS_PER_DAY)
    rows = len(seen)
    there = world.network.at(
        rng, cell=seen.cell, ts_ns=seen.ts_ns, radio=world.people.radio[seen.user]
    )
    uplink = rates(rng, there.rate_kbps * 0.18, 1)[:, 0]  # an upload gets a part of the cell
    kbps = np.minimum(BEST_KBPS, 0.7 * uplink).clip(60.0)
    size = np.searchsorted(FROM_KBPS, kbps, side="right") - 1
    hurt = (there.loss_ratio * 12.0 + (300.0 / kbps).clip(0, 2) * 0.04).clip(0.0, 0.8)
    columns: Columns = {
        **who_and_where(world, seen, service="video_call", app="meet"),
        "duration_ms": np.rint(480_000 * np.exp(rng.normal(0.0, 0.8, rows))),
        "one_way_delay_ms": 45.0 + there.rtt_ms / 2.0 + there.jitter_ms,
        "rtt_ms": there.rtt_ms,
        "jitter_ms": there.jitter_ms,
        "packet_loss_ratio": there.loss_ratio,
        "stream_bitrate_kbps": np.rint(kbps),
        "stream_fps": np.rint(30.0 - 20.0 * hurt),
        "stream_width_px": np.array([each[0] for each in SIZES])[size],
        "stream_height_px": np.array([each[1] for each in SIZES])[size],
        "freeze_ratio": (hurt * hurt * rng.uniform(0.5, 1.5, rows)).clip(0.0, 1.0),
        "is_success": (~fails(rng, there, usual=0.01)).astype(np.int64),
    }
    lines, dirt = soil(json_rows(columns), rng, twice=1, cut=1)
    bytes_ = save(folder, PATH, lines)
    return [Written(path=PATH, format="ndjson", rows=len(lines), size_bytes=bytes_, dirt=dirt)]
