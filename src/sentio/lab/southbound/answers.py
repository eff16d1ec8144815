"""Finds the interface that a request is for, and lets it answer with the lab held still."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from sentio.lab.live.control import LOCAL
from sentio.lab.southbound.a1_policy import Policies
from sentio.lab.southbound.acs import AutoConfiguration
from sentio.lab.southbound.asked import (
    BAD_REQUEST,
    NOT_FOUND,
    UNAUTHORIZED,
    WRONG_TYPE,
    Asked,
    Interface,
    Problem,
    Reply,
)
from sentio.lab.southbound.camara_qod import QualityOnDemand
from sentio.lab.southbound.hooks import Hooks
from sentio.lab.southbound.network import Network
from sentio.lab.southbound.tmf621_ticket import Ticketing
from sentio.lab.southbound.tmf640_activation import Activation
from sentio.lab.southbound.tmf641_order import Ordering
from sentio.lab.southbound.tmf681_message import Messaging
from sentio.lab.southbound.tmf921_intent import Intents

LEDGER = "/southbound/ledger"
"""Where all that was done is listed."""


@dataclass(slots=True, kw_only=True)
class Answers:
    """The interfaces over one lab, what they did, and how they misbehave."""

    network: Network
    token: str = ""
    interfaces: tuple[Interface, ...] = field(default=())

    def __post_init__(self) -> None:
        """Open the interfaces."""
        self.interfaces = interfaces_of(self.network, secret=self.token)

    def answer(
        self, method: str, target: str, *, headers: Mapping[str, str], content: bytes
    ) -> Reply:
        """Answer one request, with the lab held still."""
        url = urlsplit(target)
        host = headers.get("host", "").rsplit(":", 1)[0]
        if host not in LOCAL:  # a page in somebody's browser
            return Reply(status=BAD_REQUEST, body={"error": "this machine only is listened to"})
        if (method, url.path) == ("GET", LEDGER):
            with self.network.lab.lock:
                return Reply(body={"orders": self.network.ledger.rows()})
        found = next((each for each in self.interfaces if _is_below(url.path, each.prefix)), None)
        if found is None:
            prefixes = ", ".join((*(each.prefix for each in self.interfaces), LEDGER))
            return Reply(status=NOT_FOUND, body={"error": f"nothing is here; there are {prefixes}"})
        query = dict[str, tuple[str, ...]]()
        for name, value in parse_qsl(url.query, keep_blank_values=True):
            query[name] = (*query.get(name, ()), value)
        rest = url.path[len(found.prefix) :].strip("/")
        asked = Asked(
            method=method,
            parts=tuple(unquote(part) for part in rest.split("/")) if rest else (),
            query=query,
            headers=headers,
            content=content,
        )
        try:
            self._check_sender(asked)
            with self.network.lab.lock:
                return found.answer(asked)
        except Problem as problem:
            return Reply(status=problem.status, body=found.refusal(problem))

    def pass_time(self, now_ns: int) -> None:
        """Do what is due before a period begins."""
        for each in self.interfaces:
            each.pass_time(now_ns)

    def _check_sender(self, asked: Asked) -> None:
        if asked.content and "json" not in asked.headers.get("content-type", ""):
            raise Problem(WRONG_TYPE, "the Content-Type is not that of JSON")
        told = asked.headers.get("authorization", "").encode()
        if self.token and not hmac.compare_digest(told, f"Bearer {self.token}".encode()):
            raise Problem(UNAUTHORIZED, "the bearer token is another one")


def interfaces_of(network: Network, *, secret: str = "") -> tuple[Interface, ...]:
    """Open all interfaces over a network."""
    return (
        QualityOnDemand(network),
        Policies(network),
        Intents(network),
        Activation(network),
        Ordering(network),
        Ticketing(network),
        Messaging(network),
        AutoConfiguration(network),
        Hooks(network, secret),
    )


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")
