"""What is peculiar to the TM Forum's interfaces: pages, filters, monitors, doubles, reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.execution.peers.all import ACTIVATION, INTENTS, MESSAGES, ORDERING, TICKETS
from tests.execution.peers.collections import Activating, Api, Collection, Ordering
from tests.execution.peers.loopback import Loopback, listening

from sentio.execution.catalogue import CONTROLLERS
from sentio.execution.controller import Diff, Order
from sentio.execution.peer import PeerNonsense, PeerRefused
from sentio.execution.tmf import every
from sentio.model.plan import Action
from sentio.testing.controller import trial_order


def order(kind: str, *, kind_of_target: str = "cell", **parameters: float) -> Order:
    action = Action(kind=kind, target="cell-7", target_kind=kind_of_target, parameters=parameters)
    return trial_order(action)


def things(peer: Loopback, prefix: str, name: str) -> dict[str, dict[str, Any]]:
    interface = peer.interfaces[prefix]
    assert isinstance(interface, Api)
    return interface.collections[name].things


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"knows_filters": False},
        {"knows_pages": False, "knows_filters": False},
        {"tells_total": False, "knows_filters": False},
        {"tells_total": False, "knows_pages": False, "knows_filters": False},
    ],
)
def test_an_order_is_found_among_many_whatever_the_peer_knows(more: Mapping[str, bool]) -> None:
    many = Collection(**more)
    many.things = {str(n): {"id": str(n), "name": f"other-{n}"} for n in range(250)}
    controller = CONTROLLERS["tmf640_activation"]

    with listening({ACTIVATION: Api({"service": many})}) as stand:
        diff = controller.plan(order("scale", factor=1.5), stand.peer)
        handles = controller.apply(diff, stand.peer)
        found = controller.verify(diff, stand.peer)
        again = controller.apply(diff, stand.peer)

    assert (found.handles, again) == (handles, handles)
    assert len(many.things) == 251


def test_a_collection_without_end_is_given_up() -> None:
    endless = Collection(knows_filters=False, tells_total=False)
    endless.things = {str(n): {"id": str(n)} for n in range(10_100)}

    with (
        listening({"": Api({"service": endless})}) as stand,
        pytest.raises(PeerNonsense, match="goes on"),
    ):
        every(stand.peer, "/service", {})


def test_an_action_is_told_in_characteristics() -> None:
    controller = CONTROLLERS["tmf640_activation"]
    with listening({ACTIVATION: Api({"service": Collection()})}) as stand:
        diff = controller.plan(order("scale", factor=1.5), stand.peer)
        controller.apply(diff, stand.peer)
        (service,) = things(stand, ACTIVATION, "service").values()

    assert (service["name"], service["state"]) == ("plan-7.1", "active")
    assert service["serviceSpecification"]["name"] == "scale"
    told = {each["name"]: each["value"] for each in service["serviceCharacteristic"]}
    assert told == {"element": "cell-7", "element_kind": "cell", "factor": 1.5}
    assert service["endDate"] == "2026-11-29T11:00:00Z"


def test_a_service_behind_a_monitor_is_pending_then_standing_and_made_once() -> None:
    controller = CONTROLLERS["tmf640_activation"]
    slow = Activating({"service": Collection(), "monitor": Collection()})

    with listening({ACTIVATION: slow}) as stand:
        diff = controller.plan(order("scale", factor=1.5), stand.peer)
        first = controller.apply(diff, stand.peer)
        waiting = controller.verify(diff, stand.peer)
        controller.apply(diff, stand.peer)
        slow.finish()
        done = controller.verify(diff, stand.peer)

    assert (first, waiting.state, waiting.handles) == ((), "pending", ())
    assert (done.state, done.handles) == ("standing", ("1",))


def test_a_service_whose_monitor_tells_an_error_is_refused() -> None:
    controller = CONTROLLERS["tmf640_activation"]
    failing = Activating({"service": Collection(), "monitor": Collection()}, fails=True)

    with listening({ACTIVATION: failing}) as stand:
        diff = controller.plan(order("scale", factor=1.5), stand.peer)
        with pytest.raises(PeerRefused, match="no room"):
            controller.apply(diff, stand.peer)


def test_a_double_is_told_behind_the_first_and_can_be_taken_back() -> None:
    controller = CONTROLLERS["tmf640_activation"]
    with listening({ACTIVATION: Api({"service": Collection()})}) as stand:
        diff = controller.plan(order("scale", factor=1.5), stand.peer)
        controller.apply(diff, stand.peer)
        stand.peer.ask("POST", f"{ACTIVATION}/service", body=diff.after)

        doubled = controller.verify(diff, stand.peer)
        controller.undo(diff, doubled.handles[doubled.wanted :], stand.peer)
        left = controller.verify(diff, stand.peer)

    assert (doubled.handles, doubled.wanted) == (("1", "2"), 1)
    assert left.handles == ("1",)


def test_what_failed_is_tried_again_and_no_longer_counts() -> None:
    controller = CONTROLLERS["tmf641_order"]
    orders = Collection(begins={"state": "failed"})
    with listening({ORDERING: Ordering({"serviceOrder": orders})}) as stand:
        diff = controller.plan(quota(), stand.peer)
        controller.apply(diff, stand.peer)
        failed = controller.verify(diff, stand.peer)
        orders.begins = {"state": "acknowledged"}
        controller.apply(diff, stand.peer)
        found = controller.verify(diff, stand.peer)

    assert (failed.state, failed.handles) == ("failed", ("1",))
    assert (found.state, found.handles, found.said) == ("pending", ("2",), "acknowledged")


def quota(factor: float = 1.5) -> Order:
    return order("slice_quota", kind_of_target="slice", factor=factor)


def factors(orders: Collection) -> list[tuple[str, float]]:
    return [
        (
            each["externalId"],
            each["serviceOrderItem"][0]["service"]["serviceCharacteristic"][0]["value"],
        )
        for each in orders.things.values()
    ]


def ordered(state: str) -> tuple[Collection, Mapping[str, Ordering]]:
    orders = Collection(begins={"state": state})
    return orders, {ORDERING: Ordering({"serviceOrder": orders})}


def test_a_quota_that_is_completed_is_taken_back_by_its_reciprocal_once() -> None:
    controller = CONTROLLERS["tmf641_order"]
    orders, interfaces = ordered("completed")
    with listening(interfaces) as stand:
        diff = controller.plan(quota(), stand.peer)
        handles = controller.apply(diff, stand.peer)
        controller.undo(diff, handles, stand.peer)
        controller.undo(diff, handles, stand.peer)

    assert factors(orders) == [("plan-7.1", 1.5), ("plan-7.1-undo", 1 / 1.5)]


def test_a_quota_that_is_not_completed_is_cancelled() -> None:
    controller = CONTROLLERS["tmf641_order"]
    orders, interfaces = ordered("inProgress")
    with listening(interfaces) as stand:
        diff = controller.plan(quota(), stand.peer)
        handles = controller.apply(diff, stand.peer)
        controller.undo(diff, handles, stand.peer)
        found = controller.verify(diff, stand.peer)

    assert found.state == "absent"
    assert [each["state"] for each in orders.things.values()] == ["cancelled"]


def test_a_quota_whose_reciprocal_is_not_completed_still_stands() -> None:
    controller = CONTROLLERS["tmf641_order"]
    orders, interfaces = ordered("completed")
    with listening(interfaces) as stand:
        diff = controller.plan(quota(), stand.peer)
        handles = controller.apply(diff, stand.peer)
        orders.begins = {"state": "inProgress"}
        controller.undo(diff, handles, stand.peer)
        while_it_lasts = controller.verify(diff, stand.peer).state
        orders.things["2"]["state"] = "completed"
        after = controller.verify(diff, stand.peer).state

    assert (while_it_lasts, after) == ("standing", "absent")


def test_a_double_of_a_quota_is_taken_back_alone() -> None:
    controller = CONTROLLERS["tmf641_order"]
    orders, interfaces = ordered("completed")
    with listening(interfaces) as stand:
        diff = controller.plan(quota(2.0), stand.peer)
        controller.apply(diff, stand.peer)
        stand.peer.ask("POST", f"{ORDERING}/serviceOrder", body=diff.after)
        controller.undo(diff, ("2",), stand.peer)
        left = controller.verify(diff, stand.peer)
        controller.undo(diff, left.handles, stand.peer)
        none = controller.verify(diff, stand.peer)

    assert (left.handles, none.state) == (("1",), "absent")
    assert [factor for _, factor in factors(orders)] == [2.0, 2.0, 0.5, 0.5]


def test_a_ticket_that_people_have_closed_stays_closed() -> None:
    controller = CONTROLLERS["tmf621_ticket"]
    tickets = Collection(begins={"status": "acknowledged"})
    with listening({TICKETS: Api({"troubleTicket": tickets})}) as stand:
        diff = controller.plan(order("ticket"), stand.peer)
        handles = controller.apply(diff, stand.peer)
        tickets.things["1"]["status"] = "closed"
        controller.undo(diff, handles, stand.peer)
        found = controller.verify(diff, stand.peer)

    assert (found.state, found.said) == ("standing", "closed")


def test_a_message_goes_to_each_subject_and_carries_the_order() -> None:
    controller = CONTROLLERS["tmf681_message"]
    messages = Collection(begins={"state": "completed"})
    with listening({MESSAGES: Api({"communicationMessage": messages})}) as stand:
        diff = controller.plan(order("tell_customer"), stand.peer)
        controller.apply(diff, stand.peer)
        (sent,) = messages.things.values()

    assert [each["id"] for each in sent["receiver"]] == ["a1b2c3", "d4e5f6", "0a1b2c"]
    assert {"name": "orderId", "valueType": "string", "value": "plan-7.1"} in sent["characteristic"]
    assert sent["messageType"] == "SMS"


def report(word: str, at: str) -> dict[str, Any]:
    graph = [{"@id": "_:k0", "icm:intentHandlingState": {"@value": word}}]
    expression = {"@type": "JsonLdExpression", "expressionValue": {"@graph": graph}}
    return {"id": at, "creationDate": at, "expression": expression}


@pytest.mark.parametrize(
    ("reports", "state"),
    [
        ([], "pending"),
        ([report("icm:StateCompliant", "2026-11-29T10:05:00Z")], "standing"),
        ([report("http://a.invalid/v3/StateDegraded", "2026-11-29T10:05:00Z")], "standing"),
        (
            [
                report("icm:StateCompliant", "2026-11-29T10:05:00Z"),
                report("icm:StateRejected", "2026-11-29T10:10:00Z"),
            ],
            "failed",
        ),
        ([report("icm:StateReceived", "2026-11-29T10:05:00Z")], "pending"),
    ],
)
def test_the_newest_report_tells_how_an_intent_fares(
    reports: list[dict[str, Any]], state: str
) -> None:
    controller = CONTROLLERS["tmf921_intent"]
    intents = Collection(
        begins={"lifecycleStatus": "Created"}, under={"intentReport": lambda _: reports}
    )
    with listening({INTENTS: Api({"intent": intents})}) as stand:
        diff = controller.plan(order("reroute"), stand.peer)
        controller.apply(diff, stand.peer)
        found = controller.verify(diff, stand.peer)

    assert found.state == state


def test_an_intent_names_action_and_element() -> None:
    diff = planned("tmf921_intent", order("reroute", share=0.5))

    value = diff.after["expression"]["expressionValue"]
    (intent,) = [each for each in value.values() if each.get("@type") == "icm:Intent"]
    (expectation,) = intent["icm:hasExpectation"].values()
    assert expectation == {
        "@type": "icm:DeliveryExpectation",
        "icm:target": "cell-7",
        "icm:params": {"action": "reroute", "element_kind": "cell", "share": 0.5},
    }


def planned(name: str, wanted: Order) -> Diff:
    with listening({INTENTS: Api({"intent": Collection()})}) as stand:
        return CONTROLLERS[name].plan(wanted, stand.peer)
