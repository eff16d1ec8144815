"""Alarm propagation: graphs are found again in simulated cascades, and alarms traced to roots."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sentio.analysis.propagation.learn import Propagation, learn_propagation
from sentio.analysis.propagation.log import AlarmLog, alarm_log, neighbourhood
from sentio.analysis.propagation.order import best_order
from sentio.analysis.propagation.roots import explain_alarms

POWER, LINK, CELL, TIMER, DOOR = range(5)
EDGES = {(POWER, LINK): 0.9, (LINK, CELL): 0.9, (TIMER, CELL): 0.8}
RING = neighbourhood(20, [(each, (each + 1) % 20) for each in range(20)])
DAY_S = 86_400.0


def cascades(seed: int, *, days: float = 10.0) -> AlarmLog:
    """Spontaneous alarms and what they trigger, on their own element or on one beside it."""
    rng = np.random.default_rng(seed)
    rows = [
        (rng.uniform(0, days * DAY_S), kind, int(rng.integers(20)))
        for kind, count in ((POWER, 250), (LINK, 80), (CELL, 80), (TIMER, 250), (DOOR, 300))
        for _ in range(count)
    ]
    for time_s, kind, element in rows:
        for (cause, effect), chance in EDGES.items():
            if kind == cause and rng.random() < chance:
                beside = (element + int(rng.integers(-1, 2))) % 20
                rows.append((time_s + 1 + rng.exponential(40.0), effect, beside))
    time_s, kind, element = zip(*rows, strict=True)
    return alarm_log(np.floor(time_s), kind, element=element, near=RING)


@pytest.fixture(scope="module")
def learned() -> Propagation:
    return learn_propagation(cascades(seed=1))


def found(propagation: Propagation) -> set[tuple[int, int]]:
    return {(int(u), int(v)) for u, v in np.argwhere(propagation.graph("direct"))}


def test_the_graph_of_simulated_cascades_is_found_without_indirect_edges(
    learned: Propagation,
) -> None:
    assert found(learned) == set(EDGES)


def test_an_indirect_effect_is_an_association(learned: Propagation) -> None:
    evidence = {(each.cause, each.effect): each.evidence for each in learned.edges}

    assert evidence[POWER, CELL] == "associated"
    assert all(DOOR not in pair for pair in evidence)


def test_an_edge_says_how_many_children_come_and_how_late(learned: Propagation) -> None:
    edge = next(each for each in learned.edges if (each.cause, each.effect) == (POWER, LINK))

    assert edge.children_per_alarm == pytest.approx(0.9, abs=0.15)
    assert edge.lag_s == pytest.approx(41.0, rel=0.5)
    assert edge.p_value < 1e-6


def test_elements_far_apart_do_not_trigger_each_other() -> None:
    log = cascades(seed=2)
    alone = alarm_log(log.time_s, log.kind, element=np.arange(len(log.kind)) % 20)

    assert found(learn_propagation(alone)) == set()


def test_what_experts_know_is_obeyed() -> None:
    known = np.full((5, 5), -1)
    known[POWER, LINK] = 0
    known[DOOR, CELL] = 1

    graph = learn_propagation(cascades(seed=3), known).graph()

    assert graph[DOOR, CELL]
    assert not graph[POWER, LINK]


def test_a_live_cascade_is_traced_to_its_root(learned: Propagation) -> None:
    live = alarm_log(
        [0.0, 20.0, 45.0, 50.0],
        [POWER, LINK, CELL, CELL],
        element=[3, 4, 4, 12],
        kinds=5,
        near=RING,
    )

    correlation = explain_alarms(live, learned)

    assert correlation.cause.tolist() == [-1, 0, 1, -1]
    assert correlation.root.tolist() == [0, 0, 0, 3]
    assert correlation.roots.tolist() == [0, 3]


def test_alarms_of_one_second_are_ordered_by_what_was_learned(learned: Propagation) -> None:
    live = alarm_log([9.0, 9.0], [LINK, POWER], element=[3, 3], kinds=5, near=RING)

    assert explain_alarms(live, learned).root.tolist() == [1, 1]


def test_an_empty_log_teaches_nothing() -> None:
    log = alarm_log([], [], element=[], kinds=3, near=neighbourhood(2))

    assert learn_propagation(log).edges == ()


def test_the_graph_has_no_cycle(learned: Propagation) -> None:
    assert all(learned.ranks[each.cause] < learned.ranks[each.effect] for each in learned.edges)


def test_a_ring_of_reasons_is_broken_where_it_is_weakest() -> None:
    before = np.array([[0.0, 3.0, 0.0], [0.0, 0.0, 2.0], [1.0, 0.0, 0.0]])

    assert best_order(before).tolist() == [0, 1, 2]


@pytest.mark.shared
@pytest.mark.slow
def test_simulated_alarms_of_a_public_set_give_their_graph_back(shared: Path) -> None:
    folder = shared / "data/detection/neurips2023_csl_sample"
    rows = np.loadtxt(folder / "alarm.csv", delimiter=",", skiprows=1)
    links = [(int(u), int(v)) for u, v in np.argwhere(np.load(folder / "topology.npy") > 0)]
    truth = np.load(folder / "true_graph.npy") > 0
    log = alarm_log(rows[:, 2], rows[:, 0], element=rows[:, 1], near=neighbourhood(45, links))

    graph = learn_propagation(log).graph("direct")

    assert 2 * (graph & truth).sum() / (graph.sum() + truth.sum()) > 0.9
