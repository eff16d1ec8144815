"""What a probe in the core tells of calls and of encrypted video: NDJSON in our own words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.lab.city import EDGES, UPFS
from sentio.lab.dirt import soil
from sentio.lab.draw import happens
from sentio.lab.people import DEVICES, TARIFFS
from sentio.lab.player import play, rates
from sentio.lab.wire.text import MS_NS, Written, json_rows, pick, save
from sentio.lab.world import Uses, World, uses

CALLS, VIDEOS = "probe/voice.ndjson", "probe/video.ndjson"
CALLS_PER_DAY = 2.2  # of one user
VIDEOS_PER_DAY = 4.5
VIDEO_SEGMENTS = 30
VIDEO_APPS = ("tube", "series", "clips", "sports")

Columns = dict[str, pa.Array | npt.NDArray[np.generic] | str]


def write_calls(folder: Path, world: World) -> list[Written]:
    """Write VoLTE calls as the probe on the media gateway scores their RTP."""
    rng = world.rng(CALLS)
    seen = uses(world, rng, per_user=CALLS_PER_DAY)
    rows = len(seen)
    there = world.network.at(rng, cell=seen.cell, ts_ns=seen.ts_ns)
    late = 0.003 * np.exp(rng.normal(0.0, 1.1, rows)) + 0.03 * there.is_full
    columns: Columns = {
        **_who_and_where(world, seen, service="voice_wb", app="volte"),
        "duration_ms": np.rint(90_000 * np.exp(rng.normal(0.0, 0.9, rows))),
        "voice_codec": "amr-wb-23.05",
        "one_way_delay_ms": 60.0 + there.rtt_ms / 2.0,
        "packet_loss_ratio": there.loss_ratio,
        "discard_ratio": late.clip(0.0, 0.5),
        "jitter_ms": there.jitter_ms,
        "call_setup_ms": 900.0 + 4.0 * there.rtt_ms + rng.gamma(2.0, 220.0, rows),
        "is_success": (~happens(rng, rows, 0.012 + 0.05 * there.is_full)).astype(np.int64),
        "is_retained": (~happens(rng, rows, 0.008 + 0.4 * there.loss_ratio)).astype(np.int64),
    }
    return _written(folder, CALLS, columns, rng)


def write_videos(folder: Path, world: World) -> list[Written]:
    """Write video sessions as the probe derives them from the rhythm of encrypted packets."""
    rng = world.rng(VIDEOS)
    seen = uses(world, rng, per_user=VIDEOS_PER_DAY)
    rows = len(seen)
    there = world.network.at(
        rng, cell=seen.cell, ts_ns=seen.ts_ns, radio=world.people.radio[seen.user]
    )
    wanted = rng.integers(8, VIDEO_SEGMENTS + 1, rows)
    played = play(rates(rng, there.rate_kbps, VIDEO_SEGMENTS), rtt_ms=there.rtt_ms, segments=wanted)
    count = played.is_asked.sum(axis=1)
    ln_kbps = np.where(played.is_asked, np.log(played.bitrate_kbps), 0.0)
    both = played.is_asked[:, 1:] & played.is_asked[:, :-1]
    switch = np.where(both, np.abs(np.diff(np.log(played.bitrate_kbps), axis=1)), 0.0)
    columns: Columns = {
        **_who_and_where(world, seen, service="stream_kpi", app=""),
        "app": pick(VIDEO_APPS, rng.integers(0, len(VIDEO_APPS), rows)),
        "duration_ms": (played.played_s + played.stall_s + played.initial_s) * 1000.0,
        "device_class": "handheld",
        "mean_ln_bitrate": ln_kbps.sum(axis=1) / count,
        "mean_abs_ln_switch": switch.sum(axis=1) / np.maximum(both.sum(axis=1), 1),
        "initial_delay_ms": np.rint(played.initial_s * 1000.0),
        "stall_total_ms": np.rint(played.stall_s * 1000.0),
        "stall_count": played.stalls,
        "play_duration_ms": played.played_s * 1000.0,
        "throughput_dl_kbps": np.rint(there.rate_kbps),
        "rtt_ms": there.rtt_ms,
    }
    return _written(folder, VIDEOS, columns, rng)


def _who_and_where(world: World, seen: Uses, *, service: str, app: str) -> Columns:
    """Give the columns that say who used what over which path."""
    people, city = world.people, world.city
    user, site = pa.array(seen.user), city.site[seen.cell]
    return {
        "ts": seen.ts_ns // MS_NS,
        "service": service,
        "subject_kind": "user",
        "imsi": people.imsi.take(user),
        "cell": pick(city.cells, seen.cell),
        "gnb": pick(city.gnbs, site),
        "link": pick(city.links, site),
        "upf": pick(UPFS, city.edge(seen.cell)),
        "edge": pick(EDGES, city.edge(seen.cell)),
        "app": app,
        "device_model": pick(DEVICES, people.device[seen.user]),
        "slice": "ims" if service.startswith("voice") else "internet",
        "segment": pick(TARIFFS, people.tariff[seen.user]),
    }


def _written(folder: Path, path: str, columns: Columns, rng: np.random.Generator) -> list[Written]:
    clean = json_rows(columns)
    rows = len(clean)
    lines, dirt = soil(clean, rng, late=rows // 2000, twice=rows // 1000, cut=rows // 3000 + 1)
    size = save(folder, path, lines)
    return [Written(path=path, format="ndjson", rows=len(lines), size_bytes=size, dirt=dirt)]
