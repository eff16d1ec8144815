"""A peer that speaks every interface, each under its usual prefix."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from tests.execution.peers.collections import Api, Collection, Ordering
from tests.execution.peers.interfaces import Gateways, Hook, Policies, Sessions
from tests.execution.peers.loopback import Interface, Loopback, listening

ACTIVATION = "/tmf-api/serviceActivationAndConfiguration/v4"
ORDERING = "/tmf-api/serviceOrdering/v4"
TICKETS = "/tmf-api/troubleTicket/v4"
MESSAGES = "/tmf-api/communicationManagement/v4"
INTENTS = "/tmf-api/intentManagement/v5"
QOD = "/quality-on-demand/v1"
A1 = "/a1-policy-management/v1"
ACS = "/acs"


def interfaces(*, message_state: str = "initial") -> dict[str, Interface]:
    """Give a fresh one of each; the hook answers for whatever nobody else does."""
    return {
        ACTIVATION: Api({"service": Collection(), "monitor": Collection()}),
        ORDERING: Ordering({"serviceOrder": Collection(begins={"state": "completed"})}),
        TICKETS: Api({"troubleTicket": Collection(begins={"status": "acknowledged"})}),
        MESSAGES: Api({"communicationMessage": Collection(begins={"state": message_state})}),
        INTENTS: Api({"intent": Collection(begins={"lifecycleStatus": "Active"})}),
        QOD: Sessions(),
        A1: Policies(),
        ACS: Gateways(),
        "": Hook(),
    }


@contextmanager
def everything(*, message_state: str = "initial") -> Generator[Loopback]:
    """Listen with all interfaces."""
    with listening(interfaces(message_state=message_state)) as peer:
        yield peer
