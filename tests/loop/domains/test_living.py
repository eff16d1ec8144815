"""Domains over a store: promises in, reports out, and nothing is forgotten when a process dies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.loop.live_city import PERIOD_NS, START_NS, read, uses

from sentio.decision.policy import policy
from sentio.kernel.clock import FixedClock
from sentio.kernel.errors import ConfigError, RefusedError, UnknownName
from sentio.loop.deciding import world_of
from sentio.loop.domains.desk import IntentDesk, OfferedIntents
from sentio.loop.domains.kept import restore, saved
from sentio.loop.domains.living import LiveDomains
from sentio.loop.domains.tio import promise_of
from sentio.model.plan import Plan
from sentio.model.topology import Topology
from sentio.store.state import StateStore
from sentio.store.state.domains import DomainBook
from sentio.store.warehouse import Warehouse
from sentio.testing.domain_city import City

CALM, DARK = 14, 4  # periods


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateStore]:
    with StateStore.open(f"sqlite:///{tmp_path}/state.db") as opened:
        yield opened


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(tmp_path / "store.db", memory_limit_mb=256) as opened:
        yield opened


@pytest.fixture
def desk(state: StateStore) -> IntentDesk:
    return IntentDesk(state, FixedClock(START_NS))


def what(plan: Plan) -> tuple[object, ...]:
    action = plan.chosen.action if plan.chosen else None
    return plan.id, plan.degradation, plan.autonomy, action, plan.made_ns


def cut(text: str, link: str) -> str:
    """Let all uses over a link fail."""
    lines = [
        line.rsplit(",", 2)[0] + ",60000,0" if f",{link}," in line else line
        for line in text.splitlines()
    ]
    return "\n".join(lines) + "\n"


def test_a_promise_is_taken_shared_out_and_audited(desk: IntentDesk, state: StateStore) -> None:
    made = desk.take({"name": "vehicles"}, who="anna")

    assert [each.layer for each in made] == ["business", "service", *["resource"] * 4]
    assert [each.domain for _, each in desk.intents(layer="resource")] == [
        "core",
        "edge",
        "ran",
        "transport",
    ]
    (entry,) = state.audit()
    assert (entry.who, entry.what) == ("anna", "promised")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"name": "vehicle"}, UnknownName),
        ({"name": "mine", "title": "t", "services": [], "path": ["ran"]}, ConfigError),
        ({"name": "telesurgery"}, RefusedError),
    ],
)
def test_what_cannot_be_promised_leaves_nothing_behind(
    desk: IntentDesk, body: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        desk.take(body, who="anna")

    assert desk.intents() == []


def test_a_promise_that_is_given_up_takes_its_intents_along(desk: IntentDesk) -> None:
    desk.take({"name": "vehicles"}, who="anna")

    desk.drop("vehicles", who="anna")

    assert desk.intents() == []
    with pytest.raises(UnknownName):
        desk.drop("vehicles", who="anna")


def test_an_intent_that_is_offered_can_be_taken_in_again(
    desk: IntentDesk, state: StateStore
) -> None:
    offered = OfferedIntents(desk, DomainBook(state))
    before = offered.revision()
    desk.take({"name": "vehicles"}, who="anna")
    service = next(each for each in offered.rows() if each["id"] == "S-vehicles-vehicle")

    made = offered.take({**service, "name": "Again"}, who="ben")

    assert offered.revision() != before
    assert service["lifecycleStatus"] == "received"
    assert promise_of(service)["services"] == ["vehicle"]
    assert promise_of(service)["delay_ms"] == 20.0
    assert {each["id"] for each in made} >= {"B-again", "S-again-vehicle"}


def test_an_expression_without_json_ld_is_refused(desk: IntentDesk, state: StateStore) -> None:
    offered = OfferedIntents(desk, DomainBook(state))
    turtle = {"name": "x", "expression": {"@type": "TurtleExpression", "expressionValue": "a b c"}}

    with pytest.raises(ConfigError, match="no JSON-LD"):
        offered.take(turtle, who="ben")


def test_without_a_promise_nothing_is_looked_after(warehouse: Warehouse, state: StateStore) -> None:
    read(warehouse, ("calm.csv", uses(0, 2)))
    live = LiveDomains(
        warehouse, state, world_of(warehouse), period_ns=PERIOD_NS, given=policy("default")
    )

    assert live.see(START_NS, Topology(), (), release="1") == []
    assert DomainBook(state).states() == []


@pytest.mark.slow
def test_a_dark_link_is_told_in_reports_and_acted_on_as_far_as_people_allow(
    warehouse: Warehouse, state: StateStore, desk: IntentDesk
) -> None:
    read(warehouse, ("calm.csv", uses(0, CALM)))
    read(warehouse, ("dark.csv", cut(uses(CALM, CALM + DARK), "link-1")))
    desk.take({"name": "everybody"}, who="anna")
    desk.set_autonomy("ran", "observe", who="anna")

    def run(first: int, last: int, live: LiveDomains) -> list[Plan]:
        told = [
            each
            for at in range(first, last)
            for each in live.see(START_NS + at * PERIOD_NS, Topology(), (), release="1")
        ]
        return [each for each in told if isinstance(each, Plan)]

    def begun() -> LiveDomains:
        world = world_of(warehouse)
        return LiveDomains(
            warehouse, state, world, period_ns=PERIOD_NS, given=policy("default"), most="approve"
        )

    whole = begun()
    calm = run(0, CALM, whole)
    kept = json.loads(json.dumps(whole.saved()))
    plans = run(CALM, CALM + DARK, whole)
    again = begun()
    again.restore(kept)
    repeated = run(CALM, CALM + DARK, again)

    assert calm == []
    first = next(each for each in plans if each.id.startswith("transport-"))
    assert first.chosen
    assert first.chosen.action.target == "link-1"
    assert first.autonomy == "approve"
    assert [what(each) for each in repeated] == [what(each) for each in plans]
    book = DomainBook(state)
    (report,) = book.reports(intent="S-everybody-web")
    assert report.state == "degraded"
    assert report.faults == ("transport",)
    states = {each.name: each for each in book.states()}
    assert (states["ran"].autonomy, states["transport"].autonomy) == ("observe", "approve")
    assert states["transport"].troubles[0].startswith("link link-1 is dark")


@pytest.mark.slow
def test_a_process_that_dies_while_others_stand_in_goes_on_where_it_was() -> None:
    city, other = City(seed=3, hour=9), City(seed=3, hour=9)
    for each in (city, other):
        each.run(13)
        each.operator.break_now("ring_cut", minutes=40.0)
        each.run(4)

    kept = json.loads(json.dumps(saved(other.domains)))
    fresh = City(seed=3, hour=9)
    restore(fresh.domains, kept)
    fresh.operator, fresh.hands = other.operator, other.hands
    city.told.clear()
    for each in (city, fresh):
        each.run(14)

    assert fresh.told == city.told
    assert fresh.domains.stand_ins.standing == city.domains.stand_ins.standing == {}
    assert [each.chosen.action.kind for each in fresh.plans("return_domain") if each.chosen] == [
        "return_domain"
    ]
