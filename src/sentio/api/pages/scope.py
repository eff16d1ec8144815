"""What pages narrow their questions by: the context that stands in their address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel

from sentio.api.awareness import Moment, moment_ns, moment_of
from sentio.api.problems import RequestError
from sentio.loop.periods import Periods
from sentio.loop.platform import Platform
from sentio.loop.selection import Selection
from sentio.store.cube import DAY_NS, HOUR_NS, MINUTE_NS

Against = Literal["auto", "7d", "1d", "before", "off"]
Text = Annotated[str | None, Query(max_length=200)]
Compare = Annotated[
    Against,
    Query(
        description="What it is compared with: the same time a week or a day before, or the time "
        "just before; `auto` takes the first of them that the store knows whole."
    ),
]

WEEK_NS = 7 * DAY_NS
STEPS: dict[Against, int] = {"7d": WEEK_NS, "1d": DAY_NS}


class Window(BaseModel):
    """A time, and which one it is."""

    since: str
    until: str
    kind: str
    shift_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page asks about: a selection now, and the same selection at another time, if any."""

    now: Selection
    before: Selection | None
    kind: str  # of the other time

    @property
    def window(self) -> Window:
        """Tell the time asked about."""
        return _window(self.now, "now", 0)

    @property
    def against(self) -> Window | None:
        """Tell the other time."""
        if self.before is None:
            return None
        shift_ns = self.now.since_ns - self.before.since_ns
        return _window(self.before, self.kind, shift_ns // 1_000_000_000)


class Scope:
    """The parameters that all routes of a page share; FastAPI makes it of a request."""

    def __init__(
        self,
        *,
        since: Moment = None,
        until: Moment = None,
        dim: Text = None,
        member: Text = None,
        segment: Text = None,
        slice: Text = None,  # noqa: A002  (its name in addresses)
        within: Annotated[
            str | None,
            Query(max_length=300, description="One more, as `dimension:member`."),
        ] = None,
        compare: Compare = "auto",
    ) -> None:
        self._since_ns, self._until_ns = moment_ns(since), moment_ns(until)
        self._compare: Against = compare
        pairs = [(dim, member), ("segment", segment), ("slice", slice)]
        if within is not None:
            more, mark, name = within.partition(":")
            if not mark:
                raise RequestError(
                    422, f"{within!r} names no member", where="within", expected="dimension:member"
                )
            pairs.append((more, name))
        self._pairs: dict[str, str] = {d: m for d, m in pairs if d and m is not None and m != ""}

    def asked(self, platform: Platform) -> Asked:
        """Give the selection; its end is that of the data, its beginning an hour before, if unsaid.

        Times are widened to whole minutes, as the cube tells them.
        """
        span = Periods(platform.warehouse, period_ns=MINUTE_NS).span_ns()
        newest_ns = platform.clock.now_ns() if span is None else span[1] + 1
        until_ns = _up(self._until_ns if self._until_ns is not None else newest_ns)
        since_ns = self._since_ns if self._since_ns is not None else until_ns - HOUR_NS
        since_ns -= since_ns % MINUTE_NS
        if since_ns >= until_ns:
            raise RequestError(
                422, "the time ends before it begins", where="since", expected="since < until"
            )
        now = Selection(
            scope=tuple(sorted(self._pairs.items())), since_ns=since_ns, until_ns=until_ns
        )
        before, kind = _before(now, self._compare, first_ns=None if span is None else span[0])
        return Asked(now=now, before=before, kind=kind)


def _before(
    now: Selection, compare: Against, *, first_ns: int | None
) -> tuple[Selection | None, Against]:
    if compare == "off" or first_ns is None:
        return None, "off"
    kinds: tuple[Against, ...] = ("7d", "1d", "before") if compare == "auto" else (compare,)
    wide = now.until_ns - now.since_ns
    for kind in kinds:
        step = STEPS.get(kind, wide)
        found = now.moved(-step * -(-wide // step))  # so far that they do not overlap
        # The first minute of the data may be a part of one.
        if found.since_ns >= first_ns - MINUTE_NS:
            return found, kind
    return None, "off"


def _up(ts_ns: int) -> int:
    return ts_ns + -ts_ns % MINUTE_NS


def _window(chosen: Selection, kind: str, shift_s: int) -> Window:
    return Window(
        since=moment_of(chosen.since_ns) or "",
        until=moment_of(chosen.until_ns) or "",
        kind=kind,
        shift_s=shift_s,
    )
