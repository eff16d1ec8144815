"""TMF621 Trouble Ticket 4.0.0: a person takes over; kept on record."""

from __future__ import annotations

from sentio.lab.southbound.asked import (
    BAD_REQUEST,
    NOT_FOUND,
    Asked,
    Json,
    Problem,
    Reply,
    maybe_list,
    maybe_object,
)
from sentio.lab.southbound.network import Network, Want
from sentio.lab.southbound.tmf import Collection, Kind, error_of

PREFIX = "/tmf-api/troubleTicket/v4"
STATES = (
    *("acknowledged", "rejected", "pending", "held"),
    *("inProgress", "cancelled", "closed", "resolved"),
)


class Ticketing:
    """A ticket is open until it is cancelled, closed or resolved."""

    prefix = PREFIX

    def __init__(self, network: Network) -> None:
        self._tickets = Collection(network, PREFIX, KIND)

    def answer(self, asked: Asked) -> Reply:
        """Answer for tickets."""
        if asked.parts[:1] != ("troubleTicket",):
            raise Problem(NOT_FOUND, f"nothing is at {'/'.join(asked.parts)}")
        return self._tickets.answer(asked)

    def refusal(self, problem: Problem) -> Json:
        """Tell a problem as TMF630 does."""
        return error_of(problem)

    def pass_time(self, now_ns: int) -> None:
        """Do nothing: people take their time."""


def _wants(order: str, ticket: Json) -> tuple[Want, ...]:
    if ticket["status"] not in STATES:
        raise Problem(BAD_REQUEST, f"status is {ticket['status']!r}, not one of {STATES}")
    if ticket["status"] == "cancelled":
        return ()
    related = maybe_object(next(iter(maybe_list(ticket.get("relatedEntity"))), None))
    want = Want(
        order=order,
        interface="tmf621",
        action="ticket",
        element=str(related.get("id") or related.get("name") or ""),
        element_kind=str(related.get("@referredType") or ""),
    )
    return (want,)


def _born(ticket: Json, now: str) -> None:
    ticket["creationDate"] = ticket["lastUpdate"] = ticket["statusChangeDate"] = now
    ticket.setdefault("status", "acknowledged")


KIND = Kind(
    name="troubleTicket",
    type="TroubleTicket",
    mandatory=("description", "severity", "ticketType"),
    order_of=lambda body: str(body.get("externalId") or ""),
    wants=_wants,
    born=_born,
)
