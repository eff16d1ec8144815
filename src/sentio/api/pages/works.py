"""GET what the page of works shows: the calendar, what a work did, changes and what followed."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from sentio.api.access import Access
from sentio.api.awareness import Json, Limit, Moment, moment_ns, moment_of
from sentio.api.problems import RequestError
from sentio.kernel.errors import UnknownName
from sentio.loop.care.changes import Around, Changes, NetworkChange
from sentio.loop.care.reach import Ways, reach_of
from sentio.loop.care.works import Works
from sentio.loop.platform import Platform
from sentio.model.work import Work
from sentio.store.state.problems import Problems

DAY_NS = 86_400_000_000_000
AHEAD_NS, BACK_NS = 7 * DAY_NS, 7 * DAY_NS
MOST_WORKS = 500
RECKON_S = 1.0  # for forecasts that nobody has asked for yet; the rest is reckoned at the next call
MOST_PROBLEMS = 1000
ELEMENTS_NAMED = 50


class Reckoned(BaseModel):
    """The forecast of a work in short; whole under ``/works/{id}/impact``."""

    subjects: float
    low: float
    high: float
    important: float
    lost_min: float
    harm: float
    is_harmless: bool
    sentence: str


class Planned(BaseModel):
    """A work in the calendar; ``forecast`` is null until it is reckoned, or where it is over."""

    id: str
    element: str
    element_kind: str
    title: str
    begins: str
    ends: str
    announced: str
    state: str
    phase: Literal["ahead", "now", "over"]
    claimed_impact: str
    way: str
    members: int
    dimension: str
    forecast: Reckoned | None


class Calendar(BaseModel):
    """Works that touch a span; ``now`` is the time of the newest data."""

    since: str
    until: str
    now: str
    items: list[Planned]
    left_out: int
    is_reckoned: bool


class Changed(BaseModel):
    """A change of an element, and the service problems that speak of it."""

    id: str
    at: str
    element: str
    element_kind: str
    title: str
    state: str
    severity: str
    incidents: list[str]


class ChangedPage(BaseModel):
    """Changes, the newest first."""

    items: list[Changed]


def works_page_router(platform: Platform, access: Access) -> APIRouter:
    """Make the routes of works, those of changes among them."""
    router = APIRouter(
        prefix="/v1", tags=["assurance"], dependencies=[Depends(access.needs("read"))]
    )
    works = Works(platform.warehouse, platform.calendar)

    @router.get("/works-calendar", summary="Works of some days, with what each is expected to do")
    def calendar(since: Moment = None, until: Moment = None) -> Calendar:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """List works that touch [since, until); else a week back and a week ahead of the data.

        Forecasts that are not known yet are reckoned for a second at most: ask again for more.
        """
        now_ns = works.latest_ns(platform.clock.now_ns())
        since_ns = moment_ns(since) or now_ns - BACK_NS
        until_ns = moment_ns(until) or now_ns + AHEAD_NS
        found = works.list(ends_after_ns=since_ns, begins_before_ns=until_ns)
        shown = found[-MOST_WORKS:]
        items = _planned(works, shown, now_ns)
        return Calendar(
            since=_iso(since_ns),
            until=_iso(until_ns),
            now=_iso(now_ns),
            items=items,
            left_out=len(found) - len(shown),
            is_reckoned=all(each.forecast or each.phase == "over" for each in items),
        )

    @router.get("/works/{name}/result", summary="What a work that is over did to customers")
    def result(name: str) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Compare what was foretold as it began with what the uses behind its element tell."""
        try:
            work = works.one(name)
        except UnknownName as error:
            raise _unknown("planned work", name, "works-calendar") from error
        now_ns = works.latest_ns(platform.clock.now_ns())
        if work.ends_ns > now_ns:
            raise RequestError(409, "it is not over", where="path", expected="a work of the past")
        return _result(works, work)

    router.include_router(_changes_router(platform, works))
    return router


def _changes_router(platform: Platform, works: Works) -> APIRouter:
    router = APIRouter()
    changes = Changes(platform.warehouse)

    @router.get("/changes", summary="Changes of the network, and incidents that speak of them")
    def changed(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        since: Moment = None, until: Moment = None, limit: Limit = 200
    ) -> ChangedPage:
        """List changes of [since, until), else of the last week of data, the newest first."""
        now_ns = works.latest_ns(platform.clock.now_ns())
        since_ns = moment_ns(since) or now_ns - BACK_NS
        found = changes.list(
            since_ns=since_ns, until_ns=moment_ns(until) or now_ns + 1, limit=limit
        )
        named = _named(platform, since_ns)
        return ChangedPage(items=[_changed(each, named.get(each.id, [])) for each in found])

    @router.get("/changes/{name}/seen", summary="How uses fared before and after a change")
    def seen(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        name: str,
        at: Annotated[Moment, Query(description="When it was; ids alone may come twice.")] = None,
    ) -> Json:
        """Compare the hour after it with the hour before, and with the same hour of yesterday."""
        at_ns = moment_ns(at)
        since_ns, until_ns = (0, 1 << 62) if at_ns is None else (at_ns - DAY_NS, at_ns + DAY_NS)
        found = changes.list(since_ns=since_ns, until_ns=until_ns, limit=100_000)
        one = next((each for each in found if each.id == name), None)
        if one is None:
            raise _unknown("change", name, "changes?since=1970-01-01")
        return _around(one, changes.around(one, works.ways()))

    return router


def _planned(works: Works, found: list[Work], now_ns: int) -> list[Planned]:
    """Give works with forecasts: those next to begin are reckoned first."""
    until_s, ways = time.monotonic() + RECKON_S, works.ways()
    items: dict[str, Planned] = {}
    ahead = [each for each in found if each.ends_ns > now_ns]
    over = [each for each in found if each.ends_ns <= now_ns]
    for work in [*ahead, *over]:
        reckoned = None
        if work.ends_ns > now_ns and (
            time.monotonic() < until_s or works.is_reckoned(work, now_ns=now_ns)
        ):
            made = works.forecast(work, now_ns=now_ns)
            reckoned = Reckoned(
                subjects=made.subjects.mean,
                low=made.subjects.low,
                high=made.subjects.high,
                important=made.important,
                lost_min=made.lost_min,
                harm=made.harm,
                is_harmless=made.is_harmless,
                sentence=made.sentence,
            )
        items[work.id] = _one(ways, work, reckoned, now_ns)
    return [items[each.id] for each in found]


def _one(ways: Ways, work: Work, reckoned: Reckoned | None, now_ns: int) -> Planned:
    reach = reach_of(work, ways)
    is_now = work.begins_ns <= now_ns < work.ends_ns
    return Planned(
        id=work.id,
        element=work.element,
        element_kind=work.element_kind,
        title=work.title,
        begins=_iso(work.begins_ns),
        ends=_iso(work.ends_ns),
        announced=_iso(work.announced_ns),
        state=work.state,
        phase="now" if is_now else "over" if work.ends_ns <= now_ns else "ahead",
        claimed_impact=work.claimed_impact,
        way=reach.way,
        members=len(reach.members),
        dimension=reach.dimension,
        forecast=reckoned,
    )


def _result(works: Works, work: Work) -> Json:
    seen, told = works.result(work), works.forecast(work, now_ns=work.begins_ns)
    foretold = {
        "harm": told.harm,
        "subjects": asdict(told.subjects),
        "lost_min": told.lost_min,
        "is_harmless": told.is_harmless,
        "sentence": told.sentence,
    }
    if seen is None:
        return {"work": work.id, "is_judged": False, "foretold": foretold, "seen": None}
    uses, felt = sum(seen.uses.values()), sum(seen.felt.values())
    services = [
        {"service": name, "uses": n, "felt": seen.felt.get(name, 0.0)}
        for name, n in sorted(seen.uses.items(), key=lambda each: -seen.felt.get(each[0], 0.0))
    ]
    return {
        "work": work.id,
        "is_judged": True,
        "foretold": foretold,
        "seen": {
            "is_harmful": seen.is_harmful,
            "way": seen.way,
            "uses": uses,
            "felt": felt,
            "felt_share": felt / uses if uses else None,
            "loss_share": seen.loss,
            "until": _iso(seen.work.ends_ns),
            "services": services,
        },
    }


def _named(platform: Platform, since_ns: int) -> dict[str, list[str]]:
    """Tell of each change which service problems speak of it."""
    found: dict[str, list[str]] = {}
    for each in Problems(platform.state).list(since_ns=since_ns, limit=MOST_PROBLEMS):
        for mention in each.mentions.changes:
            found.setdefault(mention.id, []).append(each.id)
    return found


def _changed(each: NetworkChange, incidents: list[str]) -> Changed:
    return Changed(
        id=each.id,
        at=_iso(each.at_ns),
        element=each.element,
        element_kind=each.element_kind,
        title=each.title,
        state=each.state,
        severity=each.severity,
        incidents=incidents,
    )


def _around(change: NetworkChange, around: Around) -> Json:
    return {
        "change": _changed(change, []).model_dump(exclude={"incidents"}),
        "reach": {
            "way": around.reach.way,
            "dimension": around.reach.dimension,
            "members": len(around.reach.members),
            "named": sorted(around.reach.members)[:ELEMENTS_NAMED],
        },
        "before": asdict(around.before),
        "after": asdict(around.after),
        "day_before": asdict(around.day_before),
        "services": [
            {"service": name, "before": asdict(before), "after": asdict(after)}
            for name, (before, after) in around.services.items()
        ],
    }


def _iso(ts_ns: int) -> str:
    return moment_of(ts_ns) or ""


def _unknown(kind: str, name: str, path: str) -> RequestError:
    return RequestError(
        404,
        f"there is no {kind} {name!r}",
        where="path",
        next_step=f"GET /api/v1/{path} gives the ids of all.",
    )
