"""What the pages of subjects read: who is known, and how one of them fared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from sentio.api.access import Access
from sentio.api.awareness import Moment, moment_ns, moment_of
from sentio.api.care import IdentifierKind, Pseudonym, in_range, pseudonym_of
from sentio.loop.care.directory import Directory, Known, masked
from sentio.loop.care.subject_uses import SubjectUses, Tally, Use, uses_of
from sentio.loop.care.works import Works
from sentio.loop.platform import Platform

KINDS: tuple[IdentifierKind, ...] = (
    *("imsi", "msisdn", "imei", "account", "device_serial", "mac", "ip"),
)
DAY_NS = 86_400_000_000_000
Asked = Annotated[str, Query(max_length=100, description="How a pseudonym or a name begins.")]


class SubjectItem(BaseModel):
    """A subject as lists show it; ``masked`` is what people see unless they may know more."""

    subject: str
    masked: str
    kind: Literal["user", "thing"]
    name: str
    element_kind: str
    last_seen: str | None
    uses: int
    services: list[str]


class SubjectsFound(BaseModel):
    """Those that were found, the last seen first; ``count`` of them there are, of all ``known``."""

    items: list[SubjectItem]
    count: int
    known: int


class SubjectTyped(BaseModel):
    """What somebody types: it stands in no address, as it may be a number of theirs."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=100)
    limit: int = Field(default=20, ge=1, le=100)


class SubjectSought(BaseModel):
    """An identifier as somebody says it, and why it is asked for; it is hashed and not kept."""

    model_config = ConfigDict(extra="forbid")

    identifier: str = Field(min_length=1, max_length=200)
    kind: IdentifierKind | None = Field(default=None, description="Any, unless said.")
    purpose: str = Field(min_length=3, max_length=500)


class Why(BaseModel):
    """Why somebody must know."""

    model_config = ConfigDict(extra="forbid")

    why: str = Field(min_length=3, max_length=500)


class Revealed(BaseModel):
    """A pseudonym in full."""

    subject: str


class TallyItem(BaseModel):
    """Uses added up; ``at`` is when an hour begins, or when a member was used last."""

    at: str
    uses: int
    poor_uses: int
    mos_mean: float
    member: str = ""


class UseItem(BaseModel):
    """One use; ``lost`` is the MOS that each domain cost it, the most first."""

    at: str
    service: str
    mos: float
    is_poor: bool
    duration_s: float | None
    path: Mapping[str, str]
    lost: Mapping[str, float]


class UsesTold(BaseModel):
    """How a subject fared: in all, hour by hour, by what it used, and its last uses."""

    subject: str
    masked: str
    since: str
    until: str
    uses: int
    poor_uses: int
    mos_mean: float | None
    mos_perceived: float | None
    hours: list[TallyItem]
    members: Mapping[str, list[TallyItem]]
    latest: list[UseItem]


def subjects_router(platform: Platform, directory: Directory, access: Access) -> APIRouter:
    """Make the routes of finding subjects."""
    reads = access.needs("read")
    router = APIRouter(prefix="/v1", tags=["care"], dependencies=[Depends(reads)])

    @router.get("/subjects", summary="Subjects by how their pseudonym or name begins")
    def found(q: Asked = "", limit: Annotated[int, Query(ge=1, le=100)] = 20) -> SubjectsFound:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Find subjects among all; names are those of elements that are subjects themselves."""
        return find(directory, q.strip(), limit=limit)

    @router.post("/subjects/search", summary="The same, as somebody types it")
    def typed(body: SubjectTyped) -> SubjectsFound:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return find(directory, body.text.strip(), limit=body.limit)

    @router.post("/subjects/lookup", summary="One by an identifier, with a purpose")
    def by_identifier(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        body: SubjectSought, request: Request
    ) -> SubjectsFound:
        """Hash an identifier as the gate does and tell if it was ever seen; noted in the audit."""
        directory.refresh()
        kinds = KINDS if body.kind is None else (body.kind,)
        every = (directory.one(pseudonym_of(kind, body.identifier, platform.key)) for kind in kinds)
        items = [subject_item(each) for each in every if each is not None]
        platform.state.note(
            reads(request),
            "looked for a subject",
            purpose=body.purpose,
            at_ns=platform.clock.now_ns(),
            details={"found": [each.subject for each in items]},
        )
        return SubjectsFound(items=items, count=len(items), known=len(directory))

    return router


def uses_router(platform: Platform, access: Access) -> APIRouter:
    """Make the routes of one subject: its uses, and its pseudonym in full."""
    reads, reveals = access.needs("read"), access.needs("reveal")
    router = APIRouter(prefix="/v1", tags=["care"], dependencies=[Depends(reads)])
    works = Works(platform.warehouse)

    @router.get("/subjects/{subject}/uses", summary="One subject's uses, added up and one by one")
    def uses(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        subject: Pseudonym,
        days: Annotated[float, Query(gt=0, le=92, description="Back from the newest data.")] = 30.0,
        since: Moment = None,
        until: Moment = None,
        service: str | None = None,
        limit: Annotated[int, Query(ge=0, le=1000, description="Of single uses.")] = 100,
    ) -> UsesTold:
        """Tell when, where and with what, in [since, until) or the last days.

        The reading of a subject is noted in the audit by `/care`.
        """
        until_ns = moment_ns(until) or works.latest_ns(platform.clock.now_ns())
        return uses_told(
            uses_of(
                platform.warehouse,
                works,
                {"subject": str(in_range(subject)), **({"service": service} if service else {})},
                since_ns=moment_ns(since) or until_ns - round(days * DAY_NS),
                until_ns=until_ns,
                limit=limit,
            )
        )

    @router.post("/subjects/{subject}/reveal", summary="A pseudonym in full, with a reason")
    def reveal(subject: Pseudonym, body: Why, request: Request) -> Revealed:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Tell it to whoever may know, and note who wanted to know it and why."""
        who, number = reveals(request), in_range(subject)
        platform.state.note(
            who,
            "revealed a subject",
            purpose=body.why,
            at_ns=platform.clock.now_ns(),
            details={"subject": str(number)},
        )
        return Revealed(subject=str(number))

    return router


def find(directory: Directory, text: str, *, limit: int) -> SubjectsFound:
    """Find subjects by their pseudonym, and by the name of the element that they are."""
    directory.refresh()
    if not text:
        return SubjectsFound(items=[], count=0, known=len(directory))
    shown = text.removesuffix("…")  # as pages show it
    known, count = directory.by_prefix(shown, limit=limit)
    if not known:
        known = directory.by_name(text, limit=limit)
        count = len(known)
    return SubjectsFound(
        items=[subject_item(each) for each in known], count=count, known=len(directory)
    )


def subject_item(each: Known) -> SubjectItem:
    """Give a subject as lists show it."""
    return SubjectItem(
        subject=str(each.subject),
        masked=masked(each.subject),
        kind="thing" if each.kind == "thing" else "user",
        name=each.name,
        element_kind=each.element_kind,
        last_seen=moment_of(each.last_ns or None),
        uses=each.uses,
        services=list(each.services),
    )


def uses_told(told: SubjectUses) -> UsesTold:
    """Give a subject's uses as JSON."""
    return UsesTold(
        subject=str(told.subject),
        masked=masked(told.subject),
        since=_iso(told.since_ns),
        until=_iso(told.until_ns),
        uses=told.uses,
        poor_uses=told.poor_uses,
        mos_mean=told.mos_mean,
        mos_perceived=told.mos_perceived,
        hours=[_tally(each) for each in told.hours],
        members={name: [_tally(e) for e in every] for name, every in told.members.items()},
        latest=[_use(each) for each in told.latest],
    )


def _tally(each: Tally) -> TallyItem:
    return TallyItem(
        at=_iso(each.ts_ns),
        uses=each.uses,
        poor_uses=each.poor_uses,
        mos_mean=each.mos_mean,
        member=each.member,
    )


def _use(each: Use) -> UseItem:
    return UseItem(
        at=_iso(each.ts_ns),
        service=each.service,
        mos=each.mos,
        is_poor=each.is_poor,
        duration_s=each.duration_s,
        path=each.path,
        lost=each.lost,
    )


def _iso(ts_ns: int) -> str:
    return moment_of(ts_ns) or ""
