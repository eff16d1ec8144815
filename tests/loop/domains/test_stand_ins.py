"""Standing in: begun once, given back when it is calm, longer calm after a flap."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.loop.domains.test_parts import BOTH_DARK, RING, glance

from sentio.loop.domains.stand_ins import CALM_PERIODS, FLAP_NS, StandIns
from sentio.model.plan import Action, Candidate, Estimate, Outcome, Plan

HOUR_NS = 3_600_000_000_000
SURE = Estimate(mean=1.0, low=0.5, high=1.5)
WELL = glance(RING, [4.3] * 30)
ILL = glance(RING, BOTH_DARK, alarmed=frozenset({"ring-1"}))


def plan(name: str, kind: str, at_ns: int, **told: str | float) -> Plan:
    action = Action(kind=kind, target="ring-1", target_kind="ring", parameters=told)
    chosen = Candidate(action=action, regained_min=SURE, success=0.9, cost=0.0, risk=0.0, value=1.0)
    return Plan(
        id=name,
        degradation="T1",
        diagnosis="D1",
        made_ns=at_ns,
        until_ns=at_ns + HOUR_NS,
        autonomy="act",
        chosen=chosen,
    )


def switch(name: str, at_ns: int, share: float = 1.0) -> Plan:
    return plan(name, "switch_domain", at_ns, of="transport", to="satellite", share=share)


def back(name: str, at_ns: int) -> Plan:
    return plan(name, "return_domain", at_ns)


@pytest.fixture
def stand_ins() -> StandIns:
    return StandIns(lambda _domain: None, lambda _element: (("link", "link-1"),))


def periods_until_ready(stand_ins: StandIns) -> int:
    for at in range(1, 100):
        if stand_ins.see(WELL):
            return at
    return 0


def test_who_stands_in_holds_the_element_and_what_hangs_on_it(stand_ins: StandIns) -> None:
    stand_ins.begin(switch("P1", 0))

    assert stand_ins.held() == ["ring-1", "link-1"]
    assert stand_ins.standing["ring-1"].by == "satellite"


def test_traffic_goes_back_only_after_the_first_was_well_for_a_while(stand_ins: StandIns) -> None:
    stand_ins.begin(switch("P1", 0))
    for _ in range(5):
        assert stand_ins.see(ILL) == []
    stand_ins.see(WELL)
    stand_ins.see(ILL)  # not calm yet: it begins anew

    assert periods_until_ready(stand_ins) == CALM_PERIODS


def test_what_flaps_must_be_calm_for_twice_as_long(stand_ins: StandIns) -> None:
    stand_ins.begin(switch("P1", 0))
    stand_ins.begin(back("P2", HOUR_NS))
    stand_ins.begin(switch("P3", HOUR_NS + FLAP_NS // 2))

    assert stand_ins.flaps == 1
    assert periods_until_ready(stand_ins) == 2 * CALM_PERIODS


def test_another_failure_long_after_is_no_flap(stand_ins: StandIns) -> None:
    stand_ins.begin(switch("P1", 0))
    stand_ins.begin(back("P2", HOUR_NS))
    stand_ins.begin(switch("P3", HOUR_NS + 2 * FLAP_NS))

    assert stand_ins.flaps == 0


def outcome(name: str, verdict: str, *, is_undone: bool) -> Outcome:
    return Outcome(
        plan=name,
        verdict=verdict,  # pyright: ignore[reportArgumentType]
        verified_ns=2 * HOUR_NS,
        effect_mos=SURE,
        treated_uses=9,
        control_uses=9,
        is_undone=is_undone,
    )


def test_who_was_of_no_use_stands_in_no_more(stand_ins: StandIns) -> None:
    stand_ins.begin(switch("P1", 0))

    stand_ins.settle(outcome("P1", "no_effect", is_undone=True))

    assert stand_ins.standing == {}


def test_a_return_that_made_it_worse_is_taken_back_and_counts_as_a_flap(
    stand_ins: StandIns,
) -> None:
    stand_ins.begin(switch("P1", 0))
    stand_ins.begin(back("P2", HOUR_NS))

    stand_ins.settle(outcome("P2", "worse", is_undone=True))

    assert stand_ins.standing["ring-1"].by == "satellite"
    assert stand_ins.flaps == 1


def test_a_supplement_stays_while_the_first_would_be_too_full(stand_ins: StandIns) -> None:
    busy = replace(WELL, measured={("ring", "utilisation_ratio"): {"ring-1": 0.5}})
    calm = replace(WELL, measured={("ring", "utilisation_ratio"): {"ring-1": 0.3}})
    stand_ins.begin(switch("P1", 0, share=0.5))

    assert [stand_ins.see(busy) for _ in range(6)] == [[]] * 6
    assert [bool(stand_ins.see(calm)) for _ in range(CALM_PERIODS)][-1]
