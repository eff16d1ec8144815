"""The truth of the lab is what its uses show: who is hit is worse off, decoys hurt nobody."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from sentio.experience.scoring import score
from sentio.experience.service import SERVICES
from sentio.kernel.errors import UnknownName
from sentio.lab.changes import NO_CURES, Change, cures
from sentio.lab.day import DAY_NS, HOUR_NS
from sentio.lab.faults.decoys import DECOYS, Setting, draw_decoy
from sentio.lab.faults.kinds import KINDS
from sentio.lab.faults.plan import closure
from sentio.lab.physics.scene import play
from sentio.lab.simulation import MONDAY_NS, Operator, Period, Plan, Scale
from sentio.lab.uses.outcome import is_worse

SMALL = Scale(cells=36, users=2_000, things=400)
TOWN = Scale(cells=240, users=24_000, things=6_000)
EVENING_NS = MONDAY_NS + 20 * HOUR_NS
CROWDS = {"congestion"}  # they bring people to a place, so uses differ


def town(seed: int = 4) -> Operator:
    return Operator(TOWN, seed=seed, start_ns=MONDAY_NS + 18 * HOUR_NS)


def small() -> Operator:
    return Operator(SMALL, seed=4, start_ns=EVENING_NS)


def measured(period: Period, element: str) -> dict[str, float]:
    table = period.measurements
    return {
        str(indicator): float(value)
        for name, indicator, value in zip(
            table.column("element").to_pylist(),
            table.column("indicator").to_pylist(),
            table.column("value").to_pylist(),
            strict=True,
        )
        if name == element
    }


def test_touched_uses_are_those_that_are_worse_than_without_the_fault() -> None:
    broken, healthy = small(), small()
    broken.break_now("backhaul_loss", severity=1.0)

    broken.step()
    healthy.step()

    assert broken.last
    assert healthy.last
    (scene, now), (_, calm) = broken.last, healthy.last
    worse = [
        scene.draw.subject[now.spans[name]][is_worse(name, now.indicators[name], without)]
        for name, without in calm.indicators.items()
    ]
    (fault,) = broken.truth
    assert fault.sessions == sum(map(len, worse)) > 0
    assert fault.subjects.tolist() == sorted({int(each) for part in worse for each in part})


def test_what_two_faults_would_each_have_spoilt_is_touched_by_both() -> None:
    alone, both = small(), small()
    for operator in (alone, both):
        operator.break_now("session_setup_failures", severity=1.0)
    both.break_now("session_setup_failures", severity=1.0)

    alone.step()
    both.step()

    (one,), pair = alone.truth, both.truth
    assert len({each.element for each in pair}) == 1
    assert one.sessions > 0
    assert all(set(one.subjects) <= set(each.subjects) for each in pair)


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted({*KINDS, "composite"} - CROWDS))
def test_a_fault_lowers_the_score_of_those_it_touches(kind: str) -> None:
    broken, healthy = town(), town()
    fault = broken.break_now(kind, severity=0.5, minutes=240)
    before, after, services = list[float](), list[float](), Counter[str]()

    for one, other in zip(broken.run(12), healthy.run(12), strict=True):
        assert broken.last
        assert healthy.last
        (_, now), (_, calm) = broken.last, healthy.last
        for name, batch in one.uses.items():
            worse = is_worse(name, now.indicators[name], calm.indicators[name])
            services[name] += int(worse.sum())
            after += score(SERVICES[name], batch).mos[worse].tolist()
            before += score(SERVICES[name], other.uses[name]).mos[worse].tolist()

    (truth,) = broken.truth
    assert fault.scope == truth.scope
    assert truth.sessions == len(before) >= 10
    assert set(truth.services) == {name for name, count in services.items() if count}
    assert np.mean(before) - np.mean(after) > 0.3


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
def test_a_plan_holds_faults_that_are_felt_and_never_two_in_one_place(seed: int) -> None:
    operator = Operator(TOWN, seed=seed, plan=Plan(faults=24, decoys=15, days=5, calm_days=1))

    for _ in operator.run(5 * 288):
        pass

    faults = [each for each in operator.truth if each.harmful]
    assert len(faults) >= 22
    assert sum(each.sessions >= 30 for each in faults) >= 0.9 * len(faults)
    assert {each.kind for each in operator.truth if not each.harmful} <= set(DECOYS)
    assert all(each.sessions == 0 for each in operator.truth if not each.harmful)
    assert all(each.start_ns >= MONDAY_NS + DAY_NS for each in operator.truth)
    for one in faults:
        for other in faults:
            if one is not other and one.start_ns < other.end_ns and other.start_ns < one.end_ns:
                assert not set(one.scope.items()) & closure(operator.estate, other.scope)


@pytest.mark.parametrize("kind", sorted(DECOYS))
def test_a_decoy_hurts_nobody(kind: str) -> None:
    operator = small()
    rng = np.random.default_rng(1)
    setting = Setting(estate=operator.estate, capacity=operator.capacity, rng=rng)
    window_ns = (MONDAY_NS, MONDAY_NS + 6 * DAY_NS)

    decoy = draw_decoy(setting, kind, name="decoy", window_ns=window_ns)

    scene, calm = operator.trial.scenes[-1], operator.trial.healthy[-1]
    played = play(scene, [(effect, 1.0) for effect in decoy.effects])
    worse = sum(
        int(is_worse(name, played.indicators[name], calm.indicators[name]).sum())
        for name in played.indicators
    )
    assert not decoy.is_harmful
    assert worse <= 0.01 * len(scene.draw)
    assert decoy.effects or decoy.signs or decoy.distortions or decoy.holiday >= 0


def test_a_sleeping_cell_is_silent_and_its_neighbours_answer() -> None:
    operator = small()
    cell = operator.break_now("sleeping_cell", minutes=30).element

    periods = list(operator.run(3))

    used = {
        each
        for period in periods
        for batch in period.uses.values()
        for each in batch.column("cell").to_pylist()
    }
    assert cell not in used
    assert measured(periods[-1], cell) == {}


@pytest.mark.parametrize(
    ("kind", "indicator", "least"),
    [
        ("backhaul_loss", "loss_ratio", 0.02),
        ("slow_dns", "dns_response_ms", 500.0),
        ("upf_overload", "cpu_ratio", 0.9),
        ("starving_edge", "response_ms", 30.0),
        ("session_setup_failures", "session_failure_ratio", 0.15),
        ("uplink_interference", "interference_dbm", -102.0),
        ("wrong_neighbour", "drop_ratio", 0.3),
    ],
)
def test_an_element_that_is_at_fault_measures_it(kind: str, indicator: str, least: float) -> None:
    operator = small()
    element = operator.break_now(kind, severity=1.0, minutes=120).element

    periods = list(operator.run(3))

    assert measured(periods[-1], element)[indicator] > least


@pytest.mark.slow
def test_a_planned_work_is_announced_and_an_alarm_is_raised_and_cleared() -> None:
    plan = Plan(
        faults=6,
        days=4,
        composite_share=0.0,
        kinds=("maintenance_without_backup", "upf_overload"),
    )
    operator = Operator(TOWN, seed=6, plan=plan)

    told = [row for period in operator.run(4 * 288) for row in period.events.to_pylist()]

    for fault in operator.truth:
        own = [row for row in told if row["element"] == fault.element]
        if fault.kind == "maintenance_without_backup":
            works = [row for row in own if row["event_kind"] == "planned_work"]
            assert any(
                json.loads(row["attributes"])["planned_start_ns"] == fault.start_ns > row["ts"]
                for row in works
            )
        else:
            states = {
                row["severity"]
                for row in own
                if fault.start_ns <= row["ts"] <= fault.end_ns + 60 * 10**9
                and row["event_kind"] == "alarm"
            }
            assert {"major", "cleared"} <= states
    users = [row for row in told if row["event_kind"] == "ticket"]
    assert len(users) > 20


def test_the_right_change_ends_a_fault_and_a_wrong_one_does_not() -> None:
    operator = small()
    dns = operator.break_now("slow_dns", severity=1.0, minutes=600).element
    operator.step()

    operator.apply(Change(kind="capacity", element=dns))
    operator.step()
    after_wrong = operator.truth[0]
    operator.apply(Change(kind="restart", element=dns))
    cured_ns = operator.now_ns
    told = operator.step().events.to_pylist()
    after_right = operator.truth[0]
    operator.step()

    assert len(after_wrong.sessions_by_period) == 2
    assert after_right.end_ns == cured_ns
    assert operator.truth[0].sessions == after_right.sessions
    assert "restart" in {row["title"] for row in told if row["event_kind"] == "change"}


def test_a_switch_leads_the_customers_of_a_server_to_another() -> None:
    operator = small()
    operator.apply(Change(kind="switch", element="cdn-1", target="cdn-2"))

    streams = operator.step().uses["stream_kpi"]

    assert "cdn-1" not in set(streams.column("server").to_pylist())


def test_capacity_relieves_a_full_ring() -> None:
    operator = small()
    ring = operator.break_now("ring_congestion", severity=1.0, minutes=600).element
    *_, full = operator.run(3)
    operator.apply(Change(kind="capacity", element=ring, value=2.0))

    calm = operator.step()

    assert measured(full, ring)["utilisation_ratio"] > 0.95
    assert measured(calm, ring)["utilisation_ratio"] < 0.6


def test_every_change_cures_something_and_every_named_fault_has_a_cure() -> None:
    table = cures()

    assert all(kinds or change in NO_CURES for change, kinds in table.items())
    assert {kind for kinds in table.values() for kind in kinds} == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "element"), [("slow_dnss", ""), ("slow_dns", "dns-99"), ("slow_dns", "upf-1")]
)
def test_what_cannot_be_broken_is_refused(kind: str, element: str) -> None:
    with pytest.raises(UnknownName):
        small().break_now(kind, element)


def test_a_change_of_nothing_is_refused() -> None:
    with pytest.raises(UnknownName):
        small().apply(Change(kind="restart", element="upf-12"))
    with pytest.raises(UnknownName):
        small().apply(Change(kind="reboot", element="upf-1"))


def test_a_probe_that_drops_half_of_its_records_harms_no_use() -> None:
    plan = Plan(decoys=15, days=3)
    operator = Operator(SMALL, seed=4, plan=plan)
    drop = next(each for each in operator.truth if each.kind == "probe_drops")
    operator.now_ns = drop.start_ns + 300 * 10**9
    upf = drop.scope["upf"]

    shown = sum(
        batch.column("upf").to_pylist().count(upf) for batch in operator.step().uses.values()
    )

    assert operator.last
    scene, played = operator.last
    made = int((played.path["upf"] == operator.estate.code("upf", upf)).sum())
    assert 0.3 * made < shown < 0.7 * made
    assert len(scene.draw) > made
