"""An order to the collection: measure an element more finely, or test it, for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from sentio.model.degradation import Scope
from sentio.model.topology import Topology

FINER_KINDS = frozenset(
    {"cell", "gnb", "link", "ring", "router", "core_router", "upf", "amf", "smf", "dns", "ims"}
    | {"edge", "server"}
)
"""Kinds of elements that measure themselves; an app or a segment has no counters."""

TESTED_KINDS = ("link", "gnb", "server")
"""Kinds that an active test can be aimed at, what tells most first."""

What = Literal["finer", "active_test"]
Key = tuple[What, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionOrder:
    """One order, in force from ``since_ns`` until ``until_ns`` of data time, or its earlier end.

    Whoever carries it out goes back by himself at ``until_ns`` unless it is renewed (the same id,
    a later end). An element that reports each ``usual_granularity_s`` is asked to do so each
    ``granularity_s``; the former is None of a test, and where an element has not reported yet.
    ``reason`` and ``end_reason`` are for people.
    """

    id: str
    element: str
    element_kind: str
    what: What
    granularity_s: int
    since_ns: int
    until_ns: int
    degradation: str
    reason: str
    usual_granularity_s: int | None = None
    ended_ns: int | None = None
    end_reason: str = ""

    @property
    def state(self) -> Literal["open", "over"]:
        """Whether it is still in force."""
        return "open" if self.ended_ns is None else "over"

    @property
    def key(self) -> Key:
        """What is ordered, whatever for: there is one order of each."""
        return (self.what, self.element_kind, self.element)


class Collectors(Protocol):
    """Whoever carries orders out; both calls may be repeated without harm.

    Raises
    ------
    RefusedError
        It knows no such element, or cannot measure it so.
    OSError
        It cannot be reached, or takes no orders at present.
    """

    def order(self, order: CollectionOrder) -> None:
        """Begin an order, or renew it if it is known."""
        ...

    def revoke(self, order: CollectionOrder) -> None:
        """Go back to what is usual; nothing happens if it is not known."""
        ...


def tested(scope: Scope, held: Mapping[str, str], topology: Topology) -> tuple[str, str] | None:
    """Give kind and name of what an active test should be aimed at to explain a scope.

    That is a link, gNB or server that the scope names, else one that all its uses have in common
    (``held``), else one above what it names.

    Examples
    --------
    >>> way = Topology(
    ...     parent={"cell-1": "gnb-1", "gnb-1": "link-1"}, kind={"gnb-1": "gnb", "link-1": "link"}
    ... )
    >>> tested({"cell": "cell-1"}, {}, way)
    ('link', 'link-1')
    >>> tested({"cell": "cell-1"}, {"gnb": "gnb-7"}, Topology())
    ('gnb', 'gnb-7')
    >>> tested({"app": "app-1"}, {}, way) is None
    True
    """
    above = {
        topology.kind.get(each, ""): each
        for element in scope.values()
        for each in reversed(topology.above(element))
    }
    for named in (scope, held, above):
        for kind in TESTED_KINDS:
            if kind in named:
                return kind, named[kind]
    return None
