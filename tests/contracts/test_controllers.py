"""Every controller keeps its contract, over HTTP; the check finds those that do not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import pytest
from tests.execution.peers.all import everything

from sentio.decision.catalogue import ACTIONS
from sentio.execution.catalogue import CONTROLLERS
from sentio.execution.controller import Controller, Diff, Found, Order
from sentio.execution.peer import Peer, PeerError
from sentio.execution.routes import routes
from sentio.kernel.config import Settings
from sentio.model.plan import Action
from sentio.testing import BrokenContract, check_controller
from sentio.testing.controller import Lasts

ROUTES = routes(Settings(execution_url="http://127.0.0.1:9"), known=ACTIONS.names())
FOR_GOOD = {"restart"}
KINDS = sorted(ROUTES.rows)


def action_of(kind: str) -> Action:
    return Action(
        kind=kind,
        target="cell-7",
        target_kind="slice" if "quota" in kind else "cell",
        parameters=dict(ACTIONS[kind].parameters),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_controller_keeps_its_contract(kind: str) -> None:
    lasts: Lasts = "for good" if kind in FOR_GOOD else "until undone"

    check_controller(ROUTES.route(kind).controller, everything, action=action_of(kind), lasts=lasts)


def test_a_message_that_is_sent_stays_sent() -> None:
    sent = partial(everything, message_state="completed")

    check_controller(
        CONTROLLERS["tmf681_message"], sent, action=action_of("offer"), lasts="for good"
    )


def test_the_dry_run_keeps_its_contract() -> None:
    check_controller(CONTROLLERS["dry_run"], everything, action=action_of("scale"), lasts="never")


def test_every_controller_is_tried() -> None:
    tried = {ROUTES.route(kind).controller.name for kind in KINDS} | {"dry_run"}

    assert tried == set(CONTROLLERS.names())


@dataclass(frozen=True, slots=True)
class Broken:
    """A controller that is sound but for what a heir changes."""

    sound: Controller = CONTROLLERS["tmf640_activation"]
    name: str = "broken"

    def plan(self, order: Order, peer: Peer) -> Diff:
        return self.sound.plan(order, peer)

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        return self.sound.apply(diff, peer)

    def verify(self, diff: Diff, peer: Peer) -> Found:
        return self.sound.verify(diff, peer)

    def undo(self, diff: Diff, handles: tuple[str, ...], peer: Peer) -> None:
        self.sound.undo(diff, handles, peer)


class Eager(Broken):
    """Applies while it plans."""

    def plan(self, order: Order, peer: Peer) -> Diff:
        diff = self.sound.plan(order, peer)
        self.sound.apply(diff, peer)
        return diff


class Doubling(Broken):
    """Does not look what is there."""

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        path = "/tmf-api/serviceActivationAndConfiguration/v4/service"
        return (peer.ask("POST", path, body=diff.after).text("id"),)


class Blind(Broken):
    """Finds any service for its own."""

    def verify(self, diff: Diff, peer: Peer) -> Found:
        del diff
        path = "/tmf-api/serviceActivationAndConfiguration/v4/service"
        found = tuple(str(each["id"]) for each in peer.ask("GET", path).objects())
        return Found(state="standing" if found else "absent", handles=found)


class Idle(Broken):
    """Takes nothing back."""

    def undo(self, diff: Diff, handles: tuple[str, ...], peer: Peer) -> None: ...


class Hiding(Broken):
    """Says that all is well where it is not."""

    def verify(self, diff: Diff, peer: Peer) -> Found:
        try:
            return self.sound.verify(diff, peer)
        except PeerError:
            return Found(state="absent")


class Silent(Broken):
    """Tells nobody what it would do."""

    def plan(self, order: Order, peer: Peer) -> Diff:
        return replace(self.sound.plan(order, peer), sentence="")


class Remembering(Broken):
    """Knows what it has done from its own memory, which a crash would have wiped."""

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        handles = self.sound.apply(diff, peer)
        DONE.add(peer.url)
        return handles

    def verify(self, diff: Diff, peer: Peer) -> Found:
        found = self.sound.verify(diff, peer)
        return found if peer.url in DONE else Found(state="absent")


DONE: set[str] = set()


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (Eager(), "plan changes something"),
        (Doubling(), "applied twice"),
        (Blind(), "another order for its own"),
        (Idle(), "after it is undone, verify says standing"),
        (Hiding(), "it raises nothing, expected PeerDown"),
        (Remembering(), "before the peer hung up is absent to verify"),
        (Silent(), "nothing in words"),
        (CONTROLLERS["dry_run"], "apply leaves nothing"),
    ],
)
def test_a_broken_controller_is_found(broken: Controller, says: str) -> None:
    with pytest.raises(BrokenContract, match=says):
        check_controller(broken, everything, action=action_of("scale"))
