"""What controllers share: where things stand at a peer, what they look like, their times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from sentio.execution.controller import Json, Order
from sentio.execution.peer import PeerNonsense

GONE = (404, 410)
"""What is asked for is not there, or no longer (RFC 9110, section 15.5)."""
UNKNOWN = (*GONE, 405)
"""So a peer answers where it has no such list at all."""
SAID = 80  # characters of a peer's word that are told on


def at(prefix: str, order: Order) -> str:
    """Give the path of an interface at the peer: what the route says, else its usual prefix."""
    return order.route.get("prefix", prefix).rstrip("/")


def segment(text: str) -> str:
    """Make a text from a peer one segment of a path, whatever is in it."""
    return quote(text, safe="")


def word(thing: Json, name: str) -> str:
    """Give a text of a thing; empty where there is none."""
    found = thing.get(name)
    return found if isinstance(found, str) else ""


def name_of(thing: Json, name: str = "id") -> str:
    """Give the text by which a peer knows a thing; raises `PeerNonsense` where it has none."""
    if not (found := word(thing, name)):
        raise PeerNonsense(f"{name} is {str(thing.get(name))[:SAID]!r}", expected="a text")
    return found


def inside(thing: object, *path: str) -> Any:  # noqa: ANN401  (JSON)
    """Follow names into JSON; None where they lead nowhere."""
    for name in path:
        thing = thing.get(name) if isinstance(thing, dict) else None  # pyright: ignore[reportUnknownMemberType]
    return thing


def members(value: object) -> Iterator[Json]:
    """Go through the objects of a JSON list; nothing where it is none."""
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            yield each


def texts(thing: Json, name: str, otherwise: Sequence[str] = ()) -> list[str]:
    """Give a list of texts of a thing; ``otherwise`` where it has none."""
    found = thing.get(name)
    listed = [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
    return listed or list(otherwise)


def instant(ns: int) -> str:
    """Write a time as RFC 3339 does, in UTC."""
    return datetime.fromtimestamp(ns // 1_000_000_000, UTC).isoformat().replace("+00:00", "Z")


def target_of(order: Order) -> str:
    """Name the target of an order for people."""
    return f"{order.action.target_kind} {order.action.target}"
