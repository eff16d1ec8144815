"""The journal of execution: what is planned is ordered once, then kept or wanted back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.execution.planned import HOUR_NS, MADE_NS, outcome, plan

from sentio.kernel.errors import UnknownName
from sentio.model.plan import Outcome, Plan
from sentio.store.state import StateStore
from sentio.store.state.steering import Steering
from sentio.store.state.tasks import Tasks
from sentio.store.state.told import Told


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StateStore]:
    is_small = request.param == "sqlite"
    url = (
        f"sqlite:///{tmp_path}/state.db"
        if is_small
        else request.getfixturevalue("postgres").database()
    )
    with StateStore.open(url) as store:
        yield store


def tell(state: StateStore, *decided: Plan | Outcome) -> Tasks:
    Told(state).write([], {}, [], snapshot=b"", decided=decided, at_ns=MADE_NS)
    return Tasks(state)


def test_a_plan_that_is_told_is_ordered_with_it(state: StateStore) -> None:
    tasks = tell(state, plan(1))
    due = tasks.due(now_ns=MADE_NS)

    assert [(each.plan, each.wanted, each.state) for each in due] == [(plan(1), "done", "ordered")]
    assert len(due[0].id) == 32
    assert tasks.next_ns() == 0
    assert state.audit(limit=1)[0].what == "action ordered"
    assert state.audit(limit=1)[0].details["evidence"] == "D00001-0"


@pytest.mark.parametrize("level", ["observe", "advise", "approve"])
def test_a_plan_that_is_not_to_be_carried_out_is_no_task(state: StateStore, level) -> None:
    assert tell(state, plan(1, autonomy=level)).list() == []


def test_a_plan_that_is_told_again_is_ordered_once(state: StateStore) -> None:
    tell(state, plan(1))

    assert len(tell(state, plan(1)).list()) == 1


def test_a_plan_of_the_same_number_after_all_was_forgotten_is_another_one(
    state: StateStore,
) -> None:
    tell(state, plan(1))
    tasks = tell(state, plan(1, made_ns=MADE_NS + HOUR_NS))

    assert len({each.id for each in tasks.list()}) == 2


def test_what_is_proven_stays_and_what_failed_is_wanted_back(state: StateStore) -> None:
    tell(state, plan(1), plan(2))
    tasks = tell(
        state, outcome(1, "improved", is_undone=False), outcome(2, "worse", is_undone=True)
    )

    assert tasks.of_plan("P00001").wanted == "kept"
    assert tasks.of_plan("P00002").wanted == "undone"
    assert state.audit(limit=1)[0].details["verdict"] == "worse"
    assert state.verify_audit().is_whole


def test_what_stands_unproven_beyond_its_time_is_wanted_back(state: StateStore) -> None:
    tell(state, plan(1), plan(2))
    tasks = tell(state, outcome(1, "improved", is_undone=False))

    assert tasks.expire(now_ns=MADE_NS + HOUR_NS - 1) == 0
    assert tasks.expire(now_ns=MADE_NS + HOUR_NS) == 1
    assert tasks.of_plan("P00001").wanted == "kept"
    assert tasks.of_plan("P00002").wanted == "undone"


def test_a_step_does_not_overwrite_what_the_loop_wants_meanwhile(state: StateStore) -> None:
    tasks = tell(state, plan(1))
    mine = tasks.of_plan("P00001")
    tell(state, outcome(1, "no_effect", is_undone=True))
    moved = tasks.move(replace(mine, state="sent", handles=("7",)), what="action sent", details={})

    assert (moved.wanted, moved.state, moved.handles) == ("undone", "sent", ("7",))
    assert not moved.is_settled


def test_forgetting_what_was_told_takes_back_what_nobody_will_prove(state: StateStore) -> None:
    tasks = tell(state, plan(1), plan(2))
    tell(state, outcome(1, "improved", is_undone=False))
    Told(state).forget()

    assert tasks.of_plan("P00001").wanted == "kept"
    assert tasks.of_plan("P00002").wanted == "undone"


def test_somebody_may_take_a_task_back(state: StateStore) -> None:
    tasks = tell(state, plan(1))
    name = tasks.list()[0].id
    found = tasks.take_back(name, who="noc", why="the wrong one", at_ns=5)

    assert found.wanted == "undone"
    assert (state.audit(limit=1)[0].who, state.audit(limit=1)[0].purpose) == (
        "noc",
        "the wrong one",
    )
    with pytest.raises(UnknownName):
        tasks.take_back("nothing", who="noc", why="", at_ns=5)


def test_lists_go_on_behind_the_last_one(state: StateStore) -> None:
    tasks = tell(state, *(plan(i) for i in range(1, 6)))
    first = tasks.list(limit=3)
    rest = tasks.list(limit=3, after=first[-1].id)

    assert len({each.id for each in (*first, *rest)}) == 5
    assert tasks.list(is_open=False) == []


def test_the_switch_and_a_yes_are_kept_with_who_and_why(state: StateStore) -> None:
    steering = Steering(state)
    assert not steering.switch().is_stopped

    steering.turn(is_stopped=True, who="noc", why="storm", at_ns=3)
    steering.approve("P00001", who="chief", why="go", at_ns=4)

    assert steering.switch().is_stopped
    assert steering.switch().why == "storm"
    assert steering.waiting() == [("P00001", "")]
    steering.answer("P00001", "it is done")
    assert steering.waiting() == []
    assert steering.answered("P00001") == "it is done"
    assert [each.who for each in state.audit(limit=2)] == ["chief", "noc"]
