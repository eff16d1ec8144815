"""A tile a service: score, share of good subjects, course, change, and when it had declined."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from sentio.api.awareness import moment_of
from sentio.api.pages.incidents_near import near
from sentio.api.pages.totals import Rows, Totals
from sentio.api.pages.window import Window, earlier_by_ns
from sentio.experience.service import SERVICES
from sentio.loop.platform import Platform
from sentio.model.degradation import Degradation
from sentio.store.cube import MINUTE_NS, SCALE
from sentio.store.queries.faring import GOOD_MOS

SECOND_NS = 1_000_000_000
NOWHERE: tuple[str, ...] = ()


class Sum(BaseModel):
    """Uses, how many were poor, and their mean MOS; null where there was no use."""

    uses: int
    poor_uses: int
    mos_mean: float | None
    poor_share: float | None


class Decline(BaseModel):
    """A degradation that reaches into the window; times in seconds since 1970."""

    id: str
    began_s: int
    ended_s: int | None
    scope: dict[str, str]


class Tile(BaseModel):
    """One service; ``mos`` and ``uses`` follow it, a value a step, null where nobody used it."""

    service: str
    title: str
    subject_kind: str
    now: Sum
    before: Sum | None
    subjects: int
    good_subjects: int
    good_share: float | None
    mos: list[float | None]
    uses: list[int]
    declines: list[Decline]


class Tiles(BaseModel):
    """All services of the window, those with the most poor uses first.

    ``earlier_by_s`` tells how far back ``before`` lies, null where the data do not reach there.
    """

    since: str
    until: str
    since_s: int
    until_s: int
    step_s: int
    earlier_by_s: int | None
    good_mos: float
    one_in: int
    items: list[Tile]


def tiles_of(platform: Platform, totals: Totals, window: Window) -> Tiles:
    """Put the tiles of a window together."""
    step = window.step_minutes
    rows = totals.steps(window, step)
    back_ns = earlier_by_ns(platform.warehouse, window)
    earlier = totals.steps(window.earlier(back_ns), step) if back_ns else []
    counted, one_in = totals.faring(window, "service")
    faring = {row["key"]: (row["subjects"], row["good_subjects"]) for row in counted}
    declines = [each for each in near(platform.state, window)[1] if _is_near(each, window)]
    items = [
        _tile(name, window, rows, earlier, faring.get(name, (0, 0)), one_in, declines)
        for name in totals.services(window)
    ]
    return Tiles(
        since=moment_of(window.since_ns) or "",
        until=moment_of(window.until_ns) or "",
        since_s=window.since_ns // SECOND_NS,
        until_s=window.until_ns // SECOND_NS,
        step_s=step * 60,
        earlier_by_s=back_ns // SECOND_NS if back_ns else None,
        good_mos=GOOD_MOS,
        one_in=one_in,
        items=sorted(
            (each for each in items if each.now.uses or each.before),
            key=lambda each: (-each.now.poor_uses, each.service),
        ),
    )


def _tile(
    name: str,
    window: Window,
    rows: Rows,
    earlier: Rows,
    faring: tuple[int, int],
    one_in: int,
    declines: list[Degradation],
) -> Tile:
    mine = [row for row in rows if row["service"] == name]
    before = [row for row in earlier if row["service"] == name]
    subjects, good = faring
    by_step = {row["step"]: row for row in mine}
    steps = list(_steps(window))
    return Tile(
        service=name,
        title=SERVICES[name].title,
        subject_kind=SERVICES[name].subject_kind,
        now=_sum(mine),
        before=_sum(before) if before else None,
        subjects=subjects * one_in,
        good_subjects=good * one_in,
        good_share=good / subjects if subjects else None,
        mos=[by_step[at]["mos_mean"] if at in by_step else None for at in steps],
        uses=[by_step[at]["n"] if at in by_step else 0 for at in steps],
        declines=[_decline(each) for each in declines if name in each.services],
    )


def _steps(window: Window) -> Iterable[int]:
    step_ns = window.step_minutes * MINUTE_NS
    return range(window.since_ns - window.since_ns % step_ns, window.until_ns, step_ns)


def _sum(rows: Rows) -> Sum:
    uses, poor = sum(row["n"] for row in rows), sum(row["poor"] for row in rows)
    mos_e4 = sum(row["mos_sum_e4"] for row in rows)
    return Sum(
        uses=uses,
        poor_uses=poor,
        mos_mean=mos_e4 / SCALE / uses if uses else None,
        poor_share=poor / uses if uses else None,
    )


def _is_near(each: Degradation, window: Window) -> bool:
    """Tell whether a degradation may lie in what the window is narrowed to."""
    return all(each.scope.get(name, member) == member for name, member in window.within)


def _decline(each: Degradation) -> Decline:
    return Decline(
        id=each.id,
        began_s=each.began_ns // SECOND_NS,
        ended_s=None if each.ended_ns is None else each.ended_ns // SECOND_NS,
        scope=dict(each.scope),
    )
