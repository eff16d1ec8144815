"""Planned works, and what one will do to customers before it begins (TMF655 ChangeRequest)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sentio.model.plan import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A planned work on an element, from ``begins_ns`` to ``ends_ns``, as it was announced.

    ``claimed_impact`` is what the announcement itself promises, empty where it says nothing.
    """

    id: str
    element: str
    element_kind: str
    title: str
    begins_ns: int
    ends_ns: int
    announced_ns: int
    state: str = ""
    claimed_impact: str = ""


Way = Literal["lost", "longer", "served"]
"""What a work does to those behind its element: they lose their only way, go a longer one, or lose
a function that serves them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Who depends on the element of a work: uses whose ``dimension`` is one of ``members``.

    ``elements`` are all that hang on it; ``round`` names what the others can go round it by.
    """

    way: Way
    dimension: str
    members: frozenset[str]
    elements: tuple[str, ...] = ()
    round: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A subject that a work will probably touch, and how probably."""

    subject: int
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A time at which a work could be done, and what it would cost customers then."""

    begins_ns: int
    ends_ns: int
    subjects: float  # expected to be touched
    lost_min: float  # experience minutes expected to be lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What should be done for somebody because of a work: whom, how many of them, what, by when."""

    who: str
    subjects: int
    what: str
    by_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a planned work will do, as far as could be known at ``made_ns``.

    ``harm`` is the probability that anybody feels it; where that is small ``touched`` is empty and
    the work counts as harmless. ``touched`` are the subjects to reckon with, the surest first: the
    set that agrees best with those who will be touched (greatest expected Jaccard index, which is
    ``agreement``). ``subjects`` are expected to be touched in all. The groups count expected
    subjects: of a service, a segment, a slice, and the customers that the business calls important.
    """

    work: Work
    made_ns: int
    harm: float
    reach: Reach
    touched: tuple[Expected, ...]
    subjects: Estimate
    agreement: float
    lost_min: float
    by_service: Mapping[str, float] = field(default_factory=dict[str, float])
    by_segment: Mapping[str, float] = field(default_factory=dict[str, float])
    by_slice: Mapping[str, float] = field(default_factory=dict[str, float])
    important: float = 0.0
    windows: tuple[Window, ...] = ()
    care: tuple[Care, ...] = ()
    sentence: str = ""

    @property
    def is_harmless(self) -> bool:
        """Whether nobody needs to be reckoned with."""
        return not self.touched
