"""GET plans: what is to be done about degradations, why, what was refused, what came of it."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from sentio.api.access import Access
from sentio.api.awareness import After, Json, Limit, Page, with_moments
from sentio.api.problems import RequestError
from sentio.kernel.values import to_plain
from sentio.model.plan import Plan
from sentio.store.state import StateStore
from sentio.store.state.plans import Plans


def plans_router(state: StateStore, access: Access) -> APIRouter:
    """Make the routes of plans."""
    router = APIRouter(
        prefix="/v1", tags=["decision"], dependencies=[Depends(access.needs("read"))]
    )
    known = Plans(state)

    @router.get("/plans", summary="What is to be done about degradations")
    def plans(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        degradation: str | None = None, limit: Limit = 100, after: After = None
    ) -> Page:
        """List plans, of one degradation or of all, the newest first, with their outcome."""
        found = known.plans(degradation=degradation, limit=limit + 1, after=after)
        items = [_plan_json(known, each) for each in found[:limit]]
        return Page(items=items, next=items[-1]["id"] if len(found) > limit else None)

    @router.get("/plans/{name}", summary="One of them")
    def plan(name: str) -> Json:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        found = known.plan(name)
        if found is None:
            raise RequestError(
                404, f"no plan is called {name!r}", where="plan", expected="the id of a plan"
            )
        return _plan_json(known, found)

    return router


def _plan_json(known: Plans, plan: Plan) -> Json:
    outcome = known.outcome(plan.id)
    body = with_moments(to_plain(plan))
    return {**body, "outcome": to_plain(outcome) if outcome else None}
