"""What is being done: tasks, a yes to a plan, the switch of all automation, the audit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from sentio.api.access import Access
from sentio.api.awareness import After, Json, Limit, Page, with_moments
from sentio.api.problems import RequestError
from sentio.kernel.clock import Clock
from sentio.kernel.errors import UnknownName
from sentio.kernel.values import to_plain
from sentio.model.plan import Plan
from sentio.store.state import StateStore
from sentio.store.state.plans import Plans
from sentio.store.state.steering import Steering
from sentio.store.state.tasks import Task, Tasks

Why = Annotated[str, Field(min_length=3, max_length=500, description="Why, for the audit.")]


class Reason(BaseModel):
    """Why somebody decides so."""

    model_config = ConfigDict(extra="forbid")

    why: Why


class Yes(Reason):
    """A yes to a plan; ``action`` names another of its candidates than the chosen one."""

    action: str = Field(default="", max_length=500)


class SwitchWish(BaseModel):
    """How the switch is to stand, and why."""

    model_config = ConfigDict(extra="forbid")

    is_stopped: bool
    why: Why


def tasks_router(
    state: StateStore, access: Access, clock: Clock, *, wake: Callable[[], None]
) -> APIRouter:
    """Make the routes of tasks; taking one back needs the role ``act`` or ``admin``."""
    router = APIRouter(prefix="/v1", tags=["execution"])
    reads, acts = Depends(access.needs("read")), access.needs("act")
    tasks = Tasks(state)

    @router.get("/tasks", summary="What is, or was, done in the network", dependencies=[reads])
    def listed(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        is_open: Annotated[bool | None, Query(alias="open")] = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page:
        """List tasks, the newest first; `open` keeps those that stand or are under way."""
        found = tasks.list(is_open=is_open, limit=limit + 1, after=after)
        items = [task_json(each) for each in found[:limit]]
        return Page(items=items, next=items[-1]["id"] if len(found) > limit else None)

    @router.get("/tasks/{name}", summary="One of them", dependencies=[reads])
    def one(name: str) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        found = tasks.task(name)
        if found is None:
            raise _not_there("task", name)
        return task_json(found)

    @router.post("/tasks/{name}/undo", summary="Take it back", status_code=202)
    def undo(name: str, body: Reason, request: Request) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Want it taken back; where it was never sent it is withdrawn."""
        who = acts(request)
        try:
            found = tasks.take_back(name, who=who, why=body.why, at_ns=clock.now_ns())
        except UnknownName:
            raise _not_there("task", name) from None
        wake()
        return task_json(found)

    return router


def approvals_router(
    state: StateStore, access: Access, clock: Clock, *, look: Callable[[], None]
) -> APIRouter:
    """Make the routes of a yes or no to a plan; both need the role ``act`` or ``admin``."""
    router = APIRouter(prefix="/v1", tags=["decision"])
    reads, acts = Depends(access.needs("read")), access.needs("act")
    steering, plans = Steering(state), Plans(state)

    @router.post("/plans/{name}/approval", summary="Say yes to a plan", status_code=202)
    def approve(name: str, body: Yes, request: Request) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Let a plan be carried out that waits for a person; GET tells what became of it."""
        who, plan = acts(request), _waiting(plans, name)
        if plan.agreed(body.action) is None:
            names = ", ".join(each.action.name for each in plan.candidates)
            raise RequestError(
                422, f"{body.action!r} is no candidate of it", where="action", expected=names
            )
        now_ns = clock.now_ns()
        steering.approve(name, who=who, why=body.why, at_ns=now_ns, action=body.action)
        look()
        return {"plan": name, "answer": ""}

    @router.post("/plans/{name}/rejection", summary="Say no to a plan")
    def reject(name: str, body: Reason, request: Request) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Note that a plan is not wanted, and why; a yes that was not taken up is gone."""
        who, plan = acts(request), _waiting(plans, name)
        steering.reject(plan.id, who=who, why=body.why, at_ns=clock.now_ns())
        return {"plan": name, "answer": "rejected"}

    @router.get("/plans/{name}/approval", summary="What became of the yes", dependencies=[reads])
    def answer(name: str) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        if plans.plan(name) is None:
            raise _not_there("plan", name)
        return {"plan": name, "answer": steering.answered(name)}

    return router


def automation_router(
    state: StateStore, access: Access, clock: Clock, *, wake: Callable[[], None]
) -> APIRouter:
    """Make the routes of the switch; turning it needs the role of an administrator."""
    router = APIRouter(prefix="/v1", tags=["execution"])
    reads, admin = Depends(access.needs("read")), access.needs("admin")
    steering = Steering(state)

    @router.get("/automation", summary="Whether all automation is stopped", dependencies=[reads])
    def switch() -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return with_moments(to_plain(steering.switch()))

    @router.put("/automation", summary="Stop all automation, or let it go on")
    def turn(body: SwitchWish, request: Request) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Hold at once: nothing new is done; what was done may still be taken back."""
        found = steering.turn(
            is_stopped=body.is_stopped, who=admin(request), why=body.why, at_ns=clock.now_ns()
        )
        wake()
        return with_moments(to_plain(found))

    return router


def audit_router(state: StateStore, access: Access) -> APIRouter:
    """Make the routes of the audit, for administrators."""
    router = APIRouter(
        prefix="/v1", tags=["governance"], dependencies=[Depends(access.needs("admin"))]
    )

    @router.get("/audit", summary="Who did what, why, by which evidence")
    def lines(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        limit: Limit = 100,
        before: Annotated[int | None, Query(ge=1)] = None,
        text: Annotated[str, Query(max_length=200, description="In who, what or purpose.")] = "",
    ) -> Json:
        """List lines, the newest first; `before` is the id of the last one read."""
        found = state.audit(limit=limit, before=before, text=text)
        times = ("at_ns",)
        return {"items": [with_moments(to_plain(each), names=times) for each in found]}

    @router.get("/audit/verification", summary="Whether the audit is as it was written")
    def verification() -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Follow the chain of hashes; note `head` elsewhere to find out if its end is cut off."""
        found = state.verify_audit()
        return {"is_whole": found.is_whole, **to_plain(found)}

    return router


def task_json(task: Task) -> Json:
    """Give a task as JSON, with the name of its action and what its plan says."""
    body = to_plain(task)
    plan = body.pop("plan")
    return with_moments(
        {
            **body,
            "plan": plan["id"],
            "degradation": plan["degradation"],
            "action": task.action.name,
            "sentence": plan["sentence"],
            "until_ns": plan["until_ns"],
        }
    )


def _waiting(plans: Plans, name: str) -> Plan:
    """Give a plan that waits for people; raises `RequestError` where it is none."""
    plan = plans.plan(name)
    if plan is None:
        raise _not_there("plan", name)
    if plan.chosen is None or plan.autonomy == "act":
        is_done = "it is carried out already" if plan.chosen else "it does nothing"
        raise RequestError(409, is_done, where="plan", expected="a plan that waits for a yes")
    return plan


def _not_there(kind: str, name: str) -> RequestError:
    return RequestError(
        404, f"there is no {kind} {name!r}", where="path", expected=f"the id of a {kind}"
    )
