"""What stands around one subject: consent, tickets, answers to surveys, what is planned for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import duckdb
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from sentio.api.access import Access
from sentio.api.awareness import moment_of
from sentio.api.care import Pseudonym, in_range
from sentio.api.tmf.engine import Engine, Place
from sentio.api.tmf.table import tables
from sentio.loop.care.directory import Directory, masked
from sentio.loop.platform import Platform
from sentio.model.plan import Outcome, Plan
from sentio.store.state.plans import Plans

Json = dict[str, Any]  # Any: JSON
LATEST_PLANS = 300  # that are looked through for those for this subject
MOST = 20
SURVEYS = (
    "SELECT ts, value, title FROM event WHERE event_kind = 'survey' AND subject = ? "
    "ORDER BY ts DESC LIMIT 5"
)
TICKETS = ("TMF621", "troubleTicket")
PROFILES, AGREEMENTS = ("TMF644", "partyPrivacyProfile"), ("TMF644", "partyPrivacyAgreement")


class Consent(BaseModel):
    """What a subject agreed to, as the privacy API (TMF644) holds it."""

    name: str
    status: str
    until: str | None


class Ticket(BaseModel):
    """A trouble ticket (TMF621)."""

    id: str
    name: str
    status: str
    created: str | None


class Survey(BaseModel):
    """An answer to a survey."""

    at: str | None
    value: float | None
    title: str


class NextAction(BaseModel):
    """What is planned, done or was done; ``is_own``: for this very subject."""

    plan: str
    degradation: str
    action: str
    sentence: str
    autonomy: str
    verdict: str
    is_own: bool


class Case(BaseModel):
    """All of it; the newest first."""

    subject: str
    masked: str
    kind: str
    services: list[str]
    last_seen: str | None
    consent: list[Consent]
    tickets: list[Ticket]
    surveys: list[Survey]
    actions: list[NextAction]


class NewTicket(BaseModel):
    """A ticket that an agent opens."""

    model_config = ConfigDict(extra="forbid")

    description: str = Field(min_length=3, max_length=4000)
    severity: str = Field(default="minor", pattern=r"^(critical|major|minor)$")


def cases_router(platform: Platform, directory: Directory, access: Access) -> APIRouter:
    """Make the route of all that stands around a subject."""
    reads = access.needs("read")
    router = APIRouter(prefix="/v1", tags=["care"], dependencies=[Depends(reads)])
    plans = Plans(platform.state)

    @router.get("/subjects/{subject}", summary="What stands around one subject")
    def case(  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        subject: Pseudonym,
        request: Request,
        degradation: Annotated[
            list[str] | None, Query(max_length=20, description="Whose plans are told as well.")
        ] = None,
    ) -> Case:
        """Tell consent, tickets, answers to surveys, and what is planned for it."""
        number = in_range(subject)
        directory.refresh()
        known = directory.one(number)
        engine: Engine = request.app.state.tmf
        return Case(
            subject=str(number),
            masked=masked(number),
            kind=known.kind if known else "user",
            services=list(known.services) if known else [],
            last_seen=moment_of(known.last_ns) if known else None,
            consent=list(_consent(engine, str(number))),
            tickets=list(_tickets(engine, str(number))),
            surveys=_surveys(platform, number),
            actions=list(_actions(plans, str(number), degradation or [])),
        )

    return router


def tickets_router(platform: Platform, access: Access) -> APIRouter:
    """Make the route that opens tickets; it needs the role of customer care."""
    cares = access.needs("care")
    router = APIRouter(prefix="/v1", tags=["care"])

    @router.post("/subjects/{subject}/tickets", summary="Open a ticket", status_code=201)
    def open_ticket(subject: Pseudonym, body: NewTicket, request: Request) -> Ticket:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Make a trouble ticket (TMF621) about a subject; noted in the audit."""
        who, number = cares(request), in_range(subject)
        engine: Engine = request.app.state.tmf
        made = engine.create(
            place_of(TICKETS),
            {
                "name": "Care: poor experience",
                "description": body.description,
                "severity": body.severity,
                "ticketType": "careExperience",
                "relatedParty": [{"id": str(number), "role": "customer"}],
            },
        )
        platform.state.note(
            who,
            "opened a ticket",
            purpose=f"ticket {made['id']}",
            at_ns=platform.clock.now_ns(),
            details={"subject": str(number)},
        )
        return _ticket(made)

    return router


def place_of(kind: tuple[str, str]) -> Place:
    """Give where resources of a kind are, in the oldest generation that has them."""
    name, resource = kind
    api = next(each for each in tables() if each.id == name and resource in each.resources)
    return Place(api, resource)


def _listed(engine: Engine, kind: tuple[str, str], member: str, subject: str) -> list[Json]:
    found, _ = engine.list(place_of(kind), [(f"{member}.id", subject), ("limit", str(MOST))])
    return found.items


def _consent(engine: Engine, subject: str) -> Iterator[Consent]:
    for kind, member in ((PROFILES, "agreedByParty"), (AGREEMENTS, "engagedParty")):
        for each in _listed(engine, kind, member, subject):
            period = each.get("validFor") or each.get("agreementPeriod") or {}
            yield Consent(
                name=str(each.get("name") or kind[1]),
                status=str(each.get("status") or "not said"),
                until=period.get("endDateTime"),
            )


def _tickets(engine: Engine, subject: str) -> Iterator[Ticket]:
    for each in reversed(_listed(engine, TICKETS, "relatedParty", subject)):
        yield _ticket(each)


def _ticket(body: Json) -> Ticket:
    return Ticket(
        id=str(body["id"]),
        name=str(body.get("name") or body.get("description") or "")[:200],
        status=str(body.get("status") or ""),
        created=body.get("creationDate"),
    )


def _surveys(platform: Platform, subject: int) -> list[Survey]:
    try:
        rows = platform.warehouse.con.cursor().execute(SURVEYS, [subject]).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):  # none was ever read
        return []
    return [
        Survey(at=moment_of(ts), value=value, title=str(title or "")) for ts, value, title in rows
    ]


def _actions(plans: Plans, subject: str, degradations: list[str]) -> Iterator[NextAction]:
    """Give plans for the subject itself, then the newest of each degradation that hurts it."""
    newest = plans.plans(limit=LATEST_PLANS)
    own = [each for each in newest if subject in each.subjects][:MOST]
    others = [plan for name in degradations for plan in plans.plans(degradation=name, limit=1)]
    told: set[str] = set()
    for plan in [*own, *others]:
        if plan.id not in told and plan.chosen is not None:
            told.add(plan.id)
            yield _action(plan, plans.outcome(plan.id), is_own=plan in own)


def _action(plan: Plan, outcome: Outcome | None, *, is_own: bool) -> NextAction:
    return NextAction(
        plan=plan.id,
        degradation=plan.degradation,
        action=plan.chosen.action.kind.replace("_", " ") if plan.chosen else "",
        sentence=plan.sentence,
        autonomy=plan.autonomy,
        verdict=outcome.verdict if outcome else "",
        is_own=is_own,
    )
