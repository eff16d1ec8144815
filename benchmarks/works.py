"""Claim: whom a planned work will touch is known before it begins, and who harms nobody too.

The lab plays an operator: two weeks in which everybody's habits are learned, then a week of planned
works, every second one harmless, each on any element and in any window. A forecast is made hours
before a work begins, of the telemetry seen until then; who felt it in fact is the lab's truth.
What chance leaves to foretell is printed beside it: `possible` is what one would reach who knows
how the lab draws everybody's uses.
"""

from __future__ import annotations

import time

import numpy as np

from _report import arguments, report
from _works_run import DAY_NS, City, Planned
from sentio.kernel.arrays import IntArray
from sentio.model.work import Forecast


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--things", type=int, default=20_000)
    parser.add_argument("--learn-days", type=float, default=14.0)
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--works", type=int, default=40, help="every second one is harmless")
    parser.add_argument("--shortest-hours", type=float, default=4.0)
    parser.add_argument("--longest-hours", type=float, default=12.0)
    parser.add_argument("--lead-hours", type=float, default=12.0, help="before it begins")
    given = parser.parse_args()
    began = time.perf_counter()
    city = City(given)
    made: list[tuple[Planned, Forecast, float, dict[str, float]]] = []
    for one, forecast, took_s in city.play():
        made.append((one, forecast, took_s, baselines(city, one, forecast)))
    truth = {each.name: each.subjects for each in city.operator.truth}
    rows = [row(city, *each, truth[each[0].name]) for each in made]
    report(
        {**figures(rows), "took_s": time.perf_counter() - began, "rows": rows}, as_json=given.json
    )


def baselines(city: City, one: Planned, made: Forecast) -> dict[str, IntArray]:
    """Name whom simpler rules would: those seen there last week, in the same window or at all."""
    work, reach, now_ns = one.work, made.reach, made.made_ns
    spans = {
        "same_window": (work.begins_ns - 7 * DAY_NS, work.ends_ns - 7 * DAY_NS),
        "last_week": (now_ns - 7 * DAY_NS, now_ns),
    }
    named: dict[str, IntArray] = {}
    for name, span in spans.items():
        seen = city.seen.by_service(reach, *span)
        everybody = [who for who, _ in seen.values()]
        named[name] = np.unique(np.concatenate([np.zeros(0, np.int64), *everybody]))
    return named


def row(
    city: City, one: Planned, made: Forecast, took_s: float, named: dict, touched: IntArray
) -> dict:
    """Compare a forecast with the truth."""
    work = one.work
    told = np.array([each.subject for each in made.touched], dtype=np.int64)
    best = made.windows[0] if made.windows else None
    return {
        "element": work.element,
        "hours": (work.ends_ns - work.begins_ns) / 3.6e12,
        "begins_h": work.begins_ns % DAY_NS / 3.6e12,
        "is_harmful": one.is_harmful,
        "harm": made.harm,
        "way": made.reach.way,
        "told": len(told),
        "touched": len(touched),
        "expected": made.subjects.mean,
        "jaccard": jaccard(told, touched),
        "agreement": made.agreement,
        "possible": city.possible(work) if one.is_harmful else 1.0,
        **{f"jaccard_{name}": jaccard(who, touched) for name, who in named.items()},
        "best_begins_h": best.begins_ns % DAY_NS / 3.6e12 if best else None,
        "took_s": took_s,
    }


def figures(rows: list[dict]) -> dict:
    """Give the means over works: of all, of the harmful and of the harmless."""
    harmful = [each for each in rows if each["is_harmful"]]
    harmless = [each for each in rows if not each["is_harmful"]]
    hits = sum(_common(each) for each in harmful)
    either = sum(each["told"] + each["touched"] - _common(each) for each in harmful)
    return {
        "works": len(rows),
        "works_jaccard": mean(rows, "jaccard"),
        "works_jaccard_harmful": mean(harmful, "jaccard"),
        "works_jaccard_possible": mean(harmful, "possible"),
        "works_jaccard_pooled": hits / max(either, 1),
        "harmful_recognised": float(np.mean([each["told"] > 0 for each in harmful] or [0])),
        "harmless_recognised": float(np.mean([each["told"] == 0 for each in harmless] or [0])),
        "same_window_jaccard_harmful": mean(harmful, "jaccard_same_window"),
        "last_week_jaccard_harmful": mean(harmful, "jaccard_last_week"),
        "same_window_jaccard": mean(rows, "jaccard_same_window"),
        "last_week_jaccard": mean(rows, "jaccard_last_week"),
        "slowest_forecast_s": max((each["took_s"] for each in rows), default=0.0),
    }


def _common(each: dict) -> float:
    """Give how many were told and touched, from the index and both sizes."""
    return each["jaccard"] * (each["told"] + each["touched"]) / (1.0 + each["jaccard"])


def mean(rows: list[dict], name: str) -> float:
    return float(np.mean([each[name] for each in rows])) if rows else 0.0


def jaccard(one: IntArray, other: IntArray) -> float:
    """Give the index of two sets; two empty ones agree."""
    either = len(np.union1d(one, other))
    return len(np.intersect1d(one, other)) / either if either else 1.0


if __name__ == "__main__":
    main()
