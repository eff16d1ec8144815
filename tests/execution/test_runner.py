"""Tasks are carried out over HTTP, once each, whatever the peer does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.execution.peers.all import ACTIVATION, ORDERING, everything
from tests.execution.peers.loopback import Loopback
from tests.execution.planned import MADE_NS, outcome, plan

from sentio.execution.routes import Routes, routes
from sentio.execution.runner import Backoff, Runner
from sentio.kernel.config import Settings
from sentio.model.plan import Outcome, Plan
from sentio.store.state import StateStore
from sentio.store.state.steering import Steering
from sentio.store.state.tasks import Task, Tasks
from sentio.store.state.told import Told

SECOND_NS = 1_000_000_000


@dataclass(slots=True)
class Clock:
    at_ns: int = MADE_NS

    def now_ns(self) -> int:
        return self.at_ns


@dataclass(slots=True)
class Hands:
    """A runner over a state and a peer that are small and real."""

    state: StateStore
    peer: Loopback
    peers: Path
    clock: Clock = field(default_factory=Clock)

    @property
    def runner(self) -> Runner:
        """A new process, so to speak: nothing is remembered."""
        steering = Steering(self.state)
        return Runner(
            Tasks(self.state),
            self.routes(),
            clock=self.clock,
            is_stopped=lambda: steering.switch().is_stopped,
            backoff=Backoff(first_s=1.0, longest_s=8.0),
            settle_ns=2 * SECOND_NS,
        )

    def routes(self) -> Routes:
        told = f'url = "{self.peer.peer.url}"\ntimeout_s = 0.2\n'
        self.peers.write_text(f"[peers.network]\n{told}\n[peers.orders]\n{told}")
        return routes(Settings(execution_peers=self.peers))

    def tell(self, *decided: Plan | Outcome) -> None:
        Told(self.state).write([], {}, [], snapshot=b"", decided=decided, at_ns=self.clock.at_ns)

    def task(self, number: int = 1) -> Task:
        found = Tasks(self.state).of_plan(f"P{number:05d}")
        assert found is not None
        return found

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass, with a runner that looks twice a second."""
        for _ in range(round(2 * seconds)):
            self.clock.at_ns += SECOND_NS // 2
            self.runner.run_due()

    def services(self) -> list[dict]:
        return list(self.peer.interfaces[ACTIVATION].holds()["service"].values())

    def said(self) -> list[str]:
        return [each.what for each in reversed(self.state.audit(limit=100))]


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[Hands]:
    with StateStore.open(f"sqlite:///{tmp_path}/state.db") as state, everything() as peer:
        yield Hands(state, peer, tmp_path / "peers.toml")


def test_a_task_is_done_and_every_step_is_in_the_audit(hands: Hands) -> None:
    hands.tell(plan(1, factor=1.5))
    hands.runner.run_due()

    assert hands.task().state == "done"
    assert hands.task().is_settled
    assert [each["serviceSpecification"]["name"] for each in hands.services()] == ["scale"]
    assert hands.said() == ["action ordered", "action begun", "action sent", "action done"]
    begun = hands.state.audit(limit=3)[-1]
    assert begun.purpose == "scale of upf-1 is done."
    assert begun.details["evidence"] == "D00001-0"
    assert begun.details["diff"]
    assert hands.state.verify_audit().is_whole


def test_what_did_not_help_is_taken_back(hands: Hands) -> None:
    hands.tell(plan(1, factor=1.5))
    hands.runner.run_due()
    hands.tell(outcome(1, "no_effect", is_undone=True))
    hands.runner.run_due()

    assert hands.task().state == "undone"
    assert hands.services() == []
    assert hands.said()[-3:] == ["effect proven", "undo begun", "action undone"]


def test_what_helped_stays(hands: Hands) -> None:
    hands.tell(plan(1, factor=1.5))
    hands.runner.run_due()
    hands.tell(outcome(1, "improved", is_undone=False))
    Tasks(hands.state).expire(now_ns=MADE_NS * 2)
    hands.pass_time(3)

    assert (hands.task().state, hands.task().wanted) == ("done", "kept")
    assert len(hands.services()) == 1


def test_what_is_wanted_back_before_it_is_sent_is_never_sent(hands: Hands) -> None:
    hands.tell(plan(1))
    hands.tell(outcome(1, "no_effect", is_undone=True))
    hands.runner.run_due()

    assert hands.task().state == "undone"
    assert hands.peer.log == []


@pytest.mark.parametrize("mood", ["away", "slow", "busy", "nonsense"])
def test_a_peer_in_trouble_is_tried_again_and_told(hands: Hands, mood) -> None:
    hands.tell(plan(1, factor=1.5))
    hands.peer.become(mood)
    hands.pass_time(4)
    held = hands.task()
    hands.peer.become("well")
    hands.pass_time(20)

    assert held.state == "ordered"
    assert held.tries >= 2
    assert held.said
    assert "action held" in hands.said()
    assert hands.task().state == "done"
    assert len(hands.services()) == 1


def test_tries_grow_apart(hands: Hands) -> None:
    hands.tell(plan(1))
    hands.peer.become("busy")
    hands.pass_time(30)

    assert 4 <= hands.task().tries <= 12


def test_a_peer_that_does_it_and_says_nothing_does_it_once(hands: Hands) -> None:
    hands.tell(plan(1, factor=1.5))
    hands.peer.become("dropping")
    hands.pass_time(2)
    hands.peer.become("well")
    hands.pass_time(20)

    assert hands.task().state == "done"
    assert len(hands.services()) == 1


def test_a_peer_that_will_not_ends_it_and_says_why(hands: Hands) -> None:
    hands.tell(plan(1))
    hands.peer.become("unwilling")
    hands.pass_time(2)

    assert hands.task().state == "failed"
    assert "403" in hands.task().said
    assert hands.said()[-1] == "action failed"


def test_a_request_that_may_still_be_on_its_way_is_waited_for_before_it_is_undone(
    hands: Hands,
) -> None:
    hands.tell(plan(1, factor=1.5))
    hands.peer.become("dropping")
    hands.pass_time(1)
    assert hands.task().state == "sending"
    hands.peer.become("well")
    hands.tell(outcome(1, "no_effect", is_undone=True))
    hands.runner.run_due()
    waiting = hands.task()
    hands.pass_time(4)

    assert waiting.state == "undoing"
    assert hands.task().state == "undone"
    assert hands.services() == []


def test_doubles_at_the_peer_are_taken_back(hands: Hands) -> None:
    hands.tell(plan(1, factor=1.5))
    runner = hands.runner
    task = hands.task()
    hands.clock.at_ns += 1
    runner.run_due()
    stored = hands.peer.interfaces[ACTIVATION].collections["service"].things
    twin = {**next(iter(stored.values())), "id": "twin"}
    stored["twin"] = twin
    again = Tasks(hands.state).task(task.id)
    assert again is not None
    Tasks(hands.state).move(replace(again, state="sent"), what="", details={})
    hands.pass_time(1)

    assert hands.task().state == "done"
    assert len(hands.services()) == 1


def test_what_is_gone_at_the_peer_before_it_is_seen_is_sent_again(hands: Hands) -> None:
    hands.tell(plan(1, factor=1.5))
    hands.runner.run_due()
    hands.peer.interfaces[ACTIVATION].collections["service"].things.clear()
    again = hands.task()
    Tasks(hands.state).move(replace(again, state="sent"), what="", details={})
    hands.pass_time(4)

    assert hands.task().state == "done"
    assert len(hands.services()) == 1
    assert "action sent again" in hands.said()


def test_while_the_switch_is_on_nothing_is_done_but_things_are_taken_back(hands: Hands) -> None:
    steering = Steering(hands.state)
    hands.tell(plan(1, factor=1.5))
    hands.runner.run_due()
    steering.turn(is_stopped=True, who="noc", why="storm", at_ns=1)
    hands.tell(plan(2, factor=1.5), outcome(1, "worse", is_undone=True))
    hands.pass_time(5)

    assert hands.task(1).state == "undone"
    assert hands.task(2).state == "ordered"
    assert hands.task(2).said == "all automation is stopped"
    steering.turn(is_stopped=False, who="noc", why="over", at_ns=2)
    hands.pass_time(5)
    assert hands.task(2).state == "done"


def test_an_order_is_undone_by_an_order_the_other_way(hands: Hands) -> None:
    hands.tell(plan(1, "slice_quota", "iot", target_kind="slice", factor=2.0))
    hands.runner.run_due()
    hands.tell(outcome(1, "no_effect", is_undone=True))
    hands.pass_time(2)
    orders = list(hands.peer.interfaces[ORDERING].holds()["serviceOrder"].values())

    assert hands.task().state == "undone"
    assert [each["externalId"].endswith("-undo") for each in orders] == [False, True]


def test_what_has_no_route_is_told_and_not_done(hands: Hands) -> None:
    hands.tell(plan(1))
    runner = Runner(Tasks(hands.state), routes(Settings()), clock=hands.clock)
    runner.run_due()

    assert hands.task().state == "dry"
    assert "scale" in hands.task().said
    assert hands.peer.log == []
