"""Work on incidents: acknowledge, assign, note, merge; each needs the role ``act`` or ``admin``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from sentio.api.access import Access
from sentio.api.awareness import Json, moment_ns
from sentio.api.problems import RequestError
from sentio.kernel.errors import RefusedError
from sentio.kernel.values import to_plain
from sentio.loop.care.works import Works
from sentio.loop.platform import Platform
from sentio.model.incident import IncidentWork, Line
from sentio.store.state.incidents import By, Incidents
from sentio.store.state.problems import Problems

Why = Annotated[str, Field(max_length=500, description="Why, for the audit.")]


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Acknowledge(_Wish):
    """Which line looks at it."""

    line: Line = 1
    why: Why = ""


class Note(_Wish):
    """A note; ``about`` is the moment of data that it speaks of, if it is of one."""

    text: str = Field(min_length=1, max_length=4_000)
    about: datetime | None = None


class Owner(_Wish):
    """Whose it is; empty is nobody's."""

    owner: str = Field(max_length=200)
    why: Why = ""


class Merge(_Wish):
    """The incident that it becomes a part of."""

    into: str = Field(min_length=1, max_length=60)
    why: Why = ""


def acknowledgements_router(platform: Platform, access: Access) -> APIRouter:
    """Make the routes of acknowledgements."""
    acts = access.needs("act")
    router = APIRouter(prefix="/v1/incidents", tags=["assurance"], dependencies=[Depends(acts)])
    people, problems = Incidents(platform.state), Problems(platform.state)
    by, known = by_of(platform, acts), known_of(problems)

    @router.post("/{name}/acknowledgements", summary="Say that a line looks at it")
    def acknowledge(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        name: str, body: Acknowledge, request: Request
    ) -> Json:
        """Note who has seen it; the first makes a submitted problem an acknowledged one."""
        known(name)
        who = by(request, body.why)
        done = _tried(lambda: people.acknowledge(name, body.line, who))
        problem = problems.one(name)
        if problem is not None and problem.status == "submitted":
            why = body.why or f"line {body.line} looks at it"
            problems.move(name, "acknowledged", who=who.who, at_ns=who.at_ns, why=why)
        return to_plain(done)

    @router.delete("/{name}/acknowledgements/{line}", summary="Take an acknowledgement back")
    def release(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        name: str, line: Annotated[int, Path(ge=1, le=2)], request: Request
    ) -> Json:
        known(name)
        of: Line = 1 if line == 1 else 2
        return to_plain(_tried(lambda: people.release(name, of, by(request, ""))))

    return router


def incident_work_router(platform: Platform, access: Access) -> APIRouter:
    """Make the routes of notes, owners and merges."""
    acts = access.needs("act")
    router = APIRouter(prefix="/v1/incidents", tags=["assurance"], dependencies=[Depends(acts)])
    people = Incidents(platform.state)
    by, known = by_of(platform, acts), known_of(Problems(platform.state))

    @router.post("/{name}/notes", summary="Write a note", status_code=201)
    def note(name: str, body: Note, request: Request) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        known(name)
        people.note(name, body.text, by(request, ""), about_ns=moment_ns(body.about))
        return {"incident": name, "notes": sum(s.what == "noted" for s in people.steps(name))}

    @router.put("/{name}/owner", summary="Say whose it is")
    def assign(name: str, body: Owner, request: Request) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        known(name)
        return to_plain(people.assign(name, body.owner.strip(), by(request, body.why)))

    @router.put("/{name}/merge", summary="Make it a part of another one")
    def merge(name: str, body: Merge, request: Request) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Let one page show both; DELETE lets it stand alone again."""
        known(name)
        known(body.into)
        return to_plain(_tried(lambda: people.merge(name, body.into, by(request, body.why))))

    @router.delete("/{name}/merge", summary="Let it stand alone again")
    def split(name: str, request: Request) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        known(name)
        return to_plain(_tried(lambda: people.split(name, by(request, ""))))

    return router


def known_of(problems: Problems) -> Callable[[str], None]:
    """Make what refuses a name that is no incident's."""

    def known(name: str) -> None:
        if problems.one(name) is None:
            raise RequestError(404, f"there is no incident {name!r}", where="path")

    return known


def by_of(platform: Platform, acts: Callable[[Request], str]) -> Callable[[Request, str], By]:
    """Make what tells who does something, when, and how far the data were then."""
    works = Works(platform.warehouse)

    def by(request: Request, why: str) -> By:
        now_ns = platform.clock.now_ns()
        return By(who=acts(request), at_ns=now_ns, data_ns=works.latest_ns(now_ns), why=why)

    return by


def _tried(do: Callable[[], IncidentWork]) -> IncidentWork:
    try:
        return do()
    except RefusedError as error:
        raise RequestError(409, error.what, where="incident", expected=error.expected) from error
