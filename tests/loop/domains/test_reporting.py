"""Reports: how a target fares now, how it will fare, and whose fault it is, up the layers."""

from __future__ import annotations

import math

import pytest

from sentio.loop.domains.foresight import DAY_NS, Foresight
from sentio.loop.domains.readings import Reading
from sentio.loop.domains.reporting import Reporting, rolled_up, worst
from sentio.model.intent import Expectation, Intent, IntentReport

PERIOD_NS = 300_000_000_000
DELAY = Expectation(name="delay_ms", unit="ms", condition="at_most", value=20.0)
IN_TRANSPORT = Intent(
    id="R-1", name="r", layer="resource", expectations=(DELAY,), domain="transport"
)


def played(values: list[float]) -> list[IntentReport]:
    reporting = Reporting(PERIOD_NS)
    return [
        reporting.report(IN_TRANSPORT, Reading(values={"delay_ms": value}, uses=50), at * PERIOD_NS)
        for at, value in enumerate(values)
    ]


def test_an_intent_that_nothing_is_known_of_is_received() -> None:
    told = Reporting(PERIOD_NS).report(IN_TRANSPORT, Reading(values={}, uses=0), 0)

    assert told.state == "received"
    assert told.targets[0].observed_status is None


def test_a_target_that_is_missed_degrades_its_intent_and_says_by_what() -> None:
    told = played([10.0, 30.0, 31.0, 32.0])[-1]

    assert told.state == "degraded"
    assert told.faults == ("transport",)
    assert told.reasons == ("delay_ms is 31 ms, at most 20 are asked for",)


def test_one_good_reading_ends_a_miss() -> None:
    assert [each.state for each in played([30.0, 30.0, 12.0])] == [
        "degraded",
        "degraded",
        "compliant",
    ]


def test_a_target_that_rises_is_predicted_to_be_missed_before_it_is() -> None:
    reports = played([8.0 + 0.5 * at for at in range(20)])

    at_risk = next(at for at, each in enumerate(reports) if each.is_at_risk)

    assert reports[at_risk].state == "compliant"
    assert reports[at_risk].targets[0].predicted_status == "NOT_FULFILLED"
    assert "in an hour" in reports[at_risk].reasons[0]


def test_a_level_course_puts_nothing_at_risk() -> None:
    wavy = [15.0 + 1.5 * math.sin(at) for at in range(60)]

    assert not any(each.is_at_risk for each in played(wavy))


def test_what_is_usual_at_that_time_of_day_is_foreseen() -> None:
    foresight = Foresight()
    periods_a_day = DAY_NS // PERIOD_NS

    def daily(at: int) -> float:
        return 10.0 + 8.0 * math.sin(2.0 * math.pi * at / periods_a_day)

    for at in range(2 * periods_a_day):
        foresight.see(daily(at), at * PERIOD_NS)
        foresight.learn(daily(at), at * PERIOD_NS)

    now = 2 * periods_a_day - 1
    ahead = foresight.ahead(now * PERIOD_NS, periods=12, period_ns=PERIOD_NS)

    assert ahead == pytest.approx(daily(now + 12), abs=1.0)
    assert daily(now + 12) > daily(now) + 1.5


def own(state: str) -> IntentReport:
    return IntentReport(intent="S-1", made_ns=0, state=state)  # pyright: ignore[reportArgumentType]


def test_a_report_above_names_the_domain_at_fault_and_why() -> None:
    below = [
        IntentReport(
            intent="R-1",
            made_ns=0,
            state="degraded",
            reasons=("ring-1 is dark",),
            faults=("transport",),
        ),
        IntentReport(intent="R-2", made_ns=0, state="compliant"),
    ]

    told = rolled_up(own("degraded"), below, {"R-1": "transport"})

    assert told.faults == ("transport",)
    assert told.reasons == ("transport: ring-1 is dark",)


def test_customers_may_be_well_while_a_domain_is_not() -> None:
    below = [IntentReport(intent="R-1", made_ns=0, state="degraded", faults=("ran",))]

    assert rolled_up(own("compliant"), below, {}).state == "compliant"


def test_where_nothing_is_known_above_the_worst_below_counts() -> None:
    below = [
        IntentReport(intent="R-1", made_ns=0, state="compliant"),
        IntentReport(intent="R-2", made_ns=0, state="degraded"),
    ]

    assert rolled_up(own("received"), below, {}).state == "degraded"
    assert worst(below) == "degraded"
    assert worst([]) == "received"
