"""A service problem: one cause, all that it spoils, and what became of it (TMF656)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sentio.model.degradation import Scope
from sentio.model.diagnosis import Impact

Status = Literal[
    "submitted", "acknowledged", "inProgress", "held", "pending", "resolved", "closed", "cancelled"
]
STATUSES: tuple[Status, ...] = (
    *("submitted", "acknowledged", "inProgress", "held"),
    *("pending", "resolved", "closed", "cancelled"),
)
"""The states of TMF656; a problem begins submitted, is resolved by itself, and closed by people."""

OVER: frozenset[Status] = frozenset({"resolved", "closed", "cancelled"})
ALLOWED: Mapping[Status, frozenset[Status]] = {
    "submitted": frozenset({"acknowledged", "inProgress", "held", "resolved", "cancelled"}),
    "acknowledged": frozenset({"inProgress", "held", "pending", "resolved", "cancelled"}),
    "inProgress": frozenset({"acknowledged", "held", "pending", "resolved", "cancelled"}),
    "held": frozenset({"acknowledged", "inProgress", "pending", "resolved", "cancelled"}),
    "pending": frozenset({"acknowledged", "inProgress", "held", "resolved", "cancelled"}),
    "resolved": frozenset({"acknowledged", "inProgress", "closed"}),
    "closed": frozenset(),
    "cancelled": frozenset(),
}
"""Which state may follow which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change of state: who made it, why; ``who`` is ``loop`` where nobody did."""

    at_ns: int
    status: Status
    who: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RootCause:
    """The element at fault, in its domain, and how surely."""

    element: str
    element_kind: str
    domain: str
    kind: str
    probability: float
    scope: Scope = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An alarm, change, planned work or ticket that speaks of a problem, by its own id."""

    id: str
    at_ns: int
    element: str
    title: str
    severity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """All that speaks of a problem, each in order of time."""

    alarms: tuple[Mention, ...] = ()
    changes: tuple[Mention, ...] = ()
    works: tuple[Mention, ...] = ()
    tickets: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceProblem:
    """All degradations of one cause, with what else speaks of it.

    ``first_alert`` is what told of it first: an alarm, a ticket, or a degradation itself.
    ``importance`` in [0, 1] weighs how many it touches and who they are; ``priority`` follows from
    it, from 1 (highest) to 10 (TMF656). ``affected_services`` counts subjects by service.
    ``merged_into`` names the problem that has taken over one that is cancelled.
    """

    id: str
    status: Status
    name: str
    category: str
    priority: int
    importance: float
    began_ns: int
    created_ns: int
    changed_ns: int
    resolved_ns: int | None = None
    degradations: tuple[str, ...]
    diagnosis: str = ""
    scopes: tuple[Scope, ...] = ()
    root_cause: RootCause | None = None
    affected_services: Mapping[str, int] = field(default_factory=dict[str, int])
    impact: Impact | None = None
    mentions: Mentions = field(default_factory=Mentions)
    first_alert: str = ""
    description: str = ""
    tracking: tuple[Step, ...] = ()
    merged_into: str = ""

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.status not in OVER
