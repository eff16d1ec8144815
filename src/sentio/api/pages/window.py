"""What a page looks at: a window of time, and what it is narrowed to; the same for all routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query

from sentio.api.awareness import Moment, moment_ns
from sentio.api.problems import RequestError
from sentio.experience.service import SERVICES
from sentio.kernel.errors import UnknownName
from sentio.loop.periods import Periods
from sentio.model.degradation import Scope
from sentio.model.domain import DIMENSIONS
from sentio.store.cube import HOUR_NS, MINUTE_NS
from sentio.store.warehouse import Warehouse

DAY_NS = 24 * HOUR_NS
STEPS_MIN = (1, 5, 15, 30, 60, 180, 360, 720, 1440)
MOST_STEPS = 96  # of a course: more than a drawing of a tile can show

Name = Annotated[str | None, Query(max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request says; FastAPI fills it from the query."""

    since: Moment = None
    until: Moment = None
    service: Name = None
    dimension: Name = None
    member: Name = None
    segment: Name = None
    slice: Name = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """[since, until) in whole minutes, one service or all, and members of dimensions."""

    since_ns: int
    until_ns: int
    service: str | None = None
    within: tuple[tuple[str, str], ...] = ()

    @property
    def span(self) -> dict[str, int]:
        """The times as questions take them."""
        return {"since_ns": self.since_ns, "until_ns": self.until_ns}

    @property
    def scope(self) -> Scope:
        """All that a use must have."""
        return {**({"service": self.service} if self.service else {}), **dict(self.within)}

    @property
    def is_of_cube(self) -> bool:
        """Tell whether the cube knows it: it keeps one dimension at a time."""
        return len(self.within) <= 1

    @property
    def cube(self) -> dict[str, str]:
        """The dimension and member that the cube is asked for."""
        dimension, member = self.within[0] if self.within else ("all", "all")
        return {"dimension": dimension, "member": member}

    @property
    def narrow(self) -> dict[str, tuple[str, ...]]:
        """The same as questions to single uses take it."""
        return {
            "narrow": tuple(name for name, _ in self.within),
            "members": tuple(member for _, member in self.within),
        }

    @property
    def step_minutes(self) -> int:
        """How long the steps of a course are."""
        minutes = (self.until_ns - self.since_ns) // MINUTE_NS
        fits = (step for step in STEPS_MIN if minutes / step <= MOST_STEPS)
        return next(fits, STEPS_MIN[-1])

    def without(self, dimension: str) -> Window:
        """Give the same, not narrowed by a dimension: as its members are compared."""
        kept = tuple(each for each in self.within if each[0] != dimension)
        return Window(**self.span, service=self.service, within=kept)

    def earlier(self, by_ns: int) -> Window:
        """Give the same so much earlier."""
        return Window(
            since_ns=self.since_ns - by_ns,
            until_ns=self.until_ns - by_ns,
            service=self.service,
            within=self.within,
        )


def window_of(asked: Asked, warehouse: Warehouse) -> Window:
    """Give the window that is asked for: the last hour of the data unless said.

    Raises
    ------
    RequestError
        The window is empty, or a dimension or service is not known.
    """
    since_ns, until_ns = moment_ns(asked.since), moment_ns(asked.until)
    if until_ns is None:
        newest = newest_ns(warehouse) or 0
        until_ns = newest + -newest % MINUTE_NS
    since_ns = until_ns - HOUR_NS if since_ns is None else since_ns
    since_ns -= since_ns % MINUTE_NS
    until_ns += -until_ns % MINUTE_NS
    if since_ns >= until_ns:
        raise RequestError(422, "the window is empty", where="since", expected="since before until")
    if asked.service is not None and asked.service not in SERVICES:
        raise UnknownName.among("service", asked.service, SERVICES.names())
    return Window(
        since_ns=since_ns, until_ns=until_ns, service=asked.service, within=_within(asked)
    )


def dimension_of(name: str) -> str:
    """Give a dimension that members may be listed of; raises `UnknownName` where it is none."""
    if name not in DIMENSIONS or name == "all":
        raise UnknownName.among("dimension", name, [each for each in DIMENSIONS if each != "all"])
    return name


def newest_ns(warehouse: Warehouse) -> int | None:
    """Give the time of the newest committed use; reads the list of tables only."""
    span = Periods(warehouse, period_ns=MINUTE_NS).span_ns()
    return span[1] if span else None


def earlier_by_ns(warehouse: Warehouse, window: Window) -> int | None:
    """Tell how far back to compare with: a week, else a day, else the time right before.

    None where the data do not reach so far back.
    """
    span = Periods(warehouse, period_ns=MINUTE_NS).span_ns()
    width = window.until_ns - window.since_ns
    shifts = (7 * DAY_NS, DAY_NS, width)
    if span is None:
        return None
    return next((by for by in shifts if by >= width and window.since_ns - by >= span[0]), None)


def _within(asked: Asked) -> tuple[tuple[str, str], ...]:
    given: dict[str, str] = {}
    if asked.dimension and asked.member:
        given[dimension_of(asked.dimension)] = asked.member
    given |= {name: of for name in ("segment", "slice") if (of := getattr(asked, name))}
    return tuple(sorted(given.items()))
