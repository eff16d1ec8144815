"""GET planned works and what each will do to customers, before it begins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from sentio.api.access import Access
from sentio.api.awareness import Json, Limit, Moment, Page, moment_ns, with_moments
from sentio.api.problems import RequestError
from sentio.kernel.errors import UnknownName
from sentio.kernel.values import to_plain
from sentio.loop.care.works import Works
from sentio.loop.platform import Platform
from sentio.model.work import Forecast, Work


def works_router(platform: Platform, access: Access) -> APIRouter:
    """Make the routes of planned works."""
    reads = access.needs("read")
    router = APIRouter(prefix="/v1", tags=["assurance"], dependencies=[Depends(reads)])
    works = Works(platform.warehouse, platform.calendar)

    @router.get("/works", summary="Planned works")
    def listed(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        since: Moment = None, until: Moment = None, limit: Limit = 100
    ) -> Page:
        """List works that end after ``since`` (else: that are not over) and begin before ``until``.

        Now is the time of the newest data.
        """
        ends_after_ns = moment_ns(since)
        found = works.list(
            ends_after_ns=works.latest_ns(platform.clock.now_ns())
            if ends_after_ns is None
            else ends_after_ns,
            begins_before_ns=moment_ns(until),
        )
        return Page(items=[work_json(each) for each in found[:limit]], next=None)

    @router.get("/works/{name}/impact", summary="Whom a planned work will touch")
    def impact(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        name: str,
        request: Request,
        limit: Annotated[
            int, Query(ge=0, le=10_000, description="Subjects to name; none unless said.")
        ] = 0,
    ) -> Json:
        """Foretell its effect: how many, in which groups, the care it needs, better windows."""
        now_ns = platform.clock.now_ns()
        try:
            made = works.forecast(works.one(name), now_ns=works.latest_ns(now_ns))
        except UnknownName:
            raise _unknown(name) from None
        if limit:
            platform.state.note(
                reads(request), "listed subjects", purpose=f"planned work {name}", at_ns=now_ns
            )
        return forecast_json(made, limit=limit)

    return router


def work_json(each: Work) -> Json:
    """Give a work as JSON."""
    return with_moments(to_plain(each), names=("begins_ns", "ends_ns", "announced_ns"))


def forecast_json(made: Forecast, *, limit: int) -> Json:
    """Give a forecast as JSON: the sentence first, and at most so many subjects by pseudonym."""
    plain = to_plain(made)
    touched = plain.pop("touched")
    shown = [{**each, "subject": str(each["subject"])} for each in touched[:limit]]
    reach = plain["reach"]
    edges = ("begins_ns", "ends_ns", "by_ns")
    return {
        "sentence": plain.pop("sentence"),
        "is_harmless": made.is_harmless,
        **with_moments(plain),
        "work": work_json(made.work),
        "reach": {
            **reach,
            "elements": reach["elements"][:1000],
            "members": reach["members"][:1000],
        },
        "windows": [with_moments(each, names=edges) for each in plain["windows"]],
        "care": [with_moments(each, names=edges) for each in plain["care"]],
        "touched_count": len(touched),
        "touched": shown,
    }


def _unknown(name: str) -> RequestError:
    return RequestError(
        404,
        f"there is no planned work {name!r}",
        where="path",
        next_step="GET /api/v1/works?since=1970-01-01 gives the ids of all.",
    )
