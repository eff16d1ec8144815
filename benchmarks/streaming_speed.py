"""How many streaming sessions a core scores: MOS alone, and with all drivers.

    OMP_NUM_THREADS=1 .venv/bin/python benchmarks/streaming_speed.py --json

Sessions are random: 4 s segments at log-normal rates, up to three stalls. The best of several runs
counts, in processor time, so that neighbours on the machine disturb little.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from scoring import mos_in_tiles
from sentio.experience.scoring import prepare, score
from sentio.experience.service import SERVICES

RUNS = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--sessions", type=int, default=8192, help="sessions a batch")
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    cases = {
        f"streaming, {span_s} s": ("streaming", segments(rng, asked.sessions, span_s))
        for span_s in (60, 180, 300)
    }
    cases["stream_trace, 300 s"] = ("stream_trace", traces(rng, asked.sessions, 300))
    cases["stream_kpi"] = ("stream_kpi", kpis(rng, 8 * asked.sessions))
    report = {
        "claim": "sessions scored a second on one core",
        "cases": {name: speed(service, batch) for name, (service, batch) in cases.items()},
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "date": datetime.now(UTC).date().isoformat(),
    }
    print(json.dumps(report, indent=2) if asked.json else report)


def speed(name: str, batch: pa.RecordBatch) -> dict[str, int]:
    service = SERVICES[name]
    columns, _ = prepare(service, batch)
    return {
        "mos_only": int(batch.num_rows / best(lambda: mos_in_tiles(service, columns))),
        "with_drivers": int(batch.num_rows / best(lambda: score(service, batch))),
    }


def best(run) -> float:
    run()
    spent = []
    for _ in range(RUNS):
        start = time.process_time()
        run()
        spent.append(time.process_time() - start)
    return min(spent)


def segments(rng: np.random.Generator, sessions: int, span_s: int) -> pa.RecordBatch:
    each = span_s // 4
    kbps = rng.lognormal(7.5, 1.0, sessions * each)
    height = np.select([kbps < 800, kbps < 3500], [360.0, 720.0], 1080.0)
    stalls = rng.integers(0, 4, sessions)
    position_s = rng.uniform(0.0, span_s, stalls.sum())
    return pa.RecordBatch.from_pydict(
        {
            "segment_bitrate_kbps": lists(kbps, np.full(sessions, each)),
            "segment_duration_s": lists(np.full(len(kbps), 4.0), np.full(sessions, each)),
            "segment_width_px": lists(height * 16 / 9, np.full(sessions, each)),
            "segment_height_px": lists(height, np.full(sessions, each)),
            "segment_fps": lists(np.full(len(kbps), 30.0), np.full(sessions, each)),
            "stall_position_s": lists(position_s, stalls),
            "stall_duration_s": lists(rng.exponential(3.0, len(position_s)), stalls),
            "device_class": rng.choice(["handheld", "tv"], sessions),
            "video_codec": rng.choice(["h264", "h265", "vp9"], sessions),
        }
    )


def traces(rng: np.random.Generator, sessions: int, span_s: int) -> pa.RecordBatch:
    counts = np.full(sessions, span_s)
    return pa.RecordBatch.from_pydict(
        {
            "throughput_trace_kbps": lists(rng.lognormal(8.0, 1.0, counts.sum()), counts),
            "sample_interval_ms": np.full(sessions, 1000.0),
        }
    )


def kpis(rng: np.random.Generator, sessions: int) -> pa.RecordBatch:
    stalled = rng.random(sessions) < 0.3
    return pa.RecordBatch.from_pydict(
        {
            "mean_ln_bitrate": rng.normal(7.5, 1.0, sessions),
            "mean_abs_ln_switch": rng.exponential(0.2, sessions),
            "mean_ln_pixels": rng.normal(13.7, 0.8, sessions),
            "initial_delay_ms": rng.exponential(1500.0, sessions),
            "stall_total_ms": stalled * rng.exponential(5000.0, sessions),
            "stall_count": stalled * rng.integers(1, 5, sessions).astype(float),
            "play_duration_ms": rng.uniform(2e4, 3e5, sessions),
            "device_class": rng.choice(["handheld", "tv"], sessions),
            "video_codec": rng.choice(["h264", "h265"], sessions),
        }
    )


def lists(values: np.ndarray, counts: np.ndarray) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values))


if __name__ == "__main__":
    main()
