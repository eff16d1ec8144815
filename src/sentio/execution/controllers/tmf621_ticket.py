"""Trouble tickets for people who take over (TMF621 Trouble Ticket 4.0.0)."""

from __future__ import annotations

from dataclasses import dataclass

from sentio.execution.controller import Diff, Found, Json, Order
from sentio.execution.peer import Peer
from sentio.execution.things import GONE, instant, segment, target_of
from sentio.execution.tmf import Things

TICKETS = Things(
    prefix="/tmf-api/troubleTicket/v4",
    path="/troubleTicket",
    mark="externalId",
    status="status",
    states={
        "acknowledged": "standing",
        "pending": "standing",
        "held": "standing",
        "inprogress": "standing",
        "resolved": "standing",
        "closed": "standing",
        "rejected": "failed",
        "cancelled": "absent",
    },
    since="creationDate",
)
OVER = {"resolved", "closed", "rejected"}
"""What people have done with a ticket stays, and is not cancelled behind their back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleTicket:
    """Opens one ticket for an order, and cancels it."""

    name: str = "tmf621_ticket"

    def plan(self, order: Order, peer: Peer) -> Diff:
        """Read which tickets there are of it, and write the one that is to be."""
        there = TICKETS.marked(order, peer)
        title = f"Experience is worse than usual: {target_of(order)}"
        after: Json = {
            "externalId": order.id,
            "name": title,
            "description": order.reason or title,
            "severity": order.route.get("severity", "Major"),
            "ticketType": order.route.get("ticket_type", "Service degradation"),
            "requestedResolutionDate": instant(order.until_ns),
            "relatedEntity": [
                {
                    "id": order.action.target,
                    "name": order.action.target,
                    "role": "affected",
                    "@referredType": order.action.target_kind,
                }
            ],
        }
        sentence = f"A trouble ticket is opened for {target_of(order)}."
        return Diff(order=order, before={"tickets": len(there)}, after=after, sentence=sentence)

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        """Open it, unless it is open."""
        there = TICKETS.standing(TICKETS.marked(diff.order, peer))
        return there or (TICKETS.make(diff.after, diff.order, peer).text("id"),)

    def verify(self, diff: Diff, peer: Peer) -> Found:
        """Look for tickets of the order."""
        return TICKETS.found(TICKETS.marked(diff.order, peer))

    def undo(self, diff: Diff, handles: tuple[str, ...], peer: Peer) -> None:
        """Cancel the tickets that nobody has ended."""
        for handle in handles:
            thing = TICKETS.read(handle, diff.order, peer)
            if thing is None or str(thing.get("status")).lower() in {*OVER, "cancelled"}:
                continue
            body = {"status": "cancelled", "statusChangeReason": "the cause is gone or was another"}
            path = f"{TICKETS.at(diff.order)}/{segment(handle)}"
            peer.ask("PATCH", path, body=body, also=GONE)


CONTROLLER = TroubleTicket()
