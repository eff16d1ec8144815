"""Capacity, switches, restarts: services that are activated (TMF640 Service Activation 4.0.0)."""

from __future__ import annotations

from dataclasses import dataclass

from sentio.execution.controller import Diff, Found, Json, Order
from sentio.execution.peer import Answer, Peer, PeerRefused
from sentio.execution.things import (
    GONE,
    SAID,
    UNKNOWN,
    at,
    inside,
    instant,
    segment,
    target_of,
    word,
)
from sentio.execution.tmf import PAGE, Things, characteristics

PREFIX = "/tmf-api/serviceActivationAndConfiguration/v4"
SERVICES = Things(
    prefix=PREFIX,
    path="/service",
    mark="name",
    status="state",
    states={"active": "standing", "terminated": "absent"},
    since="serviceDate",
)
ACCEPTED = 202
"""The service is made behind a monitor, which tells when (TMF640, POST /service)."""
LASTING = "restart"  # is over as soon as it is done: there is no way back


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceActivation:
    """Activates one service for an order, whose specification is the kind of action."""

    name: str = "tmf640_activation"

    def plan(self, order: Order, peer: Peer) -> Diff:
        """Read what is active of it already, and write the service that is to be."""
        there = SERVICES.marked(order, peer)
        kind = order.action.kind
        after: Json = {
            "name": order.id,
            "description": order.reason or f"{kind} of {target_of(order)}",
            "state": "active",
            "serviceSpecification": {"id": kind, "name": kind},
            "serviceCharacteristic": characteristics(order),
            "startDate": instant(order.made_ns),
            "endDate": instant(order.until_ns),
        }
        sentence = f"A service {kind} is activated for {target_of(order)}."
        return Diff(order=order, before={"services": len(there)}, after=after, sentence=sentence)

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        """Activate it, unless it is active or on its way."""
        order = diff.order
        if (found := self.verify(diff, peer)).state in {"standing", "pending"}:
            return found.handles
        answer = SERVICES.make(diff.after, order, peer)
        if answer.status != ACCEPTED:
            return (answer.text("id"),)
        self._insist(answer, order, peer)
        return SERVICES.standing(SERVICES.marked(order, peer))

    def verify(self, diff: Diff, peer: Peer) -> Found:
        """Look for the service, and where there is none for a monitor of its making."""
        order = diff.order
        found = SERVICES.found(SERVICES.marked(order, peer))
        if found.state != "absent" or not self._is_on_its_way(order, peer):
            return found
        return Found(state="pending", said="InProgress")

    def undo(self, diff: Diff, handles: tuple[str, ...], peer: Peer) -> None:
        """End the services; what was restarted stays so."""
        if diff.order.action.kind != LASTING:
            for handle in handles:
                SERVICES.end(handle, diff.order, peer)

    def _insist(self, answer: Answer, order: Order, peer: Peer) -> None:
        """Look once at the monitor; raises `PeerRefused` where the making failed."""
        monitor = _monitor(answer)
        if monitor == "":
            return
        path = f"{at(PREFIX, order)}/monitor/{segment(monitor)}"
        asked = peer.ask("GET", path, also=GONE)
        if asked.status not in GONE and word(asked.object(), "state") == "InError":
            said = str(inside(asked.body, "response", "body"))[:SAID]
            raise PeerRefused(f"the service was not made: {said}", where=path)

    def _is_on_its_way(self, order: Order, peer: Peer) -> bool:
        """Tell whether one of the monitors that the peer shows first is of this order."""
        query = {"state": "InProgress", "limit": str(PAGE)}
        asked = peer.ask("GET", f"{at(PREFIX, order)}/monitor", query=query, also=UNKNOWN)
        if asked.status in UNKNOWN:
            return False  # not every peer lists its monitors
        return any(
            word(each, "state") == "InProgress"
            and f'"{order.id}"' in str(inside(each, "request", "body"))
            for each in asked.objects()
        )


def _monitor(answer: Answer) -> str:
    """Give the id of the monitor that a peer names, in the header or as the body."""
    before, _, last = answer.headers.get("location", "").rstrip("/").rpartition("/")
    if before.endswith("/monitor"):
        return last
    is_one = inside(answer.body, "sourceHref") or inside(answer.body, "request")
    return word(answer.object(), "id") if is_one else ""


CONTROLLER = ServiceActivation()
