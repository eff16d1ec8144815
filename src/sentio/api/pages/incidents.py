"""GET incidents: all of them in few bytes, one with all that its page shows, and what proves it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from sentio.api.access import Access
from sentio.api.awareness import Json
from sentio.api.pages.incident_json import evidence_json, incident_json
from sentio.api.problems import RequestError
from sentio.kernel.errors import UnknownName
from sentio.kernel.values import to_plain
from sentio.loop.care.works import Works
from sentio.loop.incidents.listing import COLUMNS, SEVERITIES, Cell, listed
from sentio.loop.incidents.proof import proof_of
from sentio.loop.incidents.whole import Parts, Whole, parts_of
from sentio.loop.platform import Platform
from sentio.loop.watching import FALSE_A_DAY, LEAST_LOST_MOS
from sentio.loop.zooming import FEWEST_SUBJECTS
from sentio.store.state.incident_list import IncidentList
from sentio.store.state.steering import Steering
from sentio.store.state.told import Told

MOST_ROWS = 1_500  # some 300 bytes each: an answer stays below half a megabyte


class Floor(BaseModel):
    """The least evidence from which a decline is told at all, and what severity means."""

    false_per_day: float = FALSE_A_DAY
    lost_mos: float = LEAST_LOST_MOS
    subjects: int = FEWEST_SUBJECTS
    severities: dict[str, float] = dict(SEVERITIES)


class IncidentRows(BaseModel):
    """Incidents as rows of ``columns``; texts that repeat stand once in ``texts``.

    ``event`` is up to which event the rows are: give it as ``touched_since`` for what has changed.
    ``is_whole`` is true of a page of all, false of those touched.
    """

    columns: list[str]
    texts: list[str]
    rows: list[list[Cell]]
    next: str | None
    event: int
    is_whole: bool
    total: int
    now_ns: int
    is_stopped: bool
    floor: Floor


class ProofRows(BaseModel):
    """The rows that a line of evidence rests on; ``is_cut`` where there are more than are given."""

    incident: str
    element: str
    source: str
    what: str
    columns: list[str]
    rows: list[list[str | int | float | None]]
    is_cut: bool


def incidents_router(platform: Platform, access: Access) -> APIRouter:
    """Make the route of the list."""
    router = APIRouter(
        prefix="/v1", tags=["assurance"], dependencies=[Depends(access.needs("read"))]
    )
    known, told = IncidentList(platform.state), Told(platform.state)
    steering, works = Steering(platform.state), Works(platform.warehouse)

    @router.get("/incidents", summary="All incidents, in few bytes")
    def rows(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        after: Annotated[str | None, Query(description="The last id already read.")] = None,
        touched_since: Annotated[
            int | None, Query(ge=0, description="An event: only what was told of since.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = MOST_ROWS,
    ) -> IncidentRows:
        """List incidents, those changed last first, or those of which something was told since."""
        event = told.newest_event()
        touched = None if touched_since is None else known.touched(touched_since)
        if touched is not None and len(touched) <= MOST_ROWS:
            page, more, is_whole = known.named(touched), False, False
        else:
            page = known.page(after=after, limit=limit + 1)
            page, more, is_whole = page[:limit], len(page) > limit, True
        found = listed(platform.state, page)
        return IncidentRows(
            columns=list(COLUMNS),
            texts=list(found.texts),
            rows=found.rows,
            next=str(page[-1]["id"]) if more else None,
            event=event,
            is_whole=is_whole,
            total=known.total(),
            now_ns=works.latest_ns(platform.clock.now_ns()),
            is_stopped=steering.switch().is_stopped,
            floor=Floor(),
        )

    return router


def incident_router(platform: Platform, access: Access) -> APIRouter:
    """Make the routes of one incident."""
    router = APIRouter(
        prefix="/v1", tags=["assurance"], dependencies=[Depends(access.needs("read"))]
    )
    steering, whole = Steering(platform.state), Whole(platform.warehouse, platform.state)

    def now_ns() -> int:
        return whole.works.latest_ns(platform.clock.now_ns())

    @router.get("/incidents/{name}", summary="One of them, with all that is known of it")
    def one(name: str) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Give what it is, why, for whom, what is done, and what happened in which order."""
        parts = _known(platform, name)
        at_ns = now_ns()
        lag_ns = platform.clock.now_ns() - at_ns
        return incident_json(parts, whole, now_ns=at_ns, lag_ns=lag_ns, switch=steering.switch())

    @router.get("/incidents/{name}/evidence", summary="For and against each hypothesis")
    def evidence(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        name: str,
    ) -> Json:
        return evidence_json(_known(platform, name))

    @router.get("/incidents/{name}/proof", summary="The rows behind a line of evidence")
    def proof(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        name: str, element: str, source: str
    ) -> ProofRows:
        """Give the events, measurements or uses that some evidence about an element is of."""
        parts = _known(platform, name)
        made = parts.leading
        every = (*made[1].hypotheses, *made[1].rejected) if made else ()
        blamed = next((each for each in every if each.element == element), None)
        if made is None or blamed is None:
            raise RequestError(404, f"{element!r} is in no hypothesis of {name}", where="element")
        one = next(
            (d for d in parts.degradations if d.id == made[1].degradation), parts.degradations[0]
        )
        found = proof_of(
            whole.detail,
            one,
            source=source,
            element=element,
            scope=blamed.scope or one.scope,
            until_ns=now_ns(),
        )
        return ProofRows.model_validate(
            {"incident": name, "element": element, "source": source, **to_plain(found)}
        )

    return router


def _known(platform: Platform, name: str) -> Parts:
    try:
        return parts_of(platform.state, name)
    except UnknownName:
        raise RequestError(
            404,
            f"there is no incident {name!r}",
            where="path",
            next_step="GET /api/v1/incidents gives the ids of all.",
        ) from None
