"""What the stream of events sends is said in words: plans and their outcomes too."""

from __future__ import annotations

from sentio.api.awareness import with_moments
from sentio.cli.told_stream import sentence
from sentio.kernel.values import to_plain
from sentio.model.plan import Estimate, Outcome, Plan

MORNING_NS = 1_763_798_400_000_000_000  # 08:00 UTC


def test_a_plan_is_said_with_its_number_and_the_degradation() -> None:
    plan = Plan(
        id="P00001",
        degradation="D00002",
        diagnosis="D00002-0",
        made_ns=MORNING_NS,
        until_ns=MORNING_NS + 60_000_000_000,
        autonomy="advise",
        chosen=None,
        sentence="Nothing is done.",
    )

    said = sentence("plan", with_moments(to_plain(plan)))
    assert said == "08:00 D00002 P00001 Nothing is done."


def test_an_outcome_is_said_and_whether_it_is_undone() -> None:
    outcome = Outcome(
        plan="P00001",
        verdict="no_effect",
        verified_ns=MORNING_NS,
        effect_mos=Estimate(mean=0.0, low=-0.1, high=0.1),
        treated_uses=50,
        control_uses=5000,
        is_undone=True,
        sentence="It did not help.",
    )

    said = sentence("outcome", with_moments(to_plain(outcome)))
    assert said == "08:00 P00001 It did not help. It is undone."


def test_an_event_of_a_later_release_stops_nobody() -> None:
    assert sentence("prophecy", {"id": "X1"}) == "prophecy X1"
