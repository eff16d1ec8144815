"""How well `stream_kpi` agrees with people: Waterloo SQoE-IV, whole contents left out.

    .venv/bin/python benchmarks/ratings.py --data waterloo4_train.csv --json
    .venv/bin/python benchmarks/ratings.py --data unseen.csv --json --frozen
    .venv/bin/python benchmarks/ratings.py --data waterloo4_train.csv --ship

Without ``--frozen`` every content is scored by curves fitted to the other contents only; with it,
by the shipped curves, fitting nothing. Beside X.csv its chunk log X_chunks.csv is read for the
bitrates of the segments; without it, the mean KPIs must do. Only what a network sees is read:
never a picture metric, never the content (except to leave it out, and to fit the others).
Data: Z. Duanmu et al., IEEE Dataport 2020, doi 10.21227/j15a-8r35, CC BY 4.0.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.stats import pearsonr, spearmanr

from _ratings_data import Ratings, read_ratings
from _stream_fit import fit_curve
from sentio.experience.columns import Columns
from sentio.experience.models.stream_curve import OpinionCurve
from sentio.experience.models.stream_kpi import stream_model
from sentio.experience.scoring import prepare, score
from sentio.experience.service import SERVICES

SERVICE = SERVICES["stream_kpi"]
SHIPPED = Path(__file__).parent.parent / "src/sentio/experience/models/stream_kpi.toml"
Curves = tuple[OpinionCurve, OpinionCurve]


def main(arguments: list[str]) -> int:
    asked = _parser().parse_args(arguments)
    ratings = read_ratings(asked.data)
    if not asked.frozen and len(set(ratings.content)) < 2:
        print(
            f"{asked.data}: one content only, none can be left out. Use --frozen.", file=sys.stderr
        )
        return 2
    if asked.ship:
        SHIPPED.write_text(_toml(fit(ratings), asked.data.name), encoding="utf-8")
        return 0
    scored = frozen(ratings) if asked.frozen else left_out(ratings)
    report = {
        "claim": "stream_kpi agrees with people on contents it was not fitted to",
        "method": "shipped curves, nothing fitted" if asked.frozen else "leave-content-out",
        "data": asked.data.name,
        "time_course": ratings.has_course,
        **agreement(ratings, scored),
        **{key: _by(ratings, scored, key) for key in ("device", "profile", "content")},
        "by_mean_kpis": _by_mean(ratings, is_frozen=asked.frozen),
        **({} if asked.frozen else {"spread": spread(ratings)}),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
    }
    print(json.dumps(report, indent=2) if asked.json else _text(report))
    return 0


def frozen(ratings: Ratings) -> np.ndarray:
    """Opinion, 0 to 100, by the service as it is shipped."""
    return 25.0 * (score(SERVICE, ratings.batch).mos - 1.0)


def left_out(ratings: Ratings) -> np.ndarray:
    """Opinion of each content by curves fitted to the others."""
    scored = np.full(len(ratings.opinion), np.nan)
    for name in sorted(set(ratings.content)):
        is_hidden = ratings.content == name
        scored[is_hidden] = by_curves(fit(ratings.of(~is_hidden)), ratings.of(is_hidden))
    return scored


def fit(ratings: Ratings) -> Curves:
    """Fit both curves: by the mean KPIs, and by the time course where there is one."""
    _, content = np.unique(ratings.content, return_inverse=True)
    by_mean = fit_curve(_columns(ratings.without_course()), ratings.opinion, content)
    if not ratings.has_course:
        return by_mean, by_mean
    return by_mean, fit_curve(_columns(ratings), ratings.opinion, content)


def by_curves(curves: Curves, ratings: Ratings) -> np.ndarray:
    """Score through the service itself, with other curves in it."""
    service = replace(SERVICE, mos=stream_model(*curves))
    return 25.0 * (score(service, ratings.batch).mos - 1.0)


def agreement(ratings: Ratings, scored: np.ndarray) -> dict[str, float | int]:
    """PLCC, SROCC and RMSE (of 100) with the mean opinion of the raters."""
    return {
        "plcc": round(float(pearsonr(scored, ratings.opinion).statistic), 4),
        "srocc": round(float(spearmanr(scored, ratings.opinion).statistic), 4),
        "rmse": round(float(np.sqrt(np.mean((scored - ratings.opinion) ** 2))), 3),
        "rows": len(scored),
    }


def spread(ratings: Ratings) -> dict[str, list[dict[str, object]]]:
    """Agreement on each set of contents left out, one and two at a time."""
    names = sorted(set(ratings.content))
    found: dict[str, list[dict[str, object]]] = {}
    for leave in range(1, min(3, len(names))):
        for hidden in combinations(names, leave):
            is_hidden = np.isin(ratings.content, hidden)
            scored = by_curves(fit(ratings.of(~is_hidden)), ratings.of(is_hidden))
            row = {"left_out": list(hidden), **agreement(ratings.of(is_hidden), scored)}
            found.setdefault(f"leave_{leave}", []).append(row)
    return found


def _by_mean(ratings: Ratings, *, is_frozen: bool) -> dict[str, float | int]:
    plain = ratings.without_course()
    return agreement(plain, frozen(plain) if is_frozen else left_out(plain))


def _by(ratings: Ratings, scored: np.ndarray, key: str) -> dict[str, dict[str, float | int]]:
    of_row = getattr(ratings, key)
    return {
        str(name): agreement(ratings.of(of_row == name), scored[of_row == name])
        for name in sorted(set(of_row))
    }


def _columns(ratings: Ratings) -> Columns:
    columns, _ = prepare(SERVICE, ratings.batch)
    return columns


def _toml(curves: Curves, fitted_to: str) -> str:
    lines = [
        f"# Curves of stream_kpi, fitted by: benchmarks/ratings.py --data {fitted_to} --ship",
        "# Waterloo Streaming QoE Database IV, Z. Duanmu et al., IEEE Dataport 2020,",
        "# doi 10.21227/j15a-8r35, CC BY 4.0. The numbers: OpinionCurve in stream_curve.py.",
    ]
    for name, curve in zip(("mean", "course"), curves, strict=True):
        lines += ["", f"[{name}]"]
        lines += [f"{number} = {value:.6g}" for number, value in asdict(curve).items()]
    return "\n".join(lines) + "\n"


def _text(report: dict[str, object]) -> str:
    lines = [f"{key}: {value}" for key, value in report.items() if not isinstance(value, dict)]
    for key, rows in report.items():
        if isinstance(rows, dict):
            lines += [f"{key}:", *(f"  {name}: {row}" for name, row in rows.items())]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="ratings, one clip a row (CSV)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--frozen", action="store_true", help="shipped curves, fitting nothing")
    how.add_argument("--ship", action="store_true", help="fit to all contents and write the TOML")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
