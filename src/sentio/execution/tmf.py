"""What the TM Forum's interfaces share: things in a collection, found by a mark (TMF630 4.0)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sentio.execution.controller import Found, Json, Order, State
from sentio.execution.peer import Answer, Peer, PeerNonsense
from sentio.execution.things import GONE, SAID, at, name_of, segment, word

PAGE = 100  # things asked for at once
KINDS = ((bool, "boolean"), (int, "integer"), (float, "number"))
MOST = 10_000  # things that are looked at; a peer that knows the filter gives few


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """A collection in which each order leaves one thing of its own.

    Parameters
    ----------
    mark
        Attribute that holds the order's id; the peer is asked to filter by it, and what it gives is
        filtered once more, since a peer may not know the filter.
    status
        Attribute that says how far a thing is.
    states
        What its words mean, in lower case; another word is one of a thing that is under way.
    since
        Attribute with the time at which the thing was made, RFC 3339.
    """

    prefix: str
    path: str
    mark: str
    status: str
    states: Mapping[str, State]
    since: str

    def at(self, order: Order) -> str:
        """Give the path of the collection."""
        return at(self.prefix, order) + self.path

    def marked(self, order: Order, peer: Peer, *, mark: str = "") -> list[Json]:
        """List what stands under the order's id, or under another mark, the oldest first."""
        wanted = mark or order.id
        found = every(peer, self.at(order), {self.mark: wanted})
        mine = [thing for thing in found if thing.get(self.mark) == wanted]
        return sorted(mine, key=lambda thing: word(thing, self.since))

    def make(self, body: Json, order: Order, peer: Peer) -> Answer:
        """Make a thing."""
        return peer.ask("POST", self.at(order), body=body)

    def read(self, handle: str, order: Order, peer: Peer) -> Json | None:
        """Read one thing; None where it is not there."""
        answer = peer.ask("GET", f"{self.at(order)}/{segment(handle)}", also=GONE)
        return None if answer.status in GONE else answer.object()

    def end(self, handle: str, order: Order, peer: Peer) -> None:
        """Delete a thing; one that is not there is as good as deleted."""
        peer.ask("DELETE", f"{self.at(order)}/{segment(handle)}", also=GONE)

    def state(self, thing: Json) -> State:
        """Tell how far a thing is."""
        return self.states.get(word(thing, self.status).lower(), "pending")

    def found(self, things: Sequence[Json]) -> Found:
        """Sum up what there is of an order: what stands wins over what is under way or failed.

        What failed counts for nothing where something stands beside it.
        """
        states: list[tuple[State, Json]] = [(self.state(thing), thing) for thing in things]
        live = [each for each in states if each[0] in {"standing", "pending"}]
        told = live or [each for each in states if each[0] == "failed"]
        if not told:
            return Found(state="absent")
        is_there = any(state == "standing" for state, _ in told)
        state = "standing" if is_there else told[0][0]
        said = next(word(thing, self.status) for each, thing in told if each == state)
        handles = tuple(name_of(thing) for _, thing in told)
        return Found(state=state, handles=handles, said=said[:SAID])

    def standing(self, things: Sequence[Json]) -> tuple[str, ...]:
        """Give the names of what need not be made: it stands or is under way."""
        found = self.found(things)
        return () if found.state == "failed" else found.handles


def every(peer: Peer, path: str, query: Mapping[str, str]) -> list[Json]:
    """List all that a collection holds, page by page.

    Ends where the peer says so (``X-Total-Count``), or where a page brings nothing new: a peer that
    knows no pages gives the first one again. Raises `PeerNonsense` beyond `MOST`.
    """
    found: dict[str, Json] = {}
    seen = 0
    while seen < MOST:
        pages = {"offset": str(seen), "limit": str(PAGE)}
        answer = peer.ask("GET", path, query={**query, **pages})
        page = {name_of(thing): thing for thing in answer.objects()}
        is_new = not page.keys() <= found.keys()
        found |= page
        seen += len(page)
        if not is_new or seen >= _total(answer):
            return list(found.values())
    raise PeerNonsense(f"{path} goes on after {seen} things", expected=f"fewer than {MOST}")


def _total(answer: Answer) -> float:
    told = answer.headers.get("x-total-count", "")
    return int(told) if told.isdecimal() and len(told) <= len(str(MOST)) else math.inf


def characteristic(name: str, value: object) -> Json:
    """Write one characteristic of a thing, with the type of its value."""
    kind = next((kind for each, kind in KINDS if isinstance(value, each)), "string")
    return {"name": name, "valueType": kind, "value": value}


def characteristics(order: Order) -> list[Json]:
    """Write what an action is about: its target, and each of its parameters."""
    action = order.action
    told = {"element": action.target, "element_kind": action.target_kind, **action.parameters}
    return [characteristic(name, value) for name, value in told.items()]
