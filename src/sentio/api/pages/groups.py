"""GET groups of subjects, none of them small: seen without seeing anybody (k-anonymity).

L. Sweeney, k-anonymity: a model for protecting privacy, Int. J. Uncertain. Fuzz. 10 (2002) 557-570.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from sentio.api.access import Access
from sentio.api.awareness import Moment, moment_ns
from sentio.loop.platform import Platform
from sentio.store.ask import Answers

HOUR_NS = 3_600_000_000_000
By = Literal["segment", "slice", "device_model", "app"]


class Group(BaseModel):
    """A group of subjects: how many, how much they used, and how it was."""

    member: str
    subjects: int
    uses: int
    mos_mean: float


class Groups(BaseModel):
    """Groups, the greatest first; those of fewer than ``least`` subjects are not among them."""

    by: str
    least: int
    items: list[Group]


def groups_router(platform: Platform, access: Access) -> APIRouter:
    """Make the route."""
    reads = access.needs("read")
    router = APIRouter(prefix="/v1", tags=["experience"], dependencies=[Depends(reads)])
    least = platform.settings.privacy_least_members

    @router.get("/groups", summary="Groups of subjects, no small ones")
    def groups(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        request: Request,
        by: Annotated[By, Query(description="What makes a group.")] = "segment",
        since: Moment = None,
        until: Moment = None,
    ) -> Groups:
        """Count subjects and uses with a score, exactly.

        Whoever may read groups only asks by whole hours, so that two questions cannot be told
        apart by one use.
        """
        answers = Answers(platform.warehouse)
        services = answers.services()
        if not services:
            return Groups(by=by, least=least, items=[])
        since_ns, until_ns = moment_ns(since), moment_ns(until)
        if access.least_group(request):
            since_ns, until_ns = _whole_hour(since_ns), _whole_hour(until_ns)
        rows = answers.ask(
            "groups_counted",
            services=services,
            dimension=by,
            least_subjects=least,
            since_ns=since_ns,
            until_ns=until_ns,
        ).to_pylist()
        items = [
            Group(
                member=each["member"],
                subjects=each["subjects"],
                uses=each["n"],
                mos_mean=each["mos_mean"],
            )
            for each in rows
        ]
        return Groups(by=by, least=least, items=sorted(items, key=lambda each: -each.subjects))

    return router


def _whole_hour(ts_ns: int | None) -> int | None:
    return None if ts_ns is None else ts_ns // HOUR_NS * HOUR_NS
