"""TMF681 Communication Management 4.0.0: messages to customers; kept on record."""

from __future__ import annotations

from sentio.lab.southbound.asked import NOT_FOUND, Asked, Json, Problem, Reply, objects_of
from sentio.lab.southbound.network import Network, Want
from sentio.lab.southbound.orders import RECORDED
from sentio.lab.southbound.tmf import Collection, Kind, characteristics, error_of

PREFIX = "/tmf-api/communicationManagement/v4"


class Messaging:
    """A message is sent when its creation was answered; from then on it cannot be taken back."""

    prefix = PREFIX

    def __init__(self, network: Network) -> None:
        self._messages = Collection(network, PREFIX, KIND)

    def answer(self, asked: Asked) -> Reply:
        """Answer for messages."""
        if asked.parts[:1] != ("communicationMessage",):
            raise Problem(NOT_FOUND, f"nothing is at {'/'.join(asked.parts)}")
        return self._messages.answer(asked)

    def refusal(self, problem: Problem) -> Json:
        """Tell a problem as TMF630 does."""
        return error_of(problem)

    def pass_time(self, now_ns: int) -> None:
        """Do nothing: what is to be sent is sent."""


def _wants(order: str, message: Json) -> tuple[Want, ...]:
    told = characteristics(message, "characteristic")
    action = str(told.get("action") or "")
    receivers = objects_of(message["receiver"], "receiver")
    want = Want(
        order=order,
        interface="tmf681",
        action=action if action in RECORDED else "tell_customer",
        element=f"{len(receivers)} receivers" if len(receivers) > 1 else "1 receiver",
        element_kind="customers",
    )
    return (want,)


def _order(message: Json) -> str:
    return str(characteristics(message, "characteristic").get("orderId") or "")


def _settled(message: Json, now: str) -> None:
    if message["state"] == "initial":
        message["state"] = "completed"
        message["sendTimeComplete"] = now


def _born(message: Json, now: str) -> None:
    message["state"], message["sendTime"] = "initial", now
    message.setdefault("tryTimes", 1)


KIND = Kind(
    name="communicationMessage",
    type="CommunicationMessage",
    mandatory=("content", "messageType", "receiver", "sender"),
    order_of=_order,
    wants=_wants,
    born=_born,
    settled=_settled,
    is_final=lambda message: message["state"] == "completed",
)
