"""What analysis tells: the likeliest causes of a degradation, whom it touches, how surely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sentio.model.degradation import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One observation for or against a hypothesis; ``weight`` in nats, negative against."""

    what: str
    weight: float
    element: str = ""
    source: str = ""  # measurement, alarm, change, planned_work, experience, topology, data


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One possible cause: an element or a combination of attributes, in one domain.

    ``domain`` is one of `sentio.model.domain.DOMAINS`, or ``data`` where the data are at fault and
    the network is not: then ``element`` is a source, ``kind`` what is wrong (`DataFault`).
    ``probability`` is that of this cause, [0, 1]; those of a diagnosis and of its abstention add up
    to 1. ``signs`` are what the element shows: deviations by indicator, minutes by event.
    """

    element: str
    element_kind: str
    domain: str
    scope: Scope
    kind: str = ""  # what is wrong with it, where that is known: overload, loss, interference, ...
    probability: float
    evidence: tuple[Evidence, ...] = ()
    signs: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def evidence_for(self) -> tuple[Evidence, ...]:
        """What speaks for it, the weightiest first."""
        return tuple(sorted((e for e in self.evidence if e.weight > 0), key=lambda e: -e.weight))

    @property
    def evidence_against(self) -> tuple[Evidence, ...]:
        """What speaks against it, the weightiest first."""
        return tuple(sorted((e for e in self.evidence if e.weight < 0), key=lambda e: e.weight))


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Whom a degradation touches: distinct users and things that probably felt it.

    ``important`` of them are customers that the business calls so, and ``value_per_month`` is what
    all of them pay, as far as customers are known. ``forecast_subjects`` is how many it will have
    touched an hour from now if nothing changes.
    """

    users: int
    things: int
    uses: int
    by_segment: Mapping[str, int] = field(default_factory=dict[str, int])
    by_slice: Mapping[str, int] = field(default_factory=dict[str, int])
    by_service: Mapping[str, int] = field(default_factory=dict[str, int])
    value_per_month: float = 0.0
    important: int = 0
    forecast_subjects: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaints:
    """Tickets of those who felt a degradation, opened since it began.

    ``usual`` is how many of them come in so long a time anyway; ``first`` the oldest tickets'
    numbers.
    """

    tickets: int = 0
    usual: float = 0.0
    by_title: Mapping[str, int] = field(default_factory=dict[str, int])
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Why a degradation is there.

    ``hypotheses`` are ranked, ``rejected`` were considered and found too weak. Where ``abstains``
    is true nothing is probable enough to blame. ``correlated_events`` are the alarms, changes and
    works on the first cause, and the alarms of what hangs on it. ``usual_granularity_s`` tells how
    often the elements named report of themselves, as far as they were read.
    """

    degradation: str
    made_ns: int
    sentence: str
    hypotheses: tuple[Hypothesis, ...]
    rejected: tuple[Hypothesis, ...] = ()
    abstains: bool
    impact: Impact
    correlated_events: tuple[str, ...] = ()
    complaints: Complaints = field(default_factory=Complaints)
    usual_granularity_s: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def cause(self) -> Hypothesis | None:
        """The likeliest cause, unless the diagnosis abstains."""
        return self.hypotheses[0] if self.hypotheses and not self.abstains else None
