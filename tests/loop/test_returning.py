"""What helped and stands in for something better is given back, and not before its time."""

from __future__ import annotations

import json

import pytest

from sentio.decision.catalogue import ACTIONS
from sentio.loop.returning import Returning
from sentio.model.plan import Action, Candidate, Estimate, Outcome, Plan, Verdict

KINDS = {each.name: each for each in ACTIONS}
UNTIL_NS = 1000


def plan(kind: str, against: str = "loss") -> Plan:
    nothing = Estimate(mean=0.0, low=0.0, high=0.0)
    chosen = Candidate(
        action=Action(kind=kind, target="link-7", target_kind="link"),
        regained_min=nothing,
        success=0.9,
        cost=0.0,
        risk=0.0,
        value=10.0,
        against=against,
    )
    return Plan(
        id="P1",
        degradation="D1",
        diagnosis="D1-0",
        made_ns=0,
        until_ns=UNTIL_NS,
        autonomy="act",
        chosen=chosen,
    )


def outcome(verdict: Verdict = "improved") -> Outcome:
    return Outcome(
        plan="P1",
        verdict=verdict,
        verified_ns=10,
        effect_mos=Estimate(mean=1.0, low=0.8, high=1.2),
        treated_uses=50,
        control_uses=900,
        is_undone=verdict != "improved",
    )


def test_a_way_round_is_given_back_at_its_limit() -> None:
    returning = Returning(KINDS)

    assert returning.keep(plan("reroute"), outcome())
    assert list(returning.due(UNTIL_NS - 1, frozenset())) == []
    (told,) = returning.due(UNTIL_NS, frozenset())
    assert (told.plan, told.verdict, told.is_undone) == ("P1", "improved", True)
    assert told.effect_mos == outcome().effect_mos
    assert list(returning.due(UNTIL_NS + 1, frozenset())) == []


def test_a_way_around_a_work_is_given_back_when_the_work_is_over() -> None:
    returning = Returning(KINDS)
    returning.keep(plan("reroute", "planned_work"), outcome())

    assert list(returning.due(2 * UNTIL_NS, frozenset({"link-7"}))) == []
    (told,) = returning.due(2 * UNTIL_NS + 1, frozenset({"link-8"}))
    assert "work is over" in told.sentence


@pytest.mark.parametrize(
    ("kind", "verdict"), [("roll_back", "improved"), ("reroute", "no_effect"), ("reroute", "worse")]
)
def test_what_stays_for_good_or_was_undone_is_not_given_back(kind: str, verdict: Verdict) -> None:
    returning = Returning(KINDS)

    assert not returning.keep(plan(kind), outcome(verdict))
    assert list(returning.due(10 * UNTIL_NS, frozenset())) == []


def test_what_is_dear_to_somebody_is_given_back_sooner() -> None:
    returning = Returning(KINDS)
    returning.keep(plan("reroute"), outcome())
    returning.hasten("P2", 100)
    returning.hasten("P1", 500)
    returning.hasten("P1", 700)

    assert list(returning.due(499, frozenset())) == []
    assert [each.plan for each in returning.due(500, frozenset())] == ["P1"]


def test_what_stands_is_remembered() -> None:
    returning, again = Returning(KINDS), Returning(KINDS)
    returning.keep(plan("reroute"), outcome())
    again.restore(json.loads(json.dumps(returning.saved())))

    assert list(again.due(UNTIL_NS, frozenset())) == list(returning.due(UNTIL_NS, frozenset()))
