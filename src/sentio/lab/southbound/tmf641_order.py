"""TMF641 Service Ordering 4.1.0: the quota of a slice is raised, lowered, and set back."""

from __future__ import annotations

from dataclasses import replace

from sentio.lab.southbound.asked import (
    CREATED,
    NOT_FOUND,
    Asked,
    Json,
    Problem,
    Reply,
    object_of,
    objects_of,
    text_of,
)
from sentio.lab.southbound.network import Network, Want
from sentio.lab.southbound.tmf import Collection, Kind, characteristics, error_of

PREFIX = "/tmf-api/serviceOrdering/v4"
UNDO = "-undo"
"""Ends the external id of an order that sets back what another one did, or stands before the name
of the one order that is meant, where there are several of one id."""
OVER = ("cancelled", "rejected", "failed")


class Ordering:
    """A service order changes a slice for good, until it is cancelled or another one undoes it."""

    prefix = PREFIX

    def __init__(self, network: Network) -> None:
        self._undone: set[str] = set()
        orders = replace(ORDER, wants=self._wants)
        self._orders = Collection(network, PREFIX, orders)
        self._cancels = Collection(network, PREFIX, CANCEL)

    def answer(self, asked: Asked) -> Reply:
        """Answer for orders, and for what cancels them."""
        match asked.method, asked.parts:
            case "POST", ("serviceOrder",):
                made = self._orders.answer(asked)
                self._undo(text_of(object_of(made.body, "order")["id"], "id"))
                return made
            case _, ("serviceOrder", *_):
                return self._orders.answer(asked)
            case "POST", ("cancelServiceOrder",):
                return self._cancel(asked)
            case "GET", ("cancelServiceOrder", *_):
                return self._cancels.answer(asked)
            case _:
                raise Problem(NOT_FOUND, f"nothing is at {'/'.join(asked.parts)}")

    def refusal(self, problem: Problem) -> Json:
        """Tell a problem as TMF630 does."""
        return error_of(problem)

    def pass_time(self, now_ns: int) -> None:
        """Do nothing: an order is done when it is taken."""

    def _undo(self, name: str) -> None:
        """Let an order that undoes another end what that one did; both stay completed."""
        order, mark, handle = self._orders.find(name).order.rpartition(UNDO)
        if not mark:
            return
        there = list(self._orders.of_order(order))
        named = [each for each in there if each.resource["id"] == handle.removeprefix("-")]
        for each in named if handle else there[:1]:
            self._undone.add(each.resource["id"])
            self._orders.follow(each)

    def _wants(self, order: str, body: Json) -> tuple[Want, ...]:
        is_over = body["state"] in OVER or body["id"] in self._undone
        return () if is_over or UNDO in order else _wants(order, body)

    def _cancel(self, asked: Asked) -> Reply:
        told = object_of(asked.body().get("serviceOrder"), "serviceOrder")
        kept = self._orders.find(text_of(told.get("id"), "serviceOrder.id"))
        made = self._cancels.create(asked.body())
        cancel = self._cancels.find(text_of(object_of(made.body, "cancel")["id"], "id")).resource
        if kept.resource["state"] == "acknowledged":
            kept.resource["state"] = "cancelled"
            self._orders.follow(kept)
            cancel["state"] = "done"
        else:
            cancel["state"] = "terminatedWithError"
            cancel["errorMessage"] = f"the order is {kept.resource['state']} already"
        return Reply(status=CREATED, body=cancel, headers=made.headers)


def _wants(order: str, body: Json) -> tuple[Want, ...]:
    found = list[Want]()
    for item in objects_of(body["serviceOrderItem"], "serviceOrderItem"):
        text_of(item.get("id"), "serviceOrderItem.id")
        text_of(item.get("action"), "serviceOrderItem.action")
        service = object_of(item.get("service"), "serviceOrderItem.service")
        told = characteristics(service, "serviceCharacteristic")
        factor = told.get("quotaFactor")
        is_less = isinstance(factor, int | float) and factor < 1.0
        want = Want(
            order=order,
            interface="tmf641",
            action="slice_quota_down" if is_less else "slice_quota",
            element=text_of(service.get("id"), "service.id"),
            element_kind="slice",
            parameters={"factor": factor} if factor is not None else {},
        )
        found.append(want)
    return tuple(found)


def _born(order: Json, now: str) -> None:
    order["orderDate"] = now
    order["state"] = "acknowledged"


def _settled(order: Json, now: str) -> None:
    if order["state"] == "acknowledged":
        order["state"] = "completed"
        order["completionDate"] = now


ORDER = Kind(
    name="serviceOrder",
    type="ServiceOrder",
    mandatory=("serviceOrderItem",),
    order_of=lambda body: str(body.get("externalId") or ""),
    wants=_wants,
    born=_born,
    settled=_settled,
)
CANCEL = Kind(
    name="cancelServiceOrder",
    type="CancelServiceOrder",
    mandatory=("serviceOrder",),
    order_of=lambda _body: "",
    wants=lambda _order, _body: (),
    born=lambda body, now: body.update(effectiveCancellationDate=now, state="accepted"),
)
