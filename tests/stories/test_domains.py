"""A part of a domain breaks and cannot heal itself: others stand in, and it gets all back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sentio.lab.changes import Change
from sentio.lab.faults.physical import PHYSICAL
from sentio.lab.faults.plan import Plan as FaultPlan
from sentio.lab.simulation import Operator, Scale
from sentio.loop.domains.own_loop import CROSS
from sentio.model.plan import Outcome, Plan
from sentio.testing.domain_city import City

CALM = 13  # periods, in which what is usual is learned
REPAIRED_MIN = 60.0


@pytest.fixture
def morning() -> City:
    city = City(seed=3, hour=9)
    city.run(CALM)
    return city


def outcomes(city: City, verdict: str) -> list[Outcome]:
    return [each for each in city.told if isinstance(each, Outcome) and each.verdict == verdict]


@pytest.mark.slow
def test_a_cut_ring_without_a_way_round_goes_over_the_air_and_comes_back(morning: City) -> None:
    fault = morning.operator.break_now("ring_cut", minutes=REPAIRED_MIN)
    usual = morning.mos_of("ring", fault.element)

    morning.step()
    dark = morning.mos_of("ring", fault.element)
    morning.run(5)
    carried = morning.mos_of("ring", fault.element)
    reports = morning.domains.reports

    (switch,) = morning.plans("switch_domain")
    assert switch.id.startswith(CROSS)
    assert "has no way round" in switch.sentence
    assert dark < 1.2
    assert 3.0 < carried < usual
    assert outcomes(morning, "improved")[0].plan == switch.id
    assert {each.loop for each in morning.domains.states() if each.name == "transport"} == {
        "helped"
    }
    assert reports["S-everybody-web"].state == "compliant"

    morning.run(16, until=lambda: bool(morning.plans("return_domain")))
    morning.run(4)

    assert morning.domains.stand_ins.standing == {}
    assert morning.domains.stand_ins.flaps == 0
    assert morning.mos_of("ring", fault.element) == pytest.approx(usual, abs=0.25)
    assert len(morning.plans("switch_domain")) == len(morning.plans("return_domain")) == 1


@pytest.mark.slow
def test_a_domain_tries_what_it_can_before_another_one_stands_in(morning: City) -> None:
    fault = morning.operator.break_now("link_cut", minutes=REPAIRED_MIN)

    morning.run(8)

    reroute, switch = morning.plans("reroute")[0], morning.plans("switch_domain")[0]
    assert reroute.id.startswith("transport-")
    assert outcomes(morning, "no_effect")[0].plan == reroute.id
    assert switch.made_ns > reroute.made_ns
    assert f"reroute:link/{fault.element} was tried and did not help" in switch.sentence


@pytest.mark.slow
def test_the_fault_is_told_up_the_layers_with_the_domain_it_is_of() -> None:
    city = City(seed=3, hour=9, acts=False)
    city.run(CALM)
    fault = city.operator.break_now("ring_cut", minutes=REPAIRED_MIN)

    city.run(4)

    service = city.domains.reports["S-everybody-web"]
    business = city.domains.reports["B-everybody"]
    assert business.state == service.state == "degraded"
    assert "transport" in service.faults
    assert any(f"transport: ring {fault.element} is dark" in each for each in service.reasons)
    assert business.faults[0] == service.faults[0]


@pytest.mark.slow
def test_nobody_stands_in_while_the_kill_switch_is_on() -> None:
    city = City(seed=3, hour=9, acts=False)
    city.run(CALM)
    fault = city.operator.break_now("ring_cut", minutes=REPAIRED_MIN)

    city.run(4)

    assert city.hands.plans == {}
    refused = [r for each in city.told if isinstance(each, Plan) for r in each.refused]
    assert {each.guard for each in refused if each.action.kind == "switch_domain"} >= {
        "kill_switch"
    }
    assert city.mos_of("ring", fault.element) < 1.2


@pytest.mark.slow
def test_a_dead_edge_host_is_stood_in_for_by_the_cloud(morning: City) -> None:
    fault = morning.operator.break_now("dead_edge", "edge-2", minutes=REPAIRED_MIN)
    morning.domains.set_autonomy("edge", "observe")

    morning.run(3)
    carried = morning.mos_of("edge", fault.element)
    morning.run(16)

    (switch,) = morning.plans("switch_domain")
    assert switch.chosen
    assert switch.chosen.action.parameters["to"] == "cloud"
    assert "may not be done by itself (autonomy observe)" in switch.sentence
    assert carried > 2.0
    assert len(morning.plans("return_domain")) == 1
    assert morning.mos_of("edge", fault.element) > 4.5


@pytest.mark.slow
def test_an_overloaded_ring_is_relieved_of_a_part_of_its_traffic(morning: City) -> None:
    morning.domains.set_autonomy("transport", "advise")
    fault = morning.operator.break_now(
        "ring_congestion", "ring-03", severity=0.9, minutes=REPAIRED_MIN
    )

    morning.run(4)
    poor = morning.mos_of("ring", fault.element)
    morning.run(5)

    (supplement,) = morning.plans("supplement_domain")
    assert supplement.chosen
    assert supplement.chosen.action.parameters["share"] == 0.5
    assert morning.mos_of("ring", fault.element) > poor + 0.2
    transport = next(each for each in morning.domains.states() if each.name == "transport")
    assert transport.supplementary == ("fixed_wireless",)


@pytest.mark.slow
def test_a_ring_that_is_cut_again_must_be_calm_for_longer(morning: City) -> None:
    ring = morning.operator.break_now("ring_cut", minutes=20.0).element
    morning.run(16, until=lambda: bool(morning.plans("return_domain")))
    morning.operator.break_now("ring_cut", ring, minutes=20.0)
    morning.run(20, until=lambda: len(morning.plans("return_domain")) > 1)

    switches, returns = morning.plans("switch_domain"), morning.plans("return_domain")
    assert len(switches) == len(returns) == 2
    assert morning.domains.stand_ins.flaps == 1
    first, second = (b.made_ns - a.made_ns for a, b in zip(switches, returns, strict=True))
    assert second > first


def test_physical_faults_leave_the_plans_of_all_others_as_they_were() -> None:
    scale = Scale(cells=24, users=400, things=50)

    kinds = {
        each.kind for each in Operator(scale, seed=2, plan=FaultPlan(faults=24, days=5.0)).truth
    }
    named = Operator(
        scale, seed=2, plan=FaultPlan(faults=2, days=5.0, composite_share=0.0, kinds=("link_cut",))
    ).truth

    assert not kinds & PHYSICAL.keys()
    assert {each.kind for each in named} == {"link_cut"}


def test_other_ways_are_as_far_and_as_full_as_they_are() -> None:
    delays: dict[str, float] = {}
    for way in ("usual", "fixed_wireless", "satellite"):
        operator = Operator(Scale(cells=36, users=2000, things=100), seed=3)
        operator.now_ns += 12 * 12 * 300_000_000_000
        operator.apply(Change(kind="switch_access", element="ring-03", value=1.0, target=way))
        operator.step()
        assert operator.last
        _, played = operator.last
        ring = np.flatnonzero(operator.estate.transport.ring_of_link == 2)
        here = np.isin(played.path["gnb"], ring)
        delays[way] = float(played.met.one_way_ms[here].mean())

    assert delays["usual"] < delays["fixed_wireless"] < delays["satellite"]
    assert 250.0 < delays["satellite"] - delays["usual"] < 600.0


def test_a_part_of_the_sites_may_be_switched() -> None:
    operator = Operator(Scale(cells=36, users=400, things=50), seed=3)
    half = Change(kind="switch_access", element="ring-03", value=0.5, target="satellite")

    operator.apply(half)
    operator.step()
    assert operator.last
    ways = operator.last[1].loads.ways
    assert ways is not None
    switched = int((ways.carriage.way > 0).sum())
    operator.apply(replace(half, value=1.0, target="usual"))
    operator.step()

    assert switched == 2
    assert operator.last
    assert operator.last[1].loads.ways is None
