"""GET domains, intents, reports; POST and DELETE what is promised; PUT how far a domain may go."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from sentio.api.access import Access
from sentio.api.awareness import Json, Page, with_moments
from sentio.api.problems import RequestError
from sentio.kernel.errors import ConfigError, RefusedError, UnknownName
from sentio.kernel.values import to_plain
from sentio.loop.domains.desk import IntentDesk
from sentio.model.intent import DomainState, Intent, IntentReport, Layer
from sentio.model.plan import Autonomy

Promise = Annotated[
    dict[str, Any],  # Any: JSON, checked by the desk
    Body(
        description="The name of a promise of the catalogue alone, or a whole one: name, title, "
        "services, path (of domains), and of mos, delay_ms, loss_ratio, availability_ratio "
        "those that are promised."
    ),
]


class AutonomyWish(BaseModel):
    """How far a domain may go by itself, and why, for the audit."""

    model_config = ConfigDict(extra="forbid")

    autonomy: Autonomy
    why: str = Field(default="", max_length=500)


def domains_router(desk: IntentDesk, access: Access) -> APIRouter:
    """Make the routes of domains; changing needs the role of an administrator."""
    router = APIRouter(prefix="/v1", tags=["domains"])
    reads, admin = Depends(access.needs("read")), access.needs("admin")

    @router.get("/domains", summary="Autonomous domains and how they are", dependencies=[reads])
    def states() -> Page:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return Page(items=[domain_json(each) for each in desk.states()], next=None)

    @router.put(
        "/domains/{name}/autonomy",
        summary="Say how far a domain may go by itself",
        dependencies=[Depends(admin)],
    )
    def change(name: str, wanted: AutonomyWish, request: Request) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Hold from the next period on; no domain goes further than the settings allow."""
        try:
            desk.set_autonomy(name, wanted.autonomy, who=admin(request), why=wanted.why)
        except UnknownName as error:
            raise _not_there(error) from error
        return {"name": name, "autonomy": wanted.autonomy}

    return router


def intents_router(desk: IntentDesk, access: Access) -> APIRouter:
    """Make the routes of intents; changing needs the role of an administrator."""
    router = APIRouter(prefix="/v1", tags=["domains"])
    reads, admin = Depends(access.needs("read")), access.needs("admin")

    @router.get("/intents", summary="What is asked, down the layers", dependencies=[reads])
    def intents(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        layer: Layer | None = None, domain: str | None = None
    ) -> Page:
        found = desk.intents(layer=layer, domain=domain)
        return Page(items=[intent_json(*each) for each in found], next=None)

    @router.post(
        "/intents",
        status_code=201,
        summary="Promise something to customers",
        dependencies=[Depends(admin)],
    )
    def promise(body: Promise, request: Request) -> Page:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Take a promise on and share it out: gives the intents of all layers that follow.

        One that contradicts itself or another, or that no domain can keep, is refused with what
        could be kept.
        """
        try:
            made = desk.take(body, who=admin(request))
        except (ConfigError, RefusedError, UnknownName) as error:
            raise RequestError(
                422,
                error.what,
                where=error.where,
                expected=error.expected,
                next_step=error.next_step,
            ) from error
        name = str(body.get("name", ""))
        return Page(items=[intent_json(name, each) for each in made], next=None)

    @router.delete(
        "/intents/{name}",
        status_code=204,
        summary="Give a promise up",
        dependencies=[Depends(admin)],
    )
    def drop(name: str, request: Request) -> None:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Drop a promise, by its own name, with all intents that it became."""
        try:
            desk.drop(name, who=admin(request))
        except UnknownName as error:
            raise _not_there(error) from error

    return router


def reports_router(desk: IntentDesk, access: Access) -> APIRouter:
    """Make the route of reports on intents."""
    router = APIRouter(prefix="/v1", tags=["domains"])
    reads = Depends(access.needs("read"))

    @router.get("/intent-reports", summary="How intents fare, and why", dependencies=[reads])
    def reports(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        intent: str | None = None,
        state: Annotated[
            Literal["received", "compliant", "degraded"] | None, Query(description="Only those.")
        ] = None,
    ) -> Page:
        """List the last report of each intent."""
        found = [each for each in desk.reports(intent=intent) if state in {None, each.state}]
        return Page(items=[report_json(each) for each in found], next=None)

    return router


def domain_json(each: DomainState) -> Json:
    """Give the state of a domain as JSON, its level of autonomy among it."""
    return {**to_plain(each), "level": each.level}


def intent_json(promise: str, each: Intent) -> Json:
    """Give an intent as JSON, with the promise that it comes from."""
    return {"promise": promise, **with_moments(to_plain(each))}


def report_json(each: IntentReport) -> Json:
    """Give a report as JSON."""
    return {**with_moments(to_plain(each)), "is_at_risk": each.is_at_risk}


def _not_there(error: UnknownName) -> RequestError:
    return RequestError(404, error.what, where="path", next_step=error.next_step)
