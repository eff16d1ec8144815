"""How well a detector does on the Numenta Anomaly Benchmark (NAB v1.1), by its own rules.

    .venv/bin/python benchmarks/nab.py --data NAB --json
    .venv/bin/python benchmarks/nab.py --data NAB --folder realTweets --folder realTraffic

Reads ``data/<folder>/*.csv`` and ``labels/combined_windows.json`` below the folder; any part of the
corpus will do, and is normalised by the windows that are there. One configuration for all files,
one pass without looking ahead. NAB chooses one threshold per detector and profile on the corpus
itself; ``blind`` is the score at the shipped threshold, ``left_out`` the one that each folder gets
at the threshold that was best for the others.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from _nab_scorer import PROFILES, Profile, Truth, normalised, sweep, total, truth_of
from _report import arguments, report
from sentio.awareness.detector import DETECTORS, Detector

PEERS = {  # final_results.json of numenta/NAB at ea702d7: the whole corpus, 58 files, 116 windows
    "ARTime": [74.85, 65.15, 80.36],
    "numenta": [70.10, 63.12, 74.32],
    "contextOSE": [69.90, 66.98, 73.18],
    "htmjava": [65.55, 53.26, 70.42],
    "knncad": [57.99, 43.41, 64.81],
    "randomCutForest": [51.72, 38.36, 59.75],
    "windowedGaussian": [39.65, 20.87, 47.41],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One file of the corpus and, once seen, its scores."""

    name: str
    folder: str
    times_s: np.ndarray
    values: np.ndarray
    truth: Truth
    scores: np.ndarray


def main() -> int:
    parser = arguments(__doc__.splitlines()[0], data="data/detection/nab")
    parser.add_argument("--detector", default="rarity", help="which one (%(default)s)")
    parser.add_argument("--folder", action="append", help="this folder alone (may be repeated)")
    asked = parser.parse_args()
    detector = DETECTORS[asked.detector]
    corpus = read(asked.data, asked.folder)
    if not corpus:
        print(f"{asked.data}: no data/<folder>/*.csv is there.", file=sys.stderr)
        return 2
    detector.see(detector.start(), np.zeros(2), np.zeros(2))  # compiles
    began = time.process_time()
    corpus = [watched(detector, series) for series in corpus]
    took_s = time.process_time() - began
    rows = sum(len(series.values) for series in corpus)
    report(
        {
            "claim": f"{detector.name} on NAB, order of figures: {', '.join(PROFILES)}",
            **figures(corpus, detector.threshold),
            "folders": by_folder(corpus, detector.threshold),
            "files": len(corpus),
            "windows": sum(series.truth.windows for series in corpus),
            "rows": rows,
            "points_per_s": round(rows / took_s),
            "peers": PEERS,
            "remark": "peers: the whole corpus of 58 files; figures of a part do not compare",
        },
        as_json=asked.json,
    )
    return 0


def read(root: Path, folders: Sequence[str] | None) -> list[Series]:
    """Read all files that are there, with their windows."""
    labels = json.loads((root / "labels" / "combined_windows.json").read_text("utf-8"))
    found: list[Series] = []
    for path in sorted((root / "data").glob("*/*.csv")):
        folder = path.parent.name
        if folders and folder not in folders:
            continue
        with path.open(encoding="utf-8", newline="") as lines:
            rows = [(row["timestamp"], float(row["value"])) for row in csv.DictReader(lines)]
        stamps = [_whole_second(stamp) for stamp, _ in rows]
        windows = labels.get(f"{folder}/{path.name}", [])
        found.append(
            Series(
                name=path.stem,
                folder=folder,
                times_s=np.array([_seconds(stamp) for stamp in stamps]),
                values=np.array([value for _, value in rows]),
                truth=truth_of(stamps, [(_whole_second(a), _whole_second(b)) for a, b in windows]),
                scores=np.zeros(0),
            )
        )
    return found


def watched(detector: Detector, series: Series) -> Series:
    """Let the detector see the file once, from its first row to its last."""
    _, scores = detector.see(detector.start(), series.values, series.times_s)
    return replace(series, scores=scores)


def figures(corpus: Sequence[Series], shipped: float) -> dict[str, object]:
    """Score the corpus at NAB's own thresholds, at the shipped one, and at those of the others."""
    best = {name: best_threshold(corpus, profile) for name, profile in PROFILES.items()}
    is_alone = len({series.folder for series in corpus}) < 2  # none can be left out
    others = {} if is_alone else {name: left_out(corpus, each) for name, each in PROFILES.items()}
    return {
        **{name: at_threshold(corpus, PROFILES[name], best[name]) for name in PROFILES},
        "thresholds": {name: round(value, 4) for name, value in best.items()},
        "blind": {name: at_threshold(corpus, PROFILES[name], shipped) for name in PROFILES},
        "left_out": others,
        **counts(corpus, best["standard"]),
    }


def by_folder(corpus: Sequence[Series], shipped: float) -> dict[str, object]:
    """Score each folder at the standard threshold of the whole, and at the shipped one."""
    threshold = best_threshold(corpus, PROFILES["standard"])
    told: dict[str, object] = {}
    for folder in sorted({series.folder for series in corpus}):
        part = [series for series in corpus if series.folder == folder]
        told[folder] = {
            "standard": at_threshold(part, PROFILES["standard"], threshold),
            "low_fp": at_threshold(part, PROFILES["low_fp"], threshold),
            "blind": at_threshold(part, PROFILES["standard"], shipped),
            **counts(part, threshold),
        }
    return told


def best_threshold(corpus: Sequence[Series], profile: Profile) -> float:
    """Choose as NAB does: the threshold with the largest total; the highest of equals."""
    truths = [series.truth for series in corpus]
    thresholds, totals = sweep(truths, [series.scores for series in corpus], profile)
    return float(thresholds[np.argmax(totals)])


def at_threshold(corpus: Sequence[Series], profile: Profile, threshold: float) -> float:
    """Score files at a threshold, 0 for silence and 100 for perfection."""
    summed = sum(total(series.truth, series.scores, profile, threshold) for series in corpus)
    return round(normalised(summed, sum(s.truth.windows for s in corpus), profile), 2)


def left_out(corpus: Sequence[Series], profile: Profile) -> float:
    """Score every folder at the threshold that is best for the other folders."""
    summed = 0.0
    for folder in {series.folder for series in corpus}:
        others = [series for series in corpus if series.folder != folder]
        threshold = best_threshold(others, profile)
        part = [series for series in corpus if series.folder == folder]
        summed += sum(total(each.truth, each.scores, profile, threshold) for each in part)
    return round(normalised(summed, sum(s.truth.windows for s in corpus), profile), 2)


def counts(corpus: Sequence[Series], threshold: float) -> dict[str, int]:
    """Count windows found and false alarms at a threshold."""
    found = alarms = 0
    for series in corpus:
        window = series.truth.window[(series.scores >= threshold) & series.truth.is_scored]
        found += len(set(window[window >= 0].tolist()))
        alarms += int((window < 0).sum())
    return {"windows_found": found, "false_alarms": alarms}


def _whole_second(stamp: str) -> str:
    return stamp.split(".", 1)[0]


def _seconds(stamp: str) -> float:
    """Seconds on the clock of the place, whatever its zone."""
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()


if __name__ == "__main__":
    sys.exit(main())
