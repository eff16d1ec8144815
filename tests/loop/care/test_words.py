"""What care says: the verdict fits what happened, and what is being done is said as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sentio.loop.care.doing import words_of as doing_words
from sentio.loop.care.subject_words import headline_of, verdict_of, words_of
from sentio.model.care import Incident, ServiceCourse, Session
from sentio.model.plan import Action, Candidate, Estimate, Outcome, Plan

HOUR_NS = 3_600_000_000_000
NOW_NS = 1_000_000 * HOUR_NS


def course(uses: int, poor: int, *, hours_ago: int = 40, mos: float = 4.0) -> ServiceCourse:
    hour = NOW_NS - hours_ago * HOUR_NS
    return ServiceCourse(
        service="web", uses=uses, poor_uses=poor, mos_mean=mos, hours=((hour, uses, mos),)
    )


INCIDENT = Incident(
    degradation="D00001",
    problem="P-D00001",
    state="acknowledged",
    scope={"cell": "cell-7"},
    began_ns=NOW_NS - 5 * HOUR_NS,
    ended_ns=None,
    cause="cell cell-7 (ran)",
    doing="",
    uses=4,
    poor_uses=3,
    last_poor_ns=NOW_NS - HOUR_NS,
)


@pytest.mark.parametrize(
    ("services", "incidents", "verdict"),
    [
        ((), (), "unknown"),
        ((course(50, 2),), (), "well"),
        ((course(50, 20, mos=2.8),), (), "suffered"),
        ((course(5, 4, hours_ago=1, mos=1.9),), (), "suffering"),
        ((course(50, 3),), (INCIDENT,), "suffering"),
        ((course(50, 3),), (replace(INCIDENT, ended_ns=NOW_NS - HOUR_NS),), "suffered"),
        ((course(50, 3),), (replace(INCIDENT, last_poor_ns=NOW_NS - 90 * HOUR_NS),), "suffered"),
        ((course(50, 3),), (replace(INCIDENT, uses=40),), "well"),
    ],
)
def test_the_verdict_fits_what_happened(services, incidents, verdict):
    assert verdict_of(services, incidents, until_ns=NOW_NS) == verdict


def test_an_incident_is_told_with_its_cause_and_state_and_the_customer_hears_it_plainly():
    services = (course(50, 3),)
    headline = headline_of("suffering", services, (INCIDENT,), ())
    words = words_of("suffering", services, (INCIDENT,), (), ("ring work",))

    assert headline.startswith("Suffers now: 3 of 50 uses poor (web); likeliest cause cell cell-7")
    assert headline.endswith("our network team has taken it over.")
    assert "3 of your 50 uses of web" in words[0]
    assert "the radio cell that serves you" in words[1]
    assert words[-1].startswith("There is planned work ahead")
    assert not any("MOS" in line for line in words)


def test_without_an_incident_the_worst_uses_tell_where_it_comes_from():
    worst = (
        Session(ts_ns=NOW_NS, service="web", mos=1.5, duration_s=None, drivers={"device": 2.0}),
    )
    words = words_of("suffered", (course(50, 20),), (), worst, ())

    assert "your device" in words[1]
    assert "another place or device" in words[2]


def plan(autonomy: str, *, kind: str = "restart", target_kind: str = "cell") -> Plan:
    action = Action(kind=kind, target="cell-7", target_kind=target_kind)
    some = Estimate(mean=1.0, low=0.0, high=2.0)
    chosen = Candidate(action=action, regained_min=some, success=0.5, cost=0, risk=0, value=1)
    return Plan(
        id="A-1",
        degradation="D00001",
        diagnosis="",
        made_ns=0,
        until_ns=1,
        autonomy=autonomy,
        chosen=chosen,
    )


@pytest.mark.parametrize(
    ("autonomy", "said"),
    [
        ("observe", ""),
        ("advise", "restart of cell cell-7 has been advised"),
        ("approve", "restart of cell cell-7 waits for a yes"),
        ("act", "restart of cell cell-7 is under way"),
    ],
)
def test_what_is_done_is_said_as_far_as_it_is_done(autonomy: str, said: str):
    assert doing_words(plan(autonomy), None) == said


def test_what_came_of_it_is_said_and_nobody_else_is_named():
    none = Estimate(mean=0.0, low=0.0, high=0.0)
    outcome = Outcome(
        plan="A-1",
        verdict="improved",
        verified_ns=1,
        effect_mos=none,
        treated_uses=1,
        control_uses=1,
    )

    assert doing_words(plan("act"), outcome) == "restart of cell cell-7 has helped"
    other = plan("act", kind="qos_session", target_kind="subject")
    assert doing_words(other, None) == "qos session is under way"
    assert doing_words(replace(plan("act"), chosen=None), None) == ""
