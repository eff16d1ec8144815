"""Messages to customers and makers (TMF681 Communication Management 4.0.0)."""

from __future__ import annotations

from dataclasses import dataclass

from sentio.execution.controller import Diff, Found, Json, Order
from sentio.execution.peer import Peer
from sentio.execution.tmf import Things, characteristic

MESSAGES = Things(
    prefix="/tmf-api/communicationManagement/v4",
    path="/communicationMessage",
    mark="description",
    status="state",
    states={"completed": "standing", "cancelled": "absent", "failed": "failed"},
    since="sendTime",
)
UNSENT = {"", "initial"}
TEXTS = {
    "tell_customer": "We see that your service is worse than usual, and are at it.",
    "offer": "Your service was worse than it should be. We are sorry, and have something for you.",
    "advise_version": "Another version of your software works better. Please change to it.",
}
"""What a message says unless the route says it (``text``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Sends one message for an order, to all whom it concerns; what is sent stays sent."""

    name: str = "tmf681_message"

    def plan(self, order: Order, peer: Peer) -> Diff:
        """Read what was sent of it already, and write the message."""
        there = MESSAGES.marked(order, peer)
        receivers = order.subjects or (order.action.target,)
        kind = order.action.kind
        after: Json = {
            "subject": order.route.get("subject", kind),
            "content": order.route.get("text", TEXTS.get(kind, order.reason or kind)),
            "description": order.id,
            "messageType": order.route.get("message_type", "SMS"),
            "receiver": [{"id": subject, "name": subject} for subject in receivers],
            "sender": {"id": "sentio", "name": order.route.get("sender", "Sentio")},
            "characteristic": [
                characteristic("orderId", order.id),
                characteristic("action", kind),
                characteristic("target", order.action.target),
            ],
        }
        sentence = f"A message ({kind}) goes to {len(receivers)} receivers."
        return Diff(order=order, before={"messages": len(there)}, after=after, sentence=sentence)

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        """Send it, unless it is sent."""
        there = MESSAGES.standing(MESSAGES.marked(diff.order, peer))
        return there or (MESSAGES.make(diff.after, diff.order, peer).text("id"),)

    def verify(self, diff: Diff, peer: Peer) -> Found:
        """Look for messages of the order."""
        return MESSAGES.found(MESSAGES.marked(diff.order, peer))

    def undo(self, diff: Diff, handles: tuple[str, ...], peer: Peer) -> None:
        """Delete messages that are not sent yet."""
        for handle in handles:
            thing = MESSAGES.read(handle, diff.order, peer)
            if thing is not None and str(thing.get("state", "")).lower() in UNSENT:
                MESSAGES.end(handle, diff.order, peer)


CONTROLLER = Message()
