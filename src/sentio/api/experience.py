"""GET experience: who had what experience of which service, and where it was worst."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from sentio.api.access import Access
from sentio.api.awareness import Moment, moment_ns
from sentio.loop.platform import Platform
from sentio.store.ask import Answers

Json = dict[str, Any]  # Any: JSON

WORST = 3  # members a service
LEAST_USES = 30  # of a member, to be among the worst
OF_SERVICE = ("service", "n", "mos_mean", "poor_share")
OF_WORST = ("service", "member", "n", "mos_mean", "poor_share", "excess_poor")


class Experience(BaseModel):
    """All uses of a window; ``subjects`` is an estimate within a tenth.

    ``worst`` ranks members of a dimension by how many more of their uses than usual were surely
    poor; ``excess_poor`` is their number.
    """

    uses: int
    subjects: int
    mos_mean: float | None
    services: list[Json]
    worst: list[Json]


def experience_router(platform: Platform, access: Access) -> APIRouter:
    """Make the route."""
    router = APIRouter(
        prefix="/v1", tags=["experience"], dependencies=[Depends(access.needs("read"))]
    )

    @router.get("/experience", summary="Who had what experience, and where it was worst")
    def experience(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        request: Request, since: Moment = None, until: Moment = None, dimension: str = "cell"
    ) -> Experience:
        """Count what was used in [since, until), to the minute, over all subjects.

        Whoever may read groups only is not told of services with few subjects, nor of members.
        """
        answers = Answers(platform.warehouse)
        if not answers.services():
            return Experience(uses=0, subjects=0, mos_mean=None, services=[], worst=[])
        span = {"since_ns": moment_ns(since), "until_ns": moment_ns(until)}
        services = answers.ask("service_totals", **span).to_pylist()
        subjects = answers.ask("subjects_together", **span).column("subjects").to_pylist()
        ranked = {"dimension": dimension, "least_n": LEAST_USES, "limit": WORST}
        worst = answers.ask("worst_members", **ranked, **span).to_pylist()
        if least := access.least_group(request):
            known = answers.ask("subjects_by_service", **span).to_pylist()
            enough = tuple(e["service"] for e in known if at_least(e["subjects"]) >= least)
            services, worst = [each for each in services if each["service"] in enough], []
            together = answers.ask("subjects_together", services=enough, **span) if enough else None
            subjects = together.column("subjects").to_pylist() if together else []
        return _experience(services, subjects, worst)

    return router


def at_least(estimate: float | None) -> float:
    """Give how many subjects there are at least, of an estimate within a tenth."""
    return 0.8 * (estimate or 0.0)


def _experience(services: list[Json], subjects: list[int | None], worst: list[Json]) -> Experience:
    uses = sum(each["n"] for each in services)
    total = sum(each["n"] * each["mos_mean"] for each in services if each["n"])
    surely = sorted(worst, key=lambda each: (-each["excess_poor"], each["member"]))
    return Experience(
        uses=uses,
        subjects=round(sum(each or 0 for each in subjects)),
        mos_mean=total / uses if uses else None,
        services=[{name: each[name] for name in OF_SERVICE} for each in services],
        worst=[
            {name: each[name] for name in OF_WORST} for each in surely if each["excess_poor"] > 0.0
        ],
    )
