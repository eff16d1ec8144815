"""What becomes of plans at the network's end is known to who proves them; people's yes arrives."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from tests.loop.test_acting import HIT, LEARNED, acting, outcomes, turn, until_done
from tests.village import PERIOD_NS, START_NS, Village

from sentio.loop.acting import Acting
from sentio.loop.hands import Hands
from sentio.model.plan import Outcome, Plan
from sentio.store.state import StateStore
from sentio.store.state.tasks import State
from sentio.store.state.told import Told


@pytest.fixture(scope="module")
def learned() -> Village:
    village = Village()
    for _ in range(LEARNED):
        village.turn(learn=True)
    return village


@pytest.fixture
def village(learned: Village) -> Village:
    return deepcopy(learned)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateStore]:
    with StateStore.open(f"sqlite:///{tmp_path}/state.db") as found:
        yield found


def now_ns(village: Village) -> int:
    return START_NS + village.period * PERIOD_NS


def tell(state: StateStore, *decided: Plan | Outcome) -> None:
    Told(state).write([], {}, [], snapshot=b"", decided=decided)


def moved(state: StateStore, plan: Plan, to: State, said: str = "") -> None:
    hands = Hands(state)
    task = hands.tasks.of_plan(plan.id)
    assert task is not None
    hands.tasks.move(replace(task, state=to, said=said), what="", details={})


def done(village: Village, state: StateStore) -> tuple[Acting, Plan]:
    loop = acting()
    plan = until_done(village, loop)
    tell(state, plan)
    return loop, plan


@pytest.mark.parametrize(("to", "said"), [("failed", "it answers 403"), ("dry", "no route")])
def test_of_what_was_never_done_nothing_is_proven_and_nothing_learned(
    village: Village, state: StateStore, to: State, said: str
) -> None:
    loop, plan = done(village, state)
    before = loop.saved()["effects"]
    moved(state, plan, to, said)
    told = Hands(state).see([loop], now_ns=now_ns(village))

    assert [(each.verdict, each.is_undone) for each in told] == [("undecided", True)]
    assert said in told[0].sentence
    assert loop.standing == []
    assert loop.deeds[-1].was_undone
    assert loop.saved()["effects"] == before


def test_the_proof_begins_when_it_is_done_not_when_it_is_planned(
    village: Village, state: StateStore
) -> None:
    loop, plan = done(village, state)
    hands = Hands(state)
    later = village.period + 2
    for _ in range(2):
        turn(village, loop, HIT)
        hands.see([loop], now_ns=now_ns(village))
    since_ns = loop.proving[plan.id].since_ns
    moved(state, plan, "done")
    hands.see([loop], now_ns=now_ns(village) + PERIOD_NS)

    assert since_ns == START_NS + later * PERIOD_NS
    assert loop.proving[plan.id].since_ns == since_ns
    assert [each.verdict for each in outcomes(village, loop, None)] == ["improved"]


def test_what_cannot_be_sent_for_long_is_no_longer_wanted(
    village: Village, state: StateStore
) -> None:
    loop, plan = done(village, state)
    moved(state, plan, "ordered", "nobody answers")
    hands = Hands(state)
    told = hands.see([loop], now_ns=now_ns(village) + 25 * 60_000_000_000)
    tell(state, *told)

    assert "nobody answers" in told[0].sentence
    task = hands.tasks.of_plan(plan.id)
    assert task is not None
    assert task.wanted == "undone"


def test_a_yes_reaches_the_plan_that_waits(village: Village, state: StateStore) -> None:
    loop = acting("approve")
    told: list[Plan | Outcome] = []
    while not any(isinstance(t, Plan) and t.chosen for t in told):
        told += turn(village, loop, HIT)
    plan = next(t for t in told if isinstance(t, Plan) and t.chosen)
    hands = Hands(state)
    hands.steering.approve(plan.id, who="noc", why="go", at_ns=1)
    hands.steering.approve("P99999", who="noc", why="go", at_ns=2)
    found = hands.approved([(loop, village.watching)], now_ns=now_ns(village))
    tell(state, *found)

    assert [(each.id, each.autonomy) for each in found] == [(plan.id, "act")]
    assert hands.steering.answered(plan.id) == "it is done"
    assert "no longer stands" in hands.steering.answered("P99999")
    assert hands.approved([(loop, village.watching)], now_ns=now_ns(village)) == []
    assert len(hands.tasks.list()) == 1


def test_what_a_proof_takes_back_is_wanted_back(village: Village, state: StateStore) -> None:
    loop, plan = done(village, state)
    moved(state, plan, "done")
    proven = outcomes(village, loop, HIT)
    tell(state, *proven)
    task = Hands(state).tasks.of_plan(plan.id)

    assert proven[0].is_undone
    assert task is not None
    assert task.wanted == "undone"
