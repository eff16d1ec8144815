"""GET service problems, and their life cycle: what one cause spoils, and who has taken it over."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from sentio.api.access import Access
from sentio.api.awareness import After, Json, Limit, Moment, Page, moment_ns, with_moments
from sentio.api.problems import RequestError
from sentio.kernel.clock import Clock
from sentio.kernel.errors import RefusedError, UnknownName
from sentio.kernel.values import to_plain
from sentio.model.problem import ServiceProblem, Status
from sentio.store.state import StateStore
from sentio.store.state.problems import Problems


class Move(BaseModel):
    """A new state, and why."""

    model_config = ConfigDict(extra="forbid")

    status: Status
    why: str = Field(default="", max_length=500)


def service_problems_router(state: StateStore, access: Access, clock: Clock) -> APIRouter:
    """Make the routes of service problems."""
    problems = Problems(state)
    changes = access.needs("act")
    router = APIRouter(
        prefix="/v1", tags=["assurance"], dependencies=[Depends(access.needs("read"))]
    )

    @router.get("/service-problems", summary="What one cause spoils")
    def listed(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        status: Status | None = None,
        is_open: Annotated[bool | None, Query(alias="open")] = None,
        since: Moment = None,
        degradation: str | None = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page:
        """List service problems, those changed last first; ``since`` is of their last change."""
        found = problems.list(
            status=status,
            is_open=is_open,
            since_ns=moment_ns(since),
            degradation=degradation,
            limit=limit + 1,
            after=after,
        )
        items = [problem_json(each) for each in found[:limit]]
        return Page(items=items, next=items[-1]["id"] if len(found) > limit else None)

    @router.get("/service-problems/{name}", summary="One of them")
    def one(name: str) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return problem_json(_known(problems, name))

    @router.patch("/service-problems/{name}", summary="Take it over, hold it, close it")
    def move(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        name: str, body: Move, request: Request
    ) -> Json:
        """Put it into another state; the step is noted with who made it."""
        who, now_ns = changes(request), clock.now_ns()
        try:
            moved = problems.move(name, body.status, who=who, at_ns=now_ns, why=body.why)
        except UnknownName:
            raise _unknown(name) from None
        except RefusedError as error:
            raise RequestError(409, error.what, where="status", expected=error.expected) from error
        state.note(who, f"service problem {body.status}", purpose=body.why or name, at_ns=now_ns)
        return problem_json(moved)

    return router


def _known(problems: Problems, name: str) -> ServiceProblem:
    found = problems.one(name)
    if found is None:
        raise _unknown(name)
    return found


def problem_json(each: ServiceProblem) -> Json:
    """Give a service problem as JSON: times in ns, and beside them as people read them."""
    return with_moments(to_plain(each))


def _unknown(name: str) -> RequestError:
    return RequestError(
        404,
        f"there is no service problem {name!r}",
        where="path",
        next_step="GET /api/v1/service-problems gives the ids of all.",
    )
