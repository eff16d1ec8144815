"""Quotas of slices, changed by a service order (TMF641 Service Ordering 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sentio.execution.controller import Diff, Found, Json, Order
from sentio.execution.peer import Peer
from sentio.execution.things import at, instant, name_of
from sentio.execution.tmf import Things, characteristic

PREFIX = "/tmf-api/serviceOrdering/v4"
ORDERS = Things(
    prefix=PREFIX,
    path="/serviceOrder",
    mark="externalId",
    status="state",
    states={
        "completed": "standing",
        "cancelled": "absent",
        "pendingcancellation": "absent",
        "rejected": "failed",
        "failed": "failed",
        "partial": "failed",  # an order has one item only: none of it was done
    },
    since="orderDate",
)
TOO_LATE = (400, 403, 404, 409, 422)
"""Answers to a cancellation of what is done already, or never was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOrder:
    """Orders another quota, and to take it back cancels that or orders the reciprocal."""

    name: str = "tmf641_order"

    def plan(self, order: Order, peer: Peer) -> Diff:
        """Read what is ordered already, and write the order."""
        there = ORDERS.marked(order, peer)
        factor = float(order.action.parameters.get("factor", 1.0))
        sentence = f"The quota of slice {order.action.target} is ordered to be {factor:g} times."
        after = _body(order, order.id, factor)
        return Diff(order=order, before={"orders": len(there)}, after=after, sentence=sentence)

    def apply(self, diff: Diff, peer: Peer) -> tuple[str, ...]:
        """Order it, unless it is ordered."""
        there = self.verify(diff, peer)
        if there.state in {"standing", "pending"}:
            return there.handles
        return (ORDERS.make(diff.after, diff.order, peer).text("id"),)

    def verify(self, diff: Diff, peer: Peer) -> Found:
        """Look for orders; one whose reciprocal is completed is there no more."""
        there = ORDERS.marked(diff.order, peer)
        marks = _marks(diff.order, there)
        left = [each for each in there if not self._is_undone(each, marks, diff.order, peer)]
        return ORDERS.found(left)

    def undo(self, diff: Diff, handles: tuple[str, ...], peer: Peer) -> None:
        """Cancel what is not completed; to what is, order the reciprocal once."""
        order = diff.order
        there = ORDERS.marked(order, peer)
        marks = _marks(order, there)
        for thing in there:
            if (handle := name_of(thing)) not in handles:
                continue
            is_open = ORDERS.state(thing) == "pending"
            now = self._cancelled(handle, order, peer) if is_open else thing
            if ORDERS.state(now) == "standing" and not _live(order, marks[handle], peer):
                factor = float(order.action.parameters.get("factor", 1.0))
                ORDERS.make(_body(order, marks[handle], 1.0 / factor), order, peer)

    def _is_undone(self, thing: Json, marks: Mapping[str, str], order: Order, peer: Peer) -> bool:
        """Tell whether the reciprocal of a completed order is completed too."""
        if ORDERS.state(thing) != "standing":
            return False
        reciprocals = ORDERS.marked(order, peer, mark=marks[name_of(thing)])
        return any(ORDERS.state(each) == "standing" for each in reciprocals)

    def _cancelled(self, handle: str, order: Order, peer: Peer) -> Json:
        """Ask to cancel an order; gives it as it is then, which may be completed after all."""
        body = {
            "cancellationReason": "not wanted any more",
            "serviceOrder": {"id": handle, "@referredType": "ServiceOrder"},
        }
        path = f"{at(PREFIX, order)}/cancelServiceOrder"
        peer.ask("POST", path, body=body, also=TOO_LATE)
        return ORDERS.read(handle, order, peer) or {}


def _live(order: Order, mark: str, peer: Peer) -> bool:
    """Tell whether the reciprocal is ordered, and not given up."""
    return bool(ORDERS.standing(ORDERS.marked(order, peer, mark=mark)))


def _marks(order: Order, there: list[Json]) -> dict[str, str]:
    """Name the order that takes each one back; those of doubles carry the double's own name."""
    names = [name_of(thing) for thing in there]
    return {
        handle: f"{order.id}-undo" if handle == names[0] else f"{order.id}-undo-{handle}"
        for handle in names
    }


def _body(order: Order, mark: str, factor: float) -> Json:
    slice_name = order.action.target
    service: Json = {
        "id": slice_name,
        "serviceSpecification": {"id": "slice", "name": "slice"},
        "serviceCharacteristic": [characteristic("quotaFactor", factor)],
    }
    return {
        "externalId": mark,
        "category": "slice",
        "description": order.reason or f"{order.action.kind} of slice {slice_name}",
        "requestedStartDate": instant(order.made_ns),
        "serviceOrderItem": [{"id": "1", "action": "modify", "service": service}],
    }


CONTROLLER = ServiceOrder()
