"""Causes on a dependency graph are named, and healthy times get none: PetShop.

    .venv/bin/python benchmarks/causes.py --data FOLDER --json

Judged are the issues under ``test`` where a scenario has them, else those under ``train``. Nothing
is fitted to issues: the method sees the graph, a healthy past and the window. A scenario without a
healthy past takes that of the scenario which its window resembles most. Specificity: the healthy
past is cut in halves; the first is the past, windows of the second must get no cause. Beside it,
the way of the authors: six cuts from the middle on, and all that is behind a cut is one window, of
up to a day. A peer of theirs runs on the same issues and windows. Planted: declines made in the
second half, at one element after the other.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from _causes_peer import ranked_correlation
from _causes_petshop import Issue, Metrics, Scenario, course, read_scenarios
from _causes_planted import planted_ranks
from _report import arguments, report
from sentio.analysis.dependency_causes import Healthy, explain_by, learn

WINDOW_ROWS = 5  # of 5 minutes: what an issue of PetShop has
CUT_STEP = 0.1  # of the healthy past, between the cuts of the authors
PUBLISHED = {"top1": 0.654, "top3": 0.827}  # the authors, 52 issues with a healthy past
Cuts = Callable[[int], Iterator[tuple[int, Sequence[range]]]]
"""From the rows of a healthy past: where to cut it, and the windows behind the cut."""
TARGETS = {"top1": 0.75, "top3": 0.95, "specificity": 0.9, "ms_per_issue": 50.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of one issue or healthy window."""

    scenario: str
    metric: str
    told: int  # answers
    peer_told: int
    rank: int = 0  # of the cause among the answers, from 1; 0 where it is not among them
    peer_rank: int = 0
    took_ms: float = 0.0


def main(given: list[str]) -> int:
    parser = arguments(__doc__ or "", data="data/detection/petshop/dataset")
    asked = parser.parse_args(given)
    scenarios = read_scenarios(asked.data)
    pasts = {each.name: each.healthy for each in scenarios if each.healthy}
    if not pasts or not any(each.issues for each in scenarios):
        print(f"{asked.data}: no graph.csv with issues and a healthy past below.", file=sys.stderr)
        return 2
    learn_ms: list[float] = []
    issues = [verdict for each in scenarios for verdict in _issues(each, pasts, learn_ms)]
    halves = [verdict for each in scenarios for verdict in _healthy(each, _halves)]
    rests = [verdict for each in scenarios for verdict in _healthy(each, _rests)]
    planted = [verdict for each in scenarios for verdict in _planted(each)]
    report(figures(issues, halves, rests, planted, learn_ms), as_json=asked.json)
    return 0


def figures(
    issues: list[Verdict],
    halves: list[Verdict],
    rests: list[Verdict],
    planted: list[Verdict],
    learn_ms: list[float],
) -> dict[str, object]:
    """Put all verdicts into the figures of the claim."""
    ours, silence = _figures(issues), _silence(halves)
    took_ms = [each.took_ms for each in issues]
    return {
        "claim": "the cause on a dependency graph is named, and healthy times get none",
        **ours,
        "specificity": silence["specificity"],
        "ms_per_issue": round(float(np.median(took_ms)), 2),
        "ms_per_issue_p95": round(float(np.quantile(took_ms, 0.95)), 2),
        "ms_to_learn": round(float(np.median(learn_ms)), 1),
        "targets": TARGETS,
        "by_scenario": _by(issues, _figures),
        "specificity_by_scenario": _by(halves, _silence),
        "specificity_of_rests": _by(rests, _silence),
        "planted": {**_figures(planted), **_by(planted, _figures)},
        "peer_ranked_correlation": {**_peer_figures(issues), "specificity": silence["peer"]},
        "peer_published": PUBLISHED,
        "ratio_top1_to_published": round(ours["top1"] / PUBLISHED["top1"], 3),
        "ratio_top3_to_published": round(ours["top3"] / PUBLISHED["top3"], 3),
    }


def _issues(
    scenario: Scenario, pasts: dict[str, Metrics], learn_ms: list[float]
) -> Iterator[Verdict]:
    known: dict[tuple[str, str, str, int], Healthy] = {}
    for issue in scenario.issues:
        name = scenario.name if scenario.name in pasts else _most_alike(issue, pasts)
        window = course(issue.window, scenario.graph, issue.metric)
        key = (name, issue.target, issue.metric, issue.window.rows)
        if key not in known:
            past = course(pasts[name], scenario.graph, issue.metric)
            began = time.perf_counter()
            known[key] = learn(scenario.graph, issue.target, past, ticks=issue.window.rows)
            learn_ms.append(1e3 * (time.perf_counter() - began))
        began = time.perf_counter()
        found = explain_by(known[key], window)
        took_ms = 1e3 * (time.perf_counter() - began)
        named = [each.element for each in found.hypotheses]
        peer = ranked_correlation(
            pasts[name], issue.window, issue.target, metric=issue.metric, statistic=issue.statistic
        )
        yield Verdict(
            scenario=scenario.name,
            metric=issue.metric,
            rank=_rank(issue.cause, named),
            told=len(named),
            peer_rank=_rank(issue.cause, peer),
            peer_told=len(peer),
            took_ms=took_ms,
        )


def _most_alike(issue: Issue, pasts: dict[str, Metrics]) -> str:
    """Find the healthy past whose requests and latencies the window has, node by node."""
    return min(sorted(pasts), key=lambda name: _unlike(issue.window, pasts[name]))


def _unlike(window: Metrics, past: Metrics) -> float:
    away: list[float] = []
    for kind in (("requests", "Sum"), ("latency", "Average")):
        for node in window.nodes(*kind):
            now, then = window.of(node, *kind), past.of(node, *kind)
            if np.nansum(now) > 0.0 and np.nansum(then) > 0.0:
                away.append(abs(float(np.log(np.nanmean(now) / np.nanmean(then)))))
    return float(np.median(away)) if away else float("inf")


def _healthy(scenario: Scenario, cuts: Cuts) -> Iterator[Verdict]:
    """Ask for causes in healthy windows, for all that declines in the issues."""
    if scenario.healthy is None:
        return
    asked = {(each.target, each.metric, each.statistic) for each in scenario.issues}
    for target, metric, statistic in sorted(asked):
        whole = course(scenario.healthy, scenario.graph, metric)
        for cut, windows in cuts(len(whole.uses)):
            past = scenario.healthy.part(slice(0, cut))
            ticks = min(len(windows[0]), cut // 2)
            healthy = learn(scenario.graph, target, whole.ticks(slice(0, cut)), ticks=ticks)
            for rows in windows:
                part = slice(rows.start, rows.stop)
                window = scenario.healthy.part(part)
                peer = ranked_correlation(past, window, target, metric=metric, statistic=statistic)
                yield Verdict(
                    scenario=scenario.name,
                    metric=metric,
                    told=len(explain_by(healthy, whole.ticks(part)).hypotheses),
                    peer_told=len(peer),
                )


def _planted(scenario: Scenario) -> Iterator[Verdict]:
    """Learn from the first half; plant declines in the second."""
    if scenario.healthy is None:
        return
    for target, metric in sorted({(each.target, each.metric) for each in scenario.issues}):
        whole = course(scenario.healthy, scenario.graph, metric)
        half = len(whole.uses) // 2
        healthy = learn(scenario.graph, target, whole.ticks(slice(0, half)), ticks=WINDOW_ROWS)
        later = whole.ticks(slice(half, len(whole.uses)))
        for rank, told in planted_ranks(healthy, later, ticks=WINDOW_ROWS):
            yield Verdict(scenario=scenario.name, metric=metric, rank=rank, told=told, peer_told=0)


def _halves(rows: int) -> Iterator[tuple[int, Sequence[range]]]:
    """Learn from the first half; windows one behind the other in the second."""
    half = rows // 2
    begins = range(half, rows - WINDOW_ROWS + 1, WINDOW_ROWS)
    yield half, [range(begin, begin + WINDOW_ROWS) for begin in begins]


def _rests(rows: int) -> Iterator[tuple[int, Sequence[range]]]:
    """Cut where the authors do, from the middle on; the window is all that is behind."""
    for cut in range(rows // 2, rows - 3, int(rows * CUT_STEP)):
        yield cut, [range(cut, rows)]


def _rank(cause: str, named: Sequence[str]) -> int:
    return named.index(cause) + 1 if cause in named else 0


def _figures(verdicts: list[Verdict]) -> dict[str, float]:
    ranks = np.array([each.rank for each in verdicts])
    silent = np.array([each.told == 0 for each in verdicts])
    return {**_hits(ranks), "silent": round(float(silent.mean()), 4), "issues": len(ranks)}


def _peer_figures(verdicts: list[Verdict]) -> dict[str, float]:
    return _hits(np.array([each.peer_rank for each in verdicts]))


def _hits(ranks: np.ndarray) -> dict[str, float]:
    return {
        "top1": round(float((ranks == 1).mean()), 4),
        "top3": round(float(((ranks >= 1) & (ranks <= 3)).mean()), 4),
    }


def _silence(verdicts: list[Verdict]) -> dict[str, float]:
    return {
        "specificity": round(float(np.mean([each.told == 0 for each in verdicts])), 4),
        "peer": round(float(np.mean([each.peer_told == 0 for each in verdicts])), 4),
        "windows": len(verdicts),
    }


def _by(
    verdicts: list[Verdict], told: Callable[[list[Verdict]], dict[str, float]]
) -> dict[str, dict[str, float]]:
    kinds = sorted({(each.scenario, each.metric) for each in verdicts})
    return {
        f"{scenario} {metric}": told(
            [each for each in verdicts if (each.scenario, each.metric) == (scenario, metric)]
        )
        for scenario, metric in kinds
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
