"""Customer care: one subject in one call, by pseudonym or identifier; and the silent sufferers."""

from __future__ import annotations

from typing import Annotated, Literal

import pyarrow as pa
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from sentio.api.access import Access
from sentio.api.awareness import Json, Limit, SubjectPage, with_moments
from sentio.api.problems import RequestError
from sentio.governance.key import Key
from sentio.governance.pseudonym import pseudonyms
from sentio.kernel.values import to_plain
from sentio.loop.care.subject import Care
from sentio.loop.care.sufferers import Sufferer, silent_sufferers
from sentio.loop.periods import Periods
from sentio.loop.platform import Platform
from sentio.model.care import SubjectCare
from sentio.store.cube import MINUTE_NS
from sentio.store.state.told import Told

IdentifierKind = Literal["imsi", "msisdn", "imei", "ip", "mac", "account", "device_serial"]
Days = Annotated[float, Query(gt=0, le=92, description="Back from the newest data.")]
Pseudonym = Annotated[
    str, Path(pattern=r"^-?\d{1,20}$", description="As lists of subjects give it.")
]


class Named(BaseModel):
    """Somebody by an identifier, and why it is asked for; the identifier is hashed and not kept."""

    model_config = ConfigDict(extra="forbid")

    kind: IdentifierKind
    identifier: str = Field(min_length=1, max_length=200)
    purpose: str = Field(min_length=3, max_length=500)
    days: float = Field(default=7.0, gt=0, le=92)


def care_router(platform: Platform, access: Access) -> APIRouter:
    """Make the routes of customer care."""
    reads = access.needs("read")
    router = APIRouter(prefix="/v1", tags=["care"], dependencies=[Depends(reads)])
    care = Care(platform.warehouse, platform.state, platform.calendar)

    def answer(subject: int, request: Request, *, purpose: str, days: float) -> Json:
        now_ns = platform.clock.now_ns()
        platform.state.note(
            reads(request),
            "read a subject",
            purpose=purpose,
            at_ns=now_ns,
            details={"subject": str(subject)},
        )
        return care_json(care.of(subject, now_ns=now_ns, days=days))

    @router.get("/care/{subject}", summary="One subject: how it fared, why, what to say")
    def by_pseudonym(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        subject: Pseudonym,
        request: Request,
        purpose: Annotated[str, Query(max_length=500)] = "customer care",
        days: Days = 7.0,
    ) -> Json:
        """Tell how a subject fared, the verdict first; the reading is noted in the audit."""
        return answer(in_range(subject), request, purpose=purpose, days=days)

    @router.post("/care", summary="The same by an identifier, with a purpose")
    def by_identifier(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        body: Named, request: Request
    ) -> Json:
        """Hash the identifier as the gate does, and tell how that subject fared."""
        subject = pseudonym_of(body.kind, body.identifier, platform.key)
        return answer(subject, request, purpose=body.purpose, days=body.days)

    return router


def sufferers_router(platform: Platform, access: Access) -> APIRouter:
    """Make the route of those who suffer in silence."""
    reads = access.needs("read")
    router = APIRouter(prefix="/v1", tags=["care"], dependencies=[Depends(reads)])
    told = Told(platform.state)

    @router.get("/silent-sufferers", summary="Whom a degradation hurts and who has not called")
    def sufferers(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        request: Request,
        degradation: Annotated[str, Query(max_length=100)],
        limit: Limit = 100,
        after: Annotated[int, Query(ge=0, description="How many were read already.")] = 0,
    ) -> SubjectPage:
        """List them by pseudonym, those to call first at the top."""
        one = told.degradation(degradation)
        if one is None:
            raise RequestError(
                404,
                f"there is no degradation {degradation!r}",
                where="degradation",
                next_step="GET /api/v1/degradations gives the ids of all.",
            )
        now_ns = platform.clock.now_ns()
        platform.state.note(
            reads(request), "listed subjects", purpose=f"silent {degradation}", at_ns=now_ns
        )
        topology = Periods(platform.warehouse, period_ns=MINUTE_NS).topology()
        found = silent_sufferers(platform.warehouse, topology, one, until_ns=one.ended_ns or now_ns)
        shown = found[after : after + limit]
        is_more = len(found) > after + limit
        return SubjectPage(
            items=[sufferer_json(each) for each in shown], next=after + limit if is_more else None
        )

    return router


def pseudonym_of(kind: str, identifier: str, key: Key) -> int:
    """Give the pseudonym of an identifier, as the gate makes it."""
    found = pseudonyms(pa.array([identifier.strip()], pa.string()), kind=kind, key=key)[0].as_py()
    if found is None:
        raise RequestError(422, "the identifier is empty", where="identifier")
    return int(found)


def care_json(told: SubjectCare) -> Json:
    """Give what is told of a subject as JSON, the verdict first."""
    plain = to_plain(told)
    return {
        "verdict": plain.pop("verdict"),
        "headline": plain.pop("headline"),
        "words": plain.pop("words"),
        **with_moments(plain),
        "subject": str(told.subject),
        "worst": [with_moments(each, names=("ts_ns",)) for each in plain["worst"]],
        "incidents": [with_moments(each) for each in plain["incidents"]],
    }


def sufferer_json(each: Sufferer) -> Json:
    """Give a sufferer as JSON."""
    return {**to_plain(each), "subject": str(each.subject)}


def in_range(subject: str) -> int:
    """Read a pseudonym; raises `RequestError` where it is none."""
    number = int(subject)
    if not -(1 << 63) <= number < 1 << 63:
        raise RequestError(
            422, f"{subject} is no pseudonym", where="path", expected="a whole number of 64 bits"
        )
    return number
