"""The contract of a controller, tried on a peer that is well, away, slow, confused or unwilling."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Literal, Protocol

from sentio.execution.controller import Controller, Diff, Found, Order
from sentio.execution.peer import Peer, PeerDown, PeerError, PeerNonsense, PeerRefused
from sentio.kernel.values import from_plain, to_plain
from sentio.model.plan import Action
from sentio.testing.breach import insist

Mood = Literal["well", "away", "busy", "slow", "nonsense", "unwilling", "dropping"]
"""How a peer takes what is asked: it does it; is not there; answers 503; answers too late; answers
a page of HTML with 200; answers 403; does what is to be changed, and hangs up unanswered."""
Lasts = Literal["until undone", "for good", "never"]
"""What an order leaves at the peer: what can be taken back, what cannot, nothing at all."""
WRONG: tuple[tuple[Mood, type[PeerError]], ...] = (
    ("away", PeerDown),
    ("busy", PeerDown),
    ("slow", PeerDown),
    ("nonsense", PeerNonsense),
    ("unwilling", PeerRefused),
)
SUBJECTS = ("a1b2c3", "d4e5f6", "0a1b2c")
MADE_NS = 1_795_946_400_000_000_000  # 2026-11-29T10:00:00Z
MOST_CHANGES = 20  # that one order makes at a peer, where it is tried
HOUR_NS = 3_600_000_000_000


class Stand(Protocol):
    """A peer on which a controller is tried."""

    @property
    def peer(self) -> Peer:
        """Give the connection; in a slow mood one that does not wait for long."""
        ...

    def become(self, mood: Mood, *, spared: int = 0) -> None:
        """Take another mood; ``spared`` are the changes that are answered before it drops one."""
        ...

    def holds(self) -> object:
        """Tell all that was made and changed here, in a form that can be compared."""
        ...


MakeStand = Callable[[], AbstractContextManager[Stand]]


def check_controller(
    controller: Controller,
    make_peer: MakeStand,
    *,
    action: Action,
    lasts: Lasts = "until undone",
) -> None:
    """Raise `BrokenContract` unless a controller keeps its contract.

    Parameters
    ----------
    controller
        Ours or a stranger's.
    make_peer
        Makes a fresh peer that speaks the controller's interface.
    action
        One that is routed to the controller.
    """
    order = trial_order(action)
    insist(controller.name, _peaceful(controller, make_peer, order, lasts))
    if lasts != "never":
        insist(controller.name, _crashed(controller, make_peer, order))
        insist(controller.name, _unwell(controller, make_peer, order, lasts))


def trial_order(action: Action) -> Order:
    """Give an order to do an action for an hour, for three subjects."""
    return Order(
        id="plan-7.1",
        plan="plan-7",
        action=action,
        made_ns=MADE_NS,
        until_ns=MADE_NS + HOUR_NS,
        scope={action.target_kind: action.target},
        subjects=SUBJECTS,
        reason="Experience fell.",
    )


def _peaceful(made: Controller, make: MakeStand, order: Order, lasts: Lasts) -> Iterator[str]:
    with make() as stand:
        fresh = stand.holds()
        diff = made.plan(order, stand.peer)
        if stand.holds() != fresh:
            yield "plan changes something at the peer"
        yield from _told(diff, order)
        if lasts != "never" and made.verify(diff, stand.peer).state != "absent":
            yield "before it is applied, verify does not say that it is absent"
        handles = made.apply(diff, stand.peer)
        applied = stand.holds()
        if (applied == fresh) is not (lasts == "never"):
            yield f"apply leaves {'nothing' if applied == fresh else 'something'} at the peer"
        again = made.apply(_journaled(diff), stand.peer)
        if stand.holds() != applied or sorted(again) != sorted(handles):
            yield f"applied twice it gives {again} after {handles}: it is not there once"
        yield from _found(made.verify(_journaled(diff), stand.peer), handles)
        other = made.plan(_other(order), stand.peer)
        if lasts != "never" and made.verify(other, stand.peer).state != "absent":
            yield "verify finds another order for its own"
        yield from _undone(made, stand, diff, handles, lasts)


def _told(diff: Diff, order: Order) -> Iterator[str]:
    if not diff.sentence.strip():
        yield "plan says nothing in words"
    if diff.order != order:
        yield "the diff is of another order"
    if _journaled(diff) != diff:
        yield "the diff is not the same once it was written as JSON"


def _journaled(diff: Diff) -> Diff:
    """Write a diff down and read it again, as after a crash."""
    return from_plain(Diff, json.loads(json.dumps(to_plain(diff))))


def _other(order: Order) -> Order:
    """Give the same order under an id that begins as that of the first, and is never applied."""
    return replace(order, id=f"{order.id}1")


def _found(found: Found, handles: Sequence[str]) -> Iterator[str]:
    if found.state not in {"standing", "pending"}:
        yield f"after it is applied, verify says {found.state}"
    if sorted(found.handles) != sorted(handles):
        yield f"verify finds {found.handles}, applied were {tuple(handles)}"
    if len(found.handles) != found.wanted:
        yield f"verify finds {len(found.handles)} and wants {found.wanted}"


def _undone(
    made: Controller, stand: Stand, diff: Diff, handles: tuple[str, ...], lasts: Lasts
) -> Iterator[str]:
    applied = stand.holds()
    made.undo(diff, (), stand.peer)
    if stand.holds() != applied:
        yield "undo of no handle changes something"
    made.undo(_journaled(diff), handles, stand.peer)
    state = made.verify(diff, stand.peer).state
    if lasts == "until undone" and state != "absent":
        yield f"after it is undone, verify says {state}"
    if lasts != "until undone" and stand.holds() != applied:
        yield "undo of what cannot be undone changes something"
    undone = stand.holds()
    made.undo(_journaled(diff), handles, stand.peer)
    if stand.holds() != undone:
        yield "undone twice it changes something again"


def _crashed(made: Controller, make: MakeStand, order: Order) -> Iterator[str]:
    """Have the peer do it and hang up, at each change in turn: nobody knows the handles."""
    with make() as stand:
        made.apply(made.plan(order, stand.peer), stand.peer)
        whole = stand.holds()
    for spared in range(MOST_CHANGES):
        with make() as stand:
            diff = made.plan(order, stand.peer)
            stand.become("dropping", spared=spared)
            try:
                made.apply(diff, stand.peer)
            except (PeerDown, PeerNonsense):
                pass
            except Exception as error:  # noqa: BLE001  (whatever else it raises is the breach)
                yield f"where the peer hangs up, apply raises {error!r}"
            else:
                if spared == 0:
                    yield "where the peer hangs up, apply says that all is well"
                return
            stand.become("well")
            yield from _recovered(made, stand, diff, whole)


def _recovered(made: Controller, stand: Stand, diff: Diff, whole: object) -> Iterator[str]:
    """Find what was done before the crash, and do the rest."""
    found = made.verify(_journaled(diff), stand.peer)
    is_there = found.state in {"standing", "pending"} and bool(found.handles)
    if stand.holds() == whole and not is_there:
        yield f"what was done before the peer hung up is {found.state} to verify"
    handles = made.apply(_journaled(diff), stand.peer)
    found = made.verify(diff, stand.peer)
    if len(found.handles) != found.wanted or sorted(found.handles) != sorted(handles):
        yield f"applied again after a crash there are {found.handles}, wanted {found.wanted}"
    if stand.holds() != whole:
        yield "applied again after a crash it leaves something else at the peer"


def _unwell(made: Controller, make: MakeStand, order: Order, lasts: Lasts) -> Iterator[str]:
    for mood, kind in WRONG:
        with make() as stand:
            diff = made.plan(order, stand.peer)
            yield from _raises(stand, mood, kind, lambda peer: made.plan(order, peer))
            yield from _raises(stand, mood, kind, lambda peer, d=diff: made.apply(d, peer))
            handles = made.apply(diff, stand.peer)
            yield from _raises(stand, mood, kind, lambda peer, d=diff: made.verify(d, peer))
            if lasts == "until undone":
                yield from _raises(
                    stand, mood, kind, lambda peer, d=diff, h=handles: made.undo(d, h, peer)
                )


def _raises(
    stand: Stand, mood: Mood, kind: type[PeerError], call: Callable[[Peer], object]
) -> Iterator[str]:
    """Call it on a peer in a mood, and have the peer well again."""
    stand.become(mood)
    try:
        call(stand.peer)
    except Exception as error:  # noqa: BLE001  (whatever it raises is looked at)
        if type(error) is not kind:
            yield f"where the peer is {mood} it raises {error!r}, expected {kind.__name__}"
    else:
        yield f"where the peer is {mood} it raises nothing, expected {kind.__name__}"
    finally:
        stand.become("well")
