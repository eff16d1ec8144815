"""What the routes of services answer with."""

from __future__ import annotations

from pydantic import BaseModel

from sentio.api.awareness import Json
from sentio.api.pages.scope import Window


class Fared(BaseModel):
    """How a service fared in a time; shares are of the scored uses."""

    uses: int
    unscored: int
    poor: int
    mos: float | None
    poor_share: float | None
    good_share: float | None
    subjects: int
    poor_subjects: int


class Worst(BaseModel):
    """The member that surely has the most poor uses too many."""

    dimension: str
    member: str
    uses: int
    poor_share: float
    excess_poor: float


class ListedService(BaseModel):
    """One service of the list."""

    service: str
    title: str
    subject_kind: str
    poor_below: float
    now: Fared
    before: Fared | None
    worst: Worst | None
    trend: list[float | None]
    degradations: int


class ServiceList(BaseModel):
    """Every service with uses in the time; ``good_mos`` is where a good use begins."""

    window: Window
    against: Window | None
    good_mos: float
    services: list[ListedService]


class Contribution(BaseModel):
    """What a domain adds to the change of the mean score; losses are MOS a use."""

    domain: str
    loss: float
    loss_before: float
    contribution: float


class Change(BaseModel):
    """The change of the mean score; contributions and ``rest`` add up to ``delta``."""

    delta: float
    contributions: list[Contribution]
    rest: float


class OneService(BaseModel):
    """One service: totals, distribution in bins of 0.1 MOS from 1 up, what its score lost where.

    ``loss`` and ``change`` are null where they are not known: in selections by several dimensions.
    """

    service: str
    title: str
    standard: str
    subject_kind: str
    poor_below: float
    good_mos: float
    confidence: float | None
    provisional: str
    window: Window
    against: Window | None
    now: Fared
    before: Fared | None
    bins: list[int]
    bins_before: list[int] | None
    loss: dict[str, float] | None
    change: Change | None


class Course(BaseModel):
    """Columns over time: ``at`` in s since 1970; where nothing was used the mean is null."""

    at: list[int]
    uses: list[int]
    poor: list[int]
    mos: list[float | None]
    poor_share: list[float | None]


class ServiceCourse(BaseModel):
    """A course, that of the other time moved to this one, and what stood or happened in it."""

    window: Window
    against: Window | None
    step_s: int
    now: Course
    before: Course | None
    degradations: list[Json]
    happenings: list[Json]


class Before(BaseModel):
    """The same member at the other time."""

    uses: int
    mos: float | None
    poor_share: float | None


class Member(BaseModel):
    """One member: ``excess_poor`` is how many poor uses it surely has above the service's share.

    ``share_of_poor`` is its part of all poor uses of the selection.
    """

    member: str
    uses: int
    poor: int
    mos: float | None
    poor_share: float
    poor_share_low: float
    excess_poor: float
    share_of_poor: float
    before: Before | None


class MemberList(BaseModel):
    """Members of a dimension, the first of them; ``count`` is how many there are."""

    window: Window
    against: Window | None
    dimension: str
    count: int
    uses: int
    poor: int
    items: list[Member]


class Changed(BaseModel):
    """A member whose poor share rose; ``explains`` is its part of the whole rise of poor uses."""

    dimension: str
    member: str
    uses: int
    poor: int
    uses_before: int
    poor_before: int
    more: float
    surely_more: float
    explains: float | None


class WhatChanged(BaseModel):
    """What rose in a time against another, the surest and largest first, and what happened then."""

    window: Window
    against: Window | None
    now: Fared
    before: Fared | None
    more: float
    items: list[Changed]
    degradations: list[Json]
    happenings: list[Json]


class UseList(BaseModel):
    """Single uses, at most so many; ``count`` is how many the selection has."""

    window: Window
    count: int
    order: str
    items: list[Json]
