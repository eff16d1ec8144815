"""Any system that takes orders as JSON: signed, by a key that makes repeats harmless."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass

from sentio.execution.controller import Diff, Found, Json, Order, State
from sentio.execution.peer import Answer, Method, Peer
from sentio.execution.things import GONE, SAID, at, instant, segment, target_of, word

PREFIX = ""  # the peer's address is the hook itself, unless the route says ``prefix``
STATES: dict[str, State] = {
    "pending": "pending",
    "accepted": "pending",
    "failed": "failed",
    "rejected": "failed",
    "absent": "absent",
    "undone": "absent",
}
"""What the receiver may say as ``state``; any other word, and none, is one of what stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """POSTs an order, GETs and DELETEs it by its id.

    ``Idempotency-Key`` is the order's id. ``X-Sentio-Signature`` is ``t=<s>,v1=<hex>``: the time in
    seconds, and HMAC-SHA256 with the peer's secret over that time, a dot and the body.
    """

    name: str = "webhook"

    def plan(self, order: Order, peer: Peer) -> Diff:
        """Read what the receiver knows of it, and write what it is to know."""
        there = _ask("GET", order, peer)
        before = {} if there.status in GONE else there.object()
        action = order.action
        after: Json = {
            "id": order.id,
            "plan": order.plan,
            "action": action.kind,
            "element": action.target,
            "element_kind": action.target_kind,
            "parameters": dict(action.parameters),
            "scope": dict(order.scope),
            "subjects": list(order.subjects),
            "from": instant(order.made_ns),
            "until": instant(order.until_ns),
            "reason": order.reason,
        }
        sentence = f"The hook is told: {action.kind} of {target_of(order)}."
        return Diff(order=order, before=before, after=after, sentence=sentence)

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        """Tell it, unless it is known."""
        order = diff.order
        if self.verify(diff, peer).state not in {"standing", "pending"}:
            body = json.dumps(diff.after, separators=(",", ":"), sort_keys=True).encode()
            headers = {"Idempotency-Key": order.id, "Content-Type": "application/json"}
            headers |= signature(body, peer)
            peer.ask("POST", at(PREFIX, order), content=body, headers=headers)
        return (order.id,)

    def verify(self, diff: Diff, peer: Peer) -> Found:
        """Ask for it by its id."""
        answer = _ask("GET", diff.order, peer)
        if answer.status in GONE:
            return Found(state="absent")
        said = word(answer.object(), "state")
        state = STATES.get(said.lower(), "standing")
        handles = () if state == "absent" else (diff.order.id,)
        return Found(state=state, handles=handles, said=said[:SAID])

    def undo(self, diff: Diff, handles: tuple[str, ...], peer: Peer) -> None:
        """Have it taken back."""
        if handles:
            _ask("DELETE", diff.order, peer)


def signature(body: bytes, peer: Peer) -> dict[str, str]:
    """Sign a body with the peer's secret; no header where there is none."""
    if not peer.secret:
        return {}
    time_s = peer.clock.now_ns() // 1_000_000_000
    signed = f"{time_s}.".encode() + body
    found = hmac.new(peer.secret.encode(), signed, hashlib.sha256).hexdigest()
    return {"X-Sentio-Signature": f"t={time_s},v1={found}"}


def _ask(method: Method, order: Order, peer: Peer) -> Answer:
    path = f"{at(PREFIX, order)}/{segment(order.id)}"
    return peer.ask(method, path, headers=signature(b"", peer), also=GONE)


CONTROLLER = Webhook()
