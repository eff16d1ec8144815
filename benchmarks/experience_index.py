"""How fast uses become service scores and customer experience indices.

    python benchmarks/experience_index.py --rows 5000000 --json

The uses are drawn at random (seeded): a tenth as many people as uses, four services, 2 % failures.
"""

from __future__ import annotations

import argparse
import json
import platform
import time

import numpy as np
import pyarrow as pa

from sentio.experience.aggregate import experience_index, service_scores


def main() -> None:
    """Draw, score, index, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a line")
    asked = parser.parse_args()
    service_scores(draw(1_000))  # compiles
    uses = draw(asked.rows)
    started, used = time.perf_counter(), time.process_time()
    scores = service_scores(uses)
    index = experience_index(scores)
    took_s, cpu_s = time.perf_counter() - started, time.process_time() - used
    result = {
        "rows": asked.rows,
        "scores": scores.num_rows,
        "subjects": index.num_rows,
        "took_s": round(took_s, 2),
        "cpu_s": round(cpu_s, 2),
        "rows_per_s": round(asked.rows / took_s),
        "machine": platform.processor() or platform.machine(),
    }
    print(json.dumps(result) if asked.json else "  ".join(f"{k} {v}" for k, v in result.items()))


def draw(rows: int, *, seed: int = 1) -> pa.Table:
    """Draw random uses."""
    rng = np.random.default_rng(seed)
    people = rng.integers(0, 2**63, max(rows // 10, 1), dtype=np.uint64)
    services = pa.array(["voice_nb", "video", "web", "gaming"])
    return pa.table(
        {
            "subject": people[rng.integers(0, len(people), rows)],
            "service": services.take(pa.array(rng.integers(0, 4, rows))),
            "ts": np.arange(rows),
            "duration_ms": rng.exponential(60_000.0, rows),
            "mos": np.clip(rng.normal(4.0, 0.6, rows), 1.0, 5.0),
            "is_success": (rng.random(rows) > 0.02).astype(np.float64),
            "is_retained": (rng.random(rows) > 0.01).astype(np.float64),
            "confidence": np.full(rows, 0.8),
        }
    )


if __name__ == "__main__":
    main()
