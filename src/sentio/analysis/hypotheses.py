"""Which causes are possible: every scope that fits the loss, and the element behind each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sentio.model.degradation import Degradation, Scope
from sentio.model.topology import DOMAIN_OF_KIND

EVERYTHING = "all"
MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of a degradation when its cause is asked for.

    ``scopes`` are combinations of attributes that explain it, with the evidence of each in nats,
    the best first; ``alike`` those that hold the same uses as the best. ``uses_of`` counts the
    uses of single attributes, so that the more special of two can be told.
    """

    told: Degradation
    scopes: tuple[tuple[Scope, float], ...]
    alike: tuple[Scope, ...] = ()
    uses_of: Mapping[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A possible cause: the element blamed, and the scope that it explains."""

    element: str
    element_kind: str
    domain: str
    scope: Scope
    nats: float


def candidates(case: Case) -> list[Candidate]:
    """List what could be the cause, each element once with the scope that fits best."""
    found: dict[tuple[str, str], Candidate] = {}
    for scope, nats in _scopes(case):
        one = _blamed(scope, nats, case)
        found.setdefault((one.element_kind, one.element), one)
    return list(found.values())[:MOST]


def _scopes(case: Case) -> Iterator[tuple[Scope, float]]:
    best = case.scopes[0][1] if case.scopes else case.told.nats
    yield case.told.scope, best
    for scope in case.alike:
        yield scope, best
    yield from case.scopes


def _blamed(scope: Scope, nats: float, case: Case) -> Candidate:
    kind, element = most_special(scope, case.uses_of)
    return Candidate(
        element=element,
        element_kind=kind,
        domain=_domain(kind, case.told),
        scope=scope,
        nats=nats,
    )


def most_special(scope: Scope, uses_of: Mapping[tuple[str, str], float]) -> tuple[str, str]:
    """Of the attributes of a scope, give the one that fewest uses have."""
    named = [(name, member) for name, member in scope.items() if name != "service"]
    if not named:
        return next(iter(scope.items()), (EVERYTHING, EVERYTHING))
    return min(named, key=lambda pair: (_rank(pair[0]), uses_of.get(pair, float("inf"))))


def _rank(kind: str) -> int:
    """Releases and firmware are what changes of an app or a device: they come before all else."""
    return 0 if kind in {"app_version", "firmware"} else 1 if kind in DOMAIN_OF_KIND else 2


def _domain(kind: str, told: Degradation) -> str:
    known = DOMAIN_OF_KIND.get(kind)
    if known is not None:
        return str(known)
    losses: Iterable[tuple[str, float]] = told.loss_by_domain.items()
    return max(losses, key=lambda pair: pair[1], default=("core", 0.0))[0]
