"""GET overview: how many have a good experience, what spoils it, service by service, where."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from sentio.api.access import Access
from sentio.api.awareness import moment_of
from sentio.api.pages.incidents_near import near
from sentio.api.pages.places import Places
from sentio.api.pages.tiles import Tiles, tiles_of
from sentio.api.pages.totals import LEAST_USES, Totals
from sentio.api.pages.window import Asked, Window, dimension_of, window_of
from sentio.loop.attributed import attributed
from sentio.loop.platform import Platform
from sentio.model.problem import ServiceProblem
from sentio.store.ask import Answers
from sentio.store.queries.faring import GOOD_MOS

Json = dict[str, Any]  # Any: JSON
Given = Annotated[Asked, Depends()]
OF_WORST = ("member", "n", "poor", "mos_mean", "poor_share", "excess_poor")


class Crowd(BaseModel):
    """Subjects with scored uses, and those of them whose mean MOS is good."""

    subjects: int
    good_subjects: int
    good_share: float | None


class Explained(BaseModel):
    """How many of the poor uses one incident explains, and which share of all that is."""

    id: str
    poor_uses: float
    share: float


class Overview(BaseModel):
    """What the first sentence says.

    ``one_in`` is 1 where everybody was counted, else how many subjects one stands for.
    ``explained`` lists the incidents that explain some of the poor uses, the most first.
    """

    since: str
    until: str
    good_mos: float
    one_in: int
    users: Crowd
    things: Crowd
    uses: int
    poor_uses: int
    incidents: int
    explained: list[Explained]
    explained_share: float | None


class Worst(BaseModel):
    """Members of a dimension, those with the most poor uses beyond the usual first."""

    since: str
    until: str
    dimension: str
    least_uses: int
    items: list[Json]


class Incidents(BaseModel):
    """Incidents that reach into the window, those still open first, the worst of them first."""

    since: str
    until: str
    count: int
    open: int
    items: list[Json]


def overview_router(platform: Platform, access: Access, places: Places) -> APIRouter:
    """Make the routes."""
    router = APIRouter(
        prefix="/v1/overview", tags=["pages"], dependencies=[Depends(access.needs("read"))]
    )
    totals = Totals(Answers(platform.warehouse))

    @router.get("", summary="How many have a good experience, and what explains the loss")
    def overview(given: Given) -> Overview:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Count users and things by their mean MOS in the window, and the poor uses by incident."""
        return _overview(platform, totals, places, window_of(given, platform.warehouse))

    @router.get("/services", summary="Each service: its score, course, change and declines")
    def services(given: Given) -> Tiles:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Tell of each service, beside it the same time of a week or a day before."""
        return tiles_of(platform, totals, window_of(given, platform.warehouse))

    @router.get("/worst", summary="The worst members of a dimension")
    def worst(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        given: Given, by: str = "cell", limit: Annotated[int, Query(ge=1, le=200)] = 12
    ) -> Worst:
        """Rank members by how many of their uses were surely poor beyond what is usual."""
        window, by = window_of(given, platform.warehouse), dimension_of(by)
        rows = totals.worst(window.without(by), by, limit=limit)
        items = [{name: row[name] for name in OF_WORST} for row in rows]
        return Worst(**_moments(window), dimension=by, least_uses=LEAST_USES, items=items)

    @router.get("/incidents", summary="The incidents of the window, the worst first")
    def incidents(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        given: Given, limit: Annotated[int, Query(ge=1, le=100)] = 8
    ) -> Incidents:
        """List them short: what, whom it hits, why, and what became of it."""
        window = window_of(given, platform.warehouse)
        found = [each for each, _ in near(platform.state, window)[0]]
        ordered = sorted(found, key=lambda each: not each.is_open)  # stable: importance stays
        return Incidents(
            **_moments(window),
            count=len(found),
            open=sum(each.is_open for each in found),
            items=[_incident(each) for each in ordered[:limit]],
        )

    return router


def _overview(platform: Platform, totals: Totals, places: Places, window: Window) -> Overview:
    counted, one_in = totals.faring(window, "kind")
    by_kind = {row["key"]: row for row in counted}
    incidents = [each for _, each in near(platform.state, window)[0]]
    topology = places.now()[1]
    loss = attributed(platform.warehouse, topology, incidents, scope=window.scope, **window.span)
    most = sorted(loss.by_incident.items(), key=lambda each: (-each[1], each[0]))
    poor = loss.poor_uses
    return Overview(
        **_moments(window),
        good_mos=GOOD_MOS,
        one_in=one_in,
        users=_crowd(by_kind.get("user"), one_in),
        things=_crowd(by_kind.get("thing"), one_in),
        uses=loss.uses,
        poor_uses=poor,
        incidents=len(incidents),
        explained=[
            Explained(id=name, poor_uses=uses, share=uses / poor) for name, uses in most if uses > 0
        ],
        explained_share=sum(loss.by_incident.values()) / poor if poor else None,
    )


def _crowd(row: Json | None, one_in: int) -> Crowd:
    subjects, good = (row["subjects"], row["good_subjects"]) if row else (0, 0)
    return Crowd(
        subjects=subjects * one_in,
        good_subjects=good * one_in,
        good_share=good / subjects if subjects else None,
    )


def _incident(each: ServiceProblem) -> Json:
    cause, impact = each.root_cause, each.impact
    return {
        "id": each.id,
        "name": each.name,
        "status": each.status,
        "is_open": each.is_open,
        "priority": each.priority,
        "importance": each.importance,
        "began": moment_of(each.began_ns),
        "resolved": moment_of(each.resolved_ns),
        "services": sorted(each.affected_services, key=lambda name: -each.affected_services[name]),
        "users": impact.users if impact else None,
        "things": impact.things if impact else None,
        "important": impact.important if impact else None,
        "cause": None
        if cause is None
        else {
            "element": cause.element,
            "element_kind": cause.element_kind,
            "domain": cause.domain,
            "kind": cause.kind,
            "probability": cause.probability,
        },
    }


def _moments(window: Window) -> dict[str, str]:
    return {
        "since": moment_of(window.since_ns) or "",
        "until": moment_of(window.until_ns) or "",
    }
