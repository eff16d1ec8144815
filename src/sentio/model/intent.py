"""Intents down the layers and reports up (TMF921, TS 28.312), and the state of a domain (ZSM)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sentio.model.degradation import Scope
from sentio.model.plan import AUTONOMY, Autonomy

Layer = Literal["business", "service", "resource"]
Condition = Literal["at_most", "at_least"]
Status = Literal["FULFILLED", "NOT_FULFILLED"]
"""TS 28.536: AssuranceTargetStatusObserved and AssuranceTargetStatusPredicted."""
Handling = Literal["received", "compliant", "degraded"]
"""Received: nothing is known of it yet. Compliant: all targets are met. Degraded: one is not."""
LoopState = Literal["observing", "healing", "helped", "failing"]
"""All is well; the domain acts itself; another domain stands in for it; it cannot heal alone."""

FORECAST_NS = 3_600_000_000_000  # ahead, that targets are predicted


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One target of an intent: a name, a limit in a unit, and the uses or elements it is for."""

    name: str
    unit: str
    condition: Condition
    value: float
    scope: Scope = field(default_factory=dict[str, str])

    def status(self, seen: float) -> Status:
        """Judge a value."""
        is_met = seen <= self.value if self.condition == "at_most" else seen >= self.value
        return "FULFILLED" if is_met else "NOT_FULFILLED"

    def shortfall(self, seen: float) -> float:
        """Tell by how much a value misses the target; 0 where it is met."""
        miss = seen - self.value if self.condition == "at_most" else self.value - seen
        return max(miss, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is to be, and not how: for customers, for a service, or for one domain's resources.

    ``domain`` names who is to see to a resource intent, ``parent`` the intent that it serves.
    ``priority`` is of 1 to 100, the higher the more it counts; ``until_ns`` None is for good.
    """

    id: str
    name: str
    layer: Layer
    expectations: tuple[Expectation, ...]
    domain: str = ""
    service: str = ""
    parent: str = ""
    since_ns: int = 0
    until_ns: int | None = None
    priority: int = 50

    def is_valid(self, at_ns: int) -> bool:
        """Tell whether it holds at a moment."""
        return self.since_ns <= at_ns and (self.until_ns is None or at_ns < self.until_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetReport:
    """How one target fares: now, and an hour from now; None where nothing is known."""

    name: str
    unit: str
    condition: Condition
    value: float
    observed: float | None
    observed_status: Status | None
    predicted: float | None
    predicted_status: Status | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentReport:
    """How an intent fares. ``reasons`` are for people; ``faults`` are the domains at fault."""

    intent: str
    made_ns: int
    state: Handling
    targets: tuple[TargetReport, ...] = ()
    reasons: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def is_at_risk(self) -> bool:
        """Whether a target that is met now is predicted to be missed."""
        return any(
            each.predicted_status == "NOT_FULFILLED" and each.observed_status != "NOT_FULFILLED"
            for each in self.targets
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AutonomousDomain:
    """A domain that heals itself as far as it can, as it is defined.

    Attributes
    ----------
    domain
        Of the six domains of experience, the one whose loss is its own.
    owns
        Kinds of elements that it may act on.
    capabilities
        What it can achieve at best, by name of target.
    carries
        Kinds of elements whose traffic it can take over.
    lost_mos
        MOS that a use loses while it stands in, by service; ``default`` for the others.
    supplements, equivalents
        Domains that may be added to it, and that may take its place; the best known first.
    needs
        Attributes that an element must have for this domain to take over from it.
    room_of
        Indicator of load that must leave room nearby, empty where none does.
    cost_min, cost_per_hour_min
        Experience minutes that turning to it costs, and keeping it.
    """

    name: str
    title: str
    kind: str
    technology: str
    domain: str
    owns: frozenset[str]
    autonomy: Autonomy = "act"
    capabilities: Mapping[str, float] = field(default_factory=dict[str, float])
    carries: frozenset[str] = frozenset()
    lost_mos: Mapping[str, float] = field(default_factory=dict[str, float])
    supplements: tuple[str, ...] = ()
    equivalents: tuple[str, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict[str, str])
    room_of: str = ""
    success: float = 0.85
    sure: float = 4.0
    cost_min: float = 0.0
    cost_per_hour_min: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """Another domain carries traffic of an element: all of it (switch) or a part (supplement).

    ``share`` is what is carried in all. Where ``by`` has no room for it, ``also`` carries the rest.
    """

    element: str
    element_kind: str
    of: str
    by: str
    share: float
    since_ns: int
    plan: str
    also: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainState:
    """How an autonomous domain is: its loop, its autonomy, its intents, who stands in for it."""

    name: str
    title: str
    kind: str
    technology: str
    autonomy: Autonomy
    loop: LoopState
    handling: Handling
    intents: tuple[str, ...] = ()
    supplementary: tuple[str, ...] = ()  # that carry a part of its traffic now
    standby: tuple[str, ...] = ()  # that could
    equivalents: tuple[str, ...] = ()  # that could take its place
    stand_ins: tuple[StandIn, ...] = ()
    troubles: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def level(self) -> int:
        """Autonomy as a level of TM Forum IG1230, 1 to 4 (0 is a loop that is switched off)."""
        return AUTONOMY.index(self.autonomy) + 1
