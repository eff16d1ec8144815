"""Which causes are possible: every scope that fits the loss, and the element behind each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sentio.model.degradation import Degradation, Scope
from sentio.model.domain import Domain
from sentio.model.topology import DOMAIN_OF_KIND, Topology

ORDER = (
    *("app_version", "firmware", "server", "app", "edge", "device_model", "cell", "gnb", "link"),
    *("ring", "router", "dns", "ims", "smf", "amf", "upf"),
)
"""From releases, which are changed most, inwards from both ends of the path to its middle; what
is not named here is a group of subjects."""
GROUPS = ("service", "slice", "segment")
SUBSCRIBED = ("slice", "segment")
EVERYTHING = "all"
MOST, AS_MUCH = 16, 0.98
PATH_DOMAINS = (Domain.RAN, Domain.TRANSPORT)
MOSTLY = 0.7  # of a loss
MOST_CELLS = 12  # in which a wide fall is not the work of one neighbour


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of a degradation when its cause is asked for.

    ``scopes`` are combinations of attributes that explain it, with the evidence of each in nats,
    the best first; ``alike`` those that hold the same uses as the best. ``uses_of`` counts the
    uses of single attributes, so that the more special of two can be told. ``beside`` counts other
    degradations that began with it, by the attributes that all of their uses have; ``blamed`` are
    those to which a decline of their own is laid already, which began at another time.
    """

    told: Degradation
    scopes: tuple[tuple[Scope, float], ...]
    alike: tuple[Scope, ...] = ()
    uses_of: Mapping[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])
    beside: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    blamed: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A possible cause: the element blamed, and the scope that it explains."""

    element: str
    element_kind: str
    domain: str
    scope: Scope
    nats: float
    place: int = 0  # among the attributes of its scope, the most special first
    is_near: bool = False  # not in the scope itself, but a cell beside it
    is_above: bool = False  # something below it explains as much


def candidates(case: Case, topology: Topology) -> list[Candidate]:
    """List what could be the cause, each element once with the scope that fits best.

    Where cells fall, so may a neighbour be at fault, whose users they carry: it counts only if
    something speaks for it.
    """
    found: dict[tuple[str, str], Candidate] = {}
    for scope, nats in _scopes(case):
        for place, (kind, element) in enumerate(by_specialty(scope, case.uses_of)):
            one = Candidate(
                element=element,
                element_kind=kind,
                domain=_domain(kind, scope, case.told),
                scope=scope,
                nats=nats,
                place=place,
            )
            found.setdefault((kind, element), one)
    within = sorted(found.values(), key=lambda one: -one.nats)[:MOST]
    within = [replace(one, is_above=_is_above(one, within, topology)) for one in within]
    return within + _near(case, within, topology)


def _is_above(one: Candidate, others: Iterable[Candidate], topology: Topology) -> bool:
    """Tell whether an element right below explains as much: what is wider would hit more."""
    return any(
        other.nats >= AS_MUCH * one.nats and one.element in topology.above(other.element)
        for other in others
    )


def _near(case: Case, within: list[Candidate], topology: Topology) -> list[Candidate]:
    cells = {cell for one in within for cell in _cells_of(one, topology)}
    if len(cells) > MOST_CELLS:
        return []
    near = cells.union(*(topology.neighbours.get(cell, frozenset()) for cell in cells))
    named = {one.element for one in within}
    return [
        Candidate(
            element=cell,
            element_kind="cell",
            domain=_domain("cell", {"cell": cell}, case.told),
            scope={"cell": cell},
            nats=case.told.nats,
            is_near=True,
        )
        for cell in sorted(near - named)
    ]


def _cells_of(one: Candidate, topology: Topology) -> tuple[str, ...]:
    """Name the cells of a candidate that is a cell, a station, or the link to a station."""
    if one.element_kind == "cell":
        return (one.element,)
    below = topology.below(one.element) if one.element_kind in {"gnb", "link"} else ()
    if one.element_kind == "link":
        below = tuple(cell for gnb in below for cell in topology.below(gnb))
    return tuple(each for each in below if topology.kind.get(each) == "cell")


def _scopes(case: Case) -> Iterator[tuple[Scope, float]]:
    best = case.told.nats
    yield case.told.scope, best
    for scope in case.alike:
        yield scope, best
    for scope, nats in case.scopes:
        # a part of the scope explains no more than the scope itself, and names more than is needed
        if not case.told.scope.items() < scope.items():
            yield scope, min(nats, best)


def by_specialty(scope: Scope, uses_of: Mapping[tuple[str, str], float]) -> list[tuple[str, str]]:
    """Put the attributes of a scope in order, first those that fewest uses have."""
    named = [(name, member) for name, member in scope.items() if name != "service"]
    if not named:
        return [next(iter(scope.items()), (EVERYTHING, EVERYTHING))]
    return sorted(named, key=lambda pair: (_rank(pair[0]), uses_of.get(pair, float("inf"))))


def _rank(kind: str) -> int:
    """Put kinds from what changes most often to what is only a group of subjects."""
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def _domain(kind: str, scope: Scope, told: Degradation) -> str:
    losses = {domain: max(lost, 0.0) for domain, lost in told.loss_by_domain.items()}
    whole = sum(losses.values())
    known = DOMAIN_OF_KIND.get(kind)
    # what devices measure of themselves (their Wi-Fi, their line) no element of a path explains
    if known in PATH_DOMAINS and losses.get(Domain.DEVICE, 0.0) > MOSTLY * whole > 0.0:
        return str(Domain.DEVICE)
    if known is not None:
        return str(known)
    if kind in SUBSCRIBED:  # what serves a group at a place, or the core, which knows who they are
        served_by = [DOMAIN_OF_KIND[name] for name in ORDER if name in scope]
        return str(served_by[0] if served_by else Domain.CORE)
    return max(losses.items(), key=lambda pair: pair[1], default=("core", 0.0))[0]
