"""What customer care reads of one subject: how it fared, why, what is being done, what to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sentio.model.degradation import Scope

POOR_SHARE = 0.15  # of somebody's uses, from which on they suffer

Verdict = Literal["suffering", "suffered", "well", "unknown"]
"""Suffers now, has suffered lately, fares well, or nothing was seen of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCourse:
    """How a subject fared in a service: in all, and hour by hour (only hours with uses)."""

    service: str
    uses: int
    poor_uses: int
    mos_mean: float
    hours: tuple[tuple[int, int, float], ...]  # start of the hour, uses, mean MOS


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One poor use and what spoilt it: MOS that each domain cost, the most first."""

    ts_ns: int
    service: str
    mos: float
    duration_s: float | None
    path: Mapping[str, str] = field(default_factory=dict[str, str])
    drivers: Mapping[str, float] = field(default_factory=dict[str, float])
    indicators: Mapping[str, float] = field(default_factory=dict[str, float])
    """MOS that each indicator cost, the most first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A degradation that met uses of the subject: what it is, why, and what is being done."""

    degradation: str
    problem: str
    state: str  # of the service problem, or of the degradation where there is none
    scope: Scope
    began_ns: int
    ended_ns: int | None
    cause: str
    doing: str
    uses: int
    poor_uses: int
    last_poor_ns: int | None = None
    cause_kind: str = ""  # overload, interference, ...
    probability: float | None = None  # of the cause
    diagnosis: str = ""
    sentence: str = ""

    @property
    def hurts(self) -> bool:
        """Whether more of the subject's uses in it were poor than happens anyway."""
        return 0 < self.poor_uses >= POOR_SHARE * self.uses


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectCare:
    """All of it, the verdict first. ``words`` are for the agent to say, line by line."""

    subject: int
    verdict: Verdict
    headline: str
    words: tuple[str, ...]
    since_ns: int
    until_ns: int
    services: tuple[ServiceCourse, ...] = ()
    worst: tuple[Session, ...] = ()
    incidents: tuple[Incident, ...] = ()
    works: tuple[str, ...] = ()  # sentences on planned works ahead on its usual way
    tickets: tuple[str, ...] = ()
    segment: str = ""
    is_important: bool = False
    poor_since_ns: int | None = None  # of one who suffers now
