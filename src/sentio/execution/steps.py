"""One step of a task towards what is wanted; each is written down before the next is taken.

A step that fails is taken again later. So every order is at its peer once or not at all in the end,
wherever a process dies: what is being sent is written before, and asked for by its id afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sentio.execution.controller import Controller, Diff, Found, Order
from sentio.execution.peer import Peer, PeerRefused
from sentio.kernel.values import from_plain, to_plain
from sentio.store.state.tasks import State, Task

SECOND_NS = 1_000_000_000
SETTLE_NS = 8 * SECOND_NS  # longer than a peer is waited for
PENDING_NS = SECOND_NS  # between questions whether it stands by now
MOST_UNDOS = 5  # after which a peer that keeps what was taken back is left alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where a task is now, and what is noted of it; ``what`` is empty where nothing is."""

    task: Task
    what: str = ""
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])  # Any: JSON


def order_of(task: Task, route: Mapping[str, str]) -> Order:
    """Give what is ordered of a peer."""
    plan = task.plan
    return Order(
        id=task.id,
        plan=plan.id,
        action=task.action,
        made_ns=plan.made_ns,
        until_ns=plan.until_ns,
        scope=plan.scope,
        subjects=plan.subjects,
        reason=plan.sentence,
        route=route,
    )


def step(
    task: Task,
    controller: Controller,
    peer: Peer,
    *,
    now_ns: int,
    route: Mapping[str, str],
    settle_ns: int = SETTLE_NS,
) -> Step:
    """Take the next step of a task.

    ``settle_ns`` is how long a request may still be on its way that nobody waits for any more.

    Raises
    ------
    PeerDown, PeerNonsense
        Nothing is known to have happened; the same step is to be taken later.
    """
    if task.wanted == "undone":
        return _back(task, controller, peer, now_ns, settle_ns)
    try:
        match task.state:
            case "ordered":
                diff = controller.plan(order_of(task, route), peer)
                said = {"diff": diff.sentence, "before": diff.before, "after": diff.after}
                sending = _at(task, "sending", now_ns, diff=to_plain(diff))
                return Step(task=sending, what="action begun", details=said)
            case "sending":
                return _sent(task, controller, peer, now_ns, settle_ns)
            case _:
                return _standing(task, controller, peer, now_ns)
    except PeerRefused as error:
        return _refused(task, controller, peer, str(error), now_ns)


def diff_of(task: Task) -> Diff:
    """Give the diff that was written down."""
    return from_plain(Diff, dict(task.diff))


def _sent(task: Task, controller: Controller, peer: Peer, now_ns: int, settle_ns: int) -> Step:
    handles = controller.apply(diff_of(task), peer)
    wait_ns = settle_ns if task.tries else 0  # an earlier try may still be on its way
    sent = _at(task, "sent", now_ns, handles=handles, next_ns=now_ns + wait_ns)
    return Step(task=sent, what="action sent", details={"handles": list(handles)})


def _standing(task: Task, controller: Controller, peer: Peer, now_ns: int) -> Step:
    """Ask whether it stands; take doubles back, send again what is gone."""
    diff = diff_of(task)
    found = controller.verify(diff, peer)
    if doubles := found.handles[found.wanted :]:
        controller.undo(diff, doubles, peer)
    match found.state:
        case "standing":
            done = _at(task, "done", now_ns, handles=found.handles[: found.wanted])
            return Step(task=done, what="action done", details={"peer_says": found.said})
        case "pending":
            return Step(task=replace(task, next_ns=now_ns + PENDING_NS, said=found.said))
        case "failed":
            return _refused(task, controller, peer, found.said or "the peer gave it up", now_ns)
        case "absent":
            said = "it was gone at the peer"
            again = _at(task, "sending", now_ns, said=said, next_ns=now_ns + PENDING_NS)
            return Step(task=again, what="action sent again", details={"why": said})


def _refused(task: Task, controller: Controller, peer: Peer, said: str, now_ns: int) -> Step:
    """Give up, after whatever stands of it is taken back."""
    if task.state != "ordered":
        diff = diff_of(task)
        found = controller.verify(diff, peer)
        controller.undo(diff, _all(task, found), peer)
    failed = _at(task, "failed", now_ns, said=said)
    return Step(task=failed, what="action failed", details={"why": said})


def _back(task: Task, controller: Controller, peer: Peer, now_ns: int, settle_ns: int) -> Step:
    """Take a task back; one that was never sent is back already."""
    if task.state == "ordered":
        undone = _at(task, "undone", now_ns)
        return Step(task=undone, what="action withdrawn", details={"why": "it was never sent"})
    if task.state != "undoing":
        wait_ns = settle_ns if task.state == "sending" else 0  # it may still be on its way
        undoing = _at(task, "undoing", now_ns, handles=task.handles, next_ns=now_ns + wait_ns)
        return Step(task=undoing, what="undo begun")
    diff = diff_of(task)
    try:
        found = controller.verify(diff, peer)
        controller.undo(diff, _all(task, found), peer)
        left = controller.verify(diff, peer)
    except PeerRefused as error:
        return _kept(task, str(error), now_ns)
    if left.state in {"standing", "pending"}:
        said = left.said or "the peer still has it"
        return _kept(task, said, now_ns)
    return Step(task=_at(task, "undone", now_ns, handles=()), what="action undone")


def _kept(task: Task, said: str, now_ns: int) -> Step:
    if task.tries < MOST_UNDOS:
        wait_ns = PENDING_NS << task.tries
        held = replace(task, tries=task.tries + 1, next_ns=now_ns + wait_ns, said=said)
        return Step(task=held)
    failed = _at(task, "failed", now_ns, said=f"it cannot be taken back: {said}")
    return Step(task=failed, what="undo failed", details={"why": said})


def _all(task: Task, found: Found) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*task.handles, *found.handles)))


def _at(task: Task, state: State, now_ns: int, **more: Any) -> Task:  # noqa: ANN401  (its fields)
    """Move a task to a state, in which nothing has failed yet."""
    fresh: dict[str, Any] = {"tries": 0, "next_ns": 0, "said": "", **more}  # Any: its fields
    return replace(task, state=state, changed_ns=now_ns, **fresh)
