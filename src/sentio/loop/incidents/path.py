"""The way from those who are hit to the cause, laid out in columns: at most so many elements.

The first column are those who are hit, then the places where they were, then what these hang on;
the cause stands where it lies in the topology, or at the end where nothing ties it to the places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sentio.analysis.causes import WHOLE
from sentio.model.domain import DIMENSIONS
from sentio.model.topology import DOMAIN_OF_KIND, Topology

MOST_A_COLUMN = 8
HIT = "hit"
Role = Literal["hit", "place", "between", "cause", "suspect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An element in a column (from the left) and a row (from the top)."""

    id: str
    kind: str
    domain: str
    role: Role
    column: int = 0
    row: int = 0
    alarms: int = 0
    more: int = 0  # others like it that are not drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Elements, what hangs on what, and why it is believed to be one incident."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]
    reason: str


def path_of(
    topology: Topology,
    places: Sequence[tuple[str, str]],
    cause: tuple[str, str] | None,
    *,
    suspects: Iterable[tuple[str, str]] = (),
    alarms: Mapping[str, int] | None = None,
) -> Path:
    """Lay the way out; elements are (kind, name)."""
    told = alarms or {}
    shown = list(dict.fromkeys(places))
    if cause in shown and len(shown) > 1:
        shown.remove(cause)
    ways = {place: _way(topology, place, cause) for place in shown}
    ordered = sorted(shown, key=lambda one: -told.get(one[1], 0))
    drawn = ordered[:MOST_A_COLUMN]
    nodes: dict[str, Node] = {HIT: Node(id=HIT, kind="subjects", domain="", role="hit")}
    edges: dict[tuple[str, str], None] = {}
    for place in drawn:
        before = HIT
        for step, (kind, name) in enumerate(ways[place]):
            role: Role = "place" if step == 0 else "between"
            _put(nodes, kind, name, step + 1, role, told)
            edges[before, name] = None
            before = name
    if cause is not None:
        _blame(nodes, edges, drawn, cause, told)
    known = {place[1] for place in drawn}
    for kind, name in suspects:
        if name in nodes and nodes[name].role == "between":
            nodes[name] = replace(nodes[name], role="suspect")
        elif name not in nodes and name not in known and len(nodes) < 4 * MOST_A_COLUMN:
            column = max(node.column for node in nodes.values())
            _put(nodes, kind, name, max(column, 1), "suspect", told)
    rest = len(ordered) - len(drawn)
    if rest:
        last = drawn[-1][1]
        nodes[last] = replace(nodes[last], more=rest)
    reason = _reason(cause, len(shown), [w for p, w in ways.items() if cause in w and p != cause])
    return Path(nodes=tuple(_rowed(nodes.values())), edges=tuple(edges), reason=reason)


def _blame(
    nodes: dict[str, Node],
    edges: dict[tuple[str, str], None],
    places: Sequence[tuple[str, str]],
    cause: tuple[str, str],
    alarms: Mapping[str, int],
) -> None:
    """Mark the cause; one that no way leads to hangs on what it is one of, or on those hit."""
    kind, name = cause
    if name not in nodes:
        whole = [each for of, each in places if of == WHOLE.get(kind)]
        before = whole[0] if whole else HIT
        _put(nodes, kind, name, nodes[before].column + 1, "cause", alarms)
        edges[before, name] = None
    nodes[name] = replace(nodes[name], role="cause")


def _way(
    topology: Topology, place: tuple[str, str], cause: tuple[str, str] | None
) -> list[tuple[str, str]]:
    """List a place and what it hangs on, up to the cause where that is among it."""
    kind, name = place
    way = [place]
    if cause == place:
        return way
    above = [(topology.kind.get(each, ""), each) for each in topology.above(name)]
    if cause in above:
        return way + above[: above.index(cause) + 1]
    served = topology.derived.get(cause[0]) if cause else None
    if cause and served:
        for step, (of, each) in enumerate([place, *above]):
            if of == served.below and served.of.get(each) == cause[1]:
                return [*[place, *above][: step + 1], cause]
    if cause and topology.is_tied(place, cause):
        return [*way, cause]
    if cause and kind not in DOMAIN_OF_KIND:  # a segment, a slice: it lies on no way
        return [*way, cause]
    return way if cause else way + above[:3]


def _put(
    nodes: dict[str, Node],
    kind: str,
    name: str,
    column: int,
    role: Role,
    alarms: Mapping[str, int],
) -> None:
    """Put an element in, or further to the right where it is already."""
    known = nodes.get(name)
    if known is not None:
        nodes[name] = replace(known, column=max(known.column, column))
        return
    domain = DOMAIN_OF_KIND.get(kind)
    nodes[name] = Node(
        id=name,
        kind=kind,
        domain=str(domain) if domain else "",
        role=role,
        column=column,
        alarms=alarms.get(name, 0),
    )


def _rowed(nodes: Iterable[Node]) -> Iterable[Node]:
    """Give the nodes of each column their rows, from the top."""
    taken: dict[int, int] = {}
    for node in nodes:
        row = taken.get(node.column, 0)
        taken[node.column] = row + 1
        yield replace(node, row=row)


def _reason(
    cause: tuple[str, str] | None, places: int, tied: Sequence[Sequence[tuple[str, str]]]
) -> str:
    """Say in words why it is one incident."""
    if cause is None:
        return "No element is blamed yet: what is shown is where experience fell."
    kind, name = cause
    what = f"{kind.replace('_', ' ')} {name}"
    if tied:
        whole = f"all {places} places" if len(tied) == places and places > 1 else "what fell"
        return f"One incident, because {whole} hang on {what}."
    return f"What fell is the {what} itself." if places <= 1 else f"All uses go through {what}."


def places_of(
    scopes: Iterable[Mapping[str, str]], shows_in: Iterable[str]
) -> list[tuple[str, str]]:
    """Name the places of an incident: those it shows in (``cell=cell-1``), and its scopes."""
    found = [(name, member) for scope in scopes for name, member in scope.items()]
    found += [(name, member) for each in shows_in for name, _, member in [each.partition("=")]]
    known = (*DIMENSIONS, *DOMAIN_OF_KIND, "ring", "amf")
    return [each for each in dict.fromkeys(found) if each[0] in known and each[1]]
