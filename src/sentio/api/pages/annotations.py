"""GET, POST and DELETE annotations: what people write beside the data, for everybody to see."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sentio.api.access import Access
from sentio.api.awareness import Limit, Moment, moment_ns, moment_of
from sentio.api.problems import RequestError
from sentio.kernel.clock import Clock
from sentio.store.state import Annotation, Annotations, StateStore

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Member = Annotated[str, Field(max_length=200)]


class Wish(BaseModel):
    """A note to be written; without ``until`` it is of a moment."""

    model_config = ConfigDict(extra="forbid")

    text: Text
    since: datetime
    until: datetime | None = None
    tags: list[Tag] = Field(default_factory=list[str], max_length=20)
    page: str = Field(default="", max_length=200, description="Where; empty: on every page.")
    scope: dict[str, Member] = Field(default_factory=dict[str, str], max_length=20)


class Note(BaseModel):
    """A note as it was written; ``until`` is null for a moment."""

    id: int
    since: str
    until: str | None
    text: str
    tags: list[str]
    page: str
    scope: dict[str, str]
    author: str
    created: str


class Notes(BaseModel):
    """Some of them, the newest first."""

    items: list[Note]


def annotations_router(state: StateStore, access: Access, clock: Clock) -> APIRouter:
    """Make the routes; whoever may read may write, and take away what is their own."""
    reads, admin = access.needs("read"), access.needs("admin")
    router = APIRouter(prefix="/v1", tags=["annotations"], dependencies=[Depends(reads)])
    annotations = Annotations(state)

    @router.get("/annotations", summary="What people wrote beside the data")
    def listed(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        since: Moment = None,
        until: Moment = None,
        page: Annotated[str | None, Query(max_length=200, description="With those of all.")] = None,
        limit: Limit = 500,
    ) -> Notes:
        """List those that touch [since, until]."""
        found = annotations.list(
            since_ns=moment_ns(since), until_ns=moment_ns(until), page=page, limit=limit
        )
        return Notes(items=[_note(each) for each in found])

    @router.post("/annotations", status_code=201, summary="Write one")
    def write(wish: Wish, request: Request) -> Note:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        since_ns = moment_ns(wish.since) or 0
        until_ns = moment_ns(wish.until) or since_ns
        if until_ns < since_ns:
            raise RequestError(
                422, "until lies before since", where="until", expected="a later moment, or none"
            )
        made = Annotation(
            since_ns=since_ns,
            until_ns=until_ns,
            text=wish.text,
            tags=tuple(dict.fromkeys(wish.tags)),
            page=wish.page,
            scope=wish.scope,
            author=reads(request),
            created_ns=clock.now_ns(),
        )
        return _note(annotations.add(made))

    @router.delete("/annotations/{number}", status_code=204, summary="Take one away")
    def drop(number: int, request: Request) -> None:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Take away what one wrote oneself; an administrator may take away any."""
        who, found = reads(request), annotations.one(number)
        if found is None:
            raise _unknown(number)
        if found.author != who:
            who = admin(request)
        annotations.drop(number, who=who, at_ns=clock.now_ns())

    return router


def _note(each: Annotation) -> Note:
    is_span = each.until_ns > each.since_ns
    told: dict[str, Any] = {  # Any: what a note has
        "since": moment_of(each.since_ns),
        "until": moment_of(each.until_ns) if is_span else None,
        "created": moment_of(each.created_ns),
    }
    return Note(
        id=each.id,
        text=each.text,
        tags=list(each.tags),
        page=each.page,
        scope=dict(each.scope),
        author=each.author,
        **told,
    )


def _unknown(number: int) -> RequestError:
    return RequestError(
        404,
        f"there is no annotation {number}",
        where="path",
        next_step="GET /api/v1/annotations gives the numbers of all.",
    )
