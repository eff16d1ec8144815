"""How well one person's rating is foretold after k of their own, on Waterloo SQoE-IV.

    python benchmarks/perception.py --data waterloo4_train.csv --json

For each device and rater, k random ratings are known and the others foretold; the absolute MOS of a
clip is the mean of its other raters, so k = 0 is the best that any MOS model could do. Two results
for each k: learnt from the ratings alone, and with what each person minds (stalls, coarse pictures;
columns own_O23 and own_mean_O22, left out where the file has none).
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from sentio.experience.columns import FloatArray
from sentio.experience.perception import learn, perceived

KNOWN = (0, 5, 10, 20, 50, 200)
REPEATS = 20
CAUSES = {"stalls": "own_O23", "picture": "own_mean_O22"}


def main() -> None:
    """Read the ratings, foretell, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, required=True, help="CSV with individual_scores")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    started = time.perf_counter()
    table = pa_csv.read_csv(asked.data)
    result = {
        device: by_known(table, device, np.random.default_rng(asked.seed))
        for device in sorted(set(table["device"].to_pylist()))
    }
    if asked.json:
        about = {"machine": platform.processor() or platform.machine(), "rows": table.num_rows}
        took_s = round(time.perf_counter() - started, 2)
        print(json.dumps({**result, "about": {**about, "took_s": took_s}}, indent=1))
    else:
        show(result)


def by_known(table: pa.Table, device: str, rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """Foretell one device's ratings after each number of known ones."""
    clips = table.filter(pc.equal(table["device"], device))
    points = np.array([row.split() for row in clips["individual_scores"].to_pylist()], dtype=float)
    mos = 1.0 + points / 25.0
    raters = mos.shape[1]
    absolute = (mos.sum(axis=1, keepdims=True) - mos) / (raters - 1)
    causes = {
        cause: np.repeat(5.0 - np.asarray(clips[column].to_numpy()), raters)
        for cause, column in CAUSES.items()
        if column in clips.column_names
    }
    return {
        str(known): measure(mos, absolute, causes, known, rng)
        for known in KNOWN
        if known < len(mos)
    }


def measure(
    mos: FloatArray,
    absolute: FloatArray,
    causes: dict[str, FloatArray],
    known: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Correlation and error (points of 100) over all foretold ratings of all repeats."""
    subject = np.tile(np.arange(mos.shape[1], dtype=np.uint64), len(mos))
    rating, model = mos.ravel(), absolute.ravel()
    pairs: dict[str, list[FloatArray]] = {"truth": [], "alone": [], "minding": []}
    for _ in range(REPEATS):
        place = np.argsort(rng.random(mos.shape), axis=0).argsort(axis=0).ravel()
        seen, hidden = place < known, place >= known
        pairs["truth"].append(rating[hidden])
        for name, minded in (("alone", {}), ("minding", causes)):
            before = {cause: loss[seen] for cause, loss in minded.items()}
            after = {cause: loss[hidden] for cause, loss in minded.items()}
            tastes = learn(subject[seen], model[seen], rating[seen], causes=before)
            pairs[name].append(perceived(tastes, subject[hidden], model[hidden], causes=after))
    truth, alone, minding = (np.concatenate(values) for values in pairs.values())
    return {
        "plcc": correlation(minding, truth),
        "rmse": error(minding, truth),
        "plcc_ratings_alone": correlation(alone, truth),
        "rmse_ratings_alone": error(alone, truth),
    }


def correlation(found: FloatArray, truth: FloatArray) -> float:
    """Pearson's correlation."""
    return round(float(np.corrcoef(found, truth)[0, 1]), 4)


def error(found: FloatArray, truth: FloatArray) -> float:
    """Root of the mean squared error, in points of 100."""
    return round(float(np.sqrt(np.mean((found - truth) ** 2)) * 25.0), 3)


def show(result: dict[str, dict[str, dict[str, float]]]) -> None:
    """Print one line for each device and number of known ratings."""
    print("device  known   PLCC    RMSE   (ratings alone: PLCC, RMSE)")
    for device, rows in result.items():
        for known, row in rows.items():
            print(f"{device:7} {known:>5}", *(f"{value:8.3f}" for value in row.values()))


if __name__ == "__main__":
    main()
