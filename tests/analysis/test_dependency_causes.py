"""Causes on a dependency graph: the element that declines by itself, or nothing."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sentio.analysis.dependency_causes import Explanation, Healthy, explain, explain_by, learn
from sentio.analysis.dependency_graph import DependencyGraph
from sentio.analysis.loss_course import LossCourse

GRAPH = DependencyGraph(
    elements=("app", "api", "cache", "db", "mail", "kiosk"),
    depends_on={"app": ("api", "cache", "mail"), "api": ("db",), "kiosk": ("api",)},
)
USES = np.array([100.0, 120.0, 100.0, 120.0, 10.0, 20.0])
DELAY_S = np.array([0.3, 0.15, 0.02, 0.08, 3.0, 0.2])
SWING_S = np.array([0.004, 0.002, 0.001, 0.002, 0.9, 0.003])
DECLINE = slice(2, 4)


def delays(ticks: int, seed: int = 1) -> LossCourse:
    """Delays that swing; those of the database are in the interface and the app, mail in none."""
    swing_s = np.random.default_rng(seed).normal(0.0, 1.0, (ticks, 6)) * SWING_S
    swing_s[:, 1] += swing_s[:, 3]
    swing_s[:, 0] += swing_s[:, 1] + swing_s[:, 2]
    return LossCourse(uses=np.tile(USES, (ticks, 1)), loss_per_use=DELAY_S + swing_s)


def failures(ticks: int, seed: int = 1) -> LossCourse:
    failed = np.random.default_rng(seed).poisson(0.2, (ticks, 6)) / USES
    return LossCourse(uses=np.tile(USES, (ticks, 1)), loss_per_use=failed, is_count=True)


def slower(course: LossCourse, **by_s: float) -> LossCourse:
    loss = course.loss_per_use.copy()
    for element, delay_s in by_s.items():
        loss[DECLINE, GRAPH.index(element)] += delay_s
    return replace(course, loss_per_use=loss)


@pytest.fixture(scope="module")
def healthy() -> Healthy:
    return learn(GRAPH, "app", delays(200), ticks=5)


def first(found: Explanation) -> str:
    return found.hypotheses[0].element if found.hypotheses else ""


def test_the_element_that_is_slow_by_itself_is_blamed_and_not_its_callers(healthy: Healthy) -> None:
    window = slower(delays(5, seed=2), db=0.1, api=0.1, app=0.1)

    found = explain_by(healthy, window)

    assert first(found) == "db"
    assert found.span == (2, 4)
    assert found.hypotheses[0].probability > 0.8


def test_a_caller_is_blamed_for_what_its_dependencies_do_not_lose(healthy: Healthy) -> None:
    window = slower(delays(5, seed=2), api=0.1, app=0.1)

    assert first(explain_by(healthy, window)) == "api"


def test_the_target_itself_can_be_the_cause(healthy: Healthy) -> None:
    assert first(explain_by(healthy, slower(delays(5, seed=2), app=0.1))) == "app"


def test_healthy_windows_get_no_cause(healthy: Healthy) -> None:
    later = delays(100, seed=3)

    found = [explain_by(healthy, later.ticks(slice(i, i + 5))) for i in range(0, 100, 5)]

    assert np.mean([not each.hypotheses for each in found]) >= 0.9


def test_a_slow_dependency_is_no_cause_where_the_target_is_as_usual(healthy: Healthy) -> None:
    assert explain_by(healthy, slower(delays(5, seed=2), cache=0.5)).hypotheses == ()


def test_a_dependency_that_nobody_waits_for_takes_no_blame(healthy: Healthy) -> None:
    window = slower(delays(5, seed=2), db=0.1, api=0.1, app=0.1, mail=1.0)

    assert first(explain_by(healthy, window)) == "db"


def test_what_drifted_since_the_healthy_past_takes_no_blame(healthy: Healthy) -> None:
    window = slower(delays(5, seed=2), db=0.1, api=0.1, app=0.1)
    drifted = window.loss_per_use.copy()
    drifted[:, GRAPH.index("cache")] *= 6.0

    assert first(explain_by(healthy, replace(window, loss_per_use=drifted))) == "db"


def test_an_element_used_only_since_the_decline_points_to_what_uses_it() -> None:
    past, window = failures(200), failures(5, seed=2)
    past.uses[:, GRAPH.index("cache")] = 0.0
    past.loss_per_use[:, GRAPH.index("cache")] = np.nan
    window.uses[:2, GRAPH.index("cache")] = 0.0

    found = explain(
        GRAPH, "app", reference=past, window=slower(window, cache=0.5, app=0.5)
    ).hypotheses

    assert [each.element for each in found[:2]] == ["app", "cache"]
    assert any("hardly used before" in words for words in found[1].evidence_against)


def test_no_failure_at_all_has_no_cause() -> None:
    calm = LossCourse(uses=np.tile(USES, (60, 1)), loss_per_use=np.zeros((60, 6)), is_count=True)

    found = explain(GRAPH, "app", reference=calm, window=calm.ticks(slice(0, 5)))

    assert found.hypotheses == ()


def test_elements_that_lean_on_each_other_do_no_harm() -> None:
    mutual = replace(GRAPH, depends_on={**GRAPH.depends_on, "db": ("api",)})
    window = slower(delays(5, seed=2), db=0.1, api=0.1, app=0.1)

    found = explain(mutual, "app", reference=delays(200), window=window)

    assert "db" in {each.element for each in found.hypotheses[:2]}


def test_probabilities_of_all_causes_and_of_none_are_one_at_most(healthy: Healthy) -> None:
    found = explain_by(healthy, slower(delays(5, seed=2), db=0.1, api=0.1, app=0.1))

    total = found.none_probability + sum(each.probability for each in found.hypotheses)

    assert 0.99 < total <= 1.0 + 1e-9


def test_a_cause_is_told_with_what_speaks_for_and_against_it(healthy: Healthy) -> None:
    found = explain_by(healthy, slower(delays(5, seed=2), db=0.1, api=0.1, app=0.1)).hypotheses

    caller = next(each for each in found if each.element == "api")

    assert any("itself loses" in words for words in found[0].evidence_for)
    assert found[0].evidence_against == ()
    assert any("dependencies account for" in words for words in caller.evidence_against)


@pytest.mark.shared
@pytest.mark.slow
def test_petshop_issues_have_their_cause_named(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "benchmarks"))
    petshop = importlib.import_module("_causes_petshop")
    scenarios = petshop.read_scenarios(shared / "data/detection/petshop/dataset")
    low = next(each for each in scenarios if each.name == "low_traffic")
    issues = [each for each in low.issues if each.metric == "latency"]
    past = petshop.course(low.healthy, low.graph, "latency")

    healthy = learn(low.graph, issues[0].target, past, ticks=issues[0].window.rows)
    named = [
        first(explain_by(healthy, petshop.course(each.window, low.graph, "latency")))
        for each in issues
    ]

    assert sum(a == b.cause for a, b in zip(named, issues, strict=True)) >= 0.75 * len(issues)
