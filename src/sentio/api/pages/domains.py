"""GET what the page of domains shows: who may do what by itself, switches, promises to take on."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from sentio.api.access import Access
from sentio.api.awareness import Limit, moment_of
from sentio.decision.catalogue import ACTIONS
from sentio.decision.policy import policy
from sentio.execution.routes import DRY, Routes, routes
from sentio.loop.domains.catalogue import domains, slas
from sentio.loop.domains.options import RECONFIGURE, RETURN, SUPPLEMENT, SWITCH
from sentio.loop.domains.own_loop import CROSS, own_actions
from sentio.loop.platform import Platform
from sentio.model.plan import AUTONOMY, Autonomy, Outcome, Plan
from sentio.store.state import StateStore
from sentio.store.state.domains import DomainBook
from sentio.store.state.plans import Plans
from sentio.store.state.tasks import Tasks

KINDS = (SWITCH, SUPPLEMENT, RECONFIGURE, RETURN)
UNDONE = "undone"


class ActionAutonomy(BaseModel):
    """How far a kind of action goes by itself: what the policy says, and what is in force."""

    kind: str
    title: str
    by_policy: Autonomy
    autonomy: Autonomy
    level: int
    controller: str  # who carries it out; `dry_run` only tells
    peer: str
    is_carried_out: bool


class DomainAutonomy(BaseModel):
    """How far a domain goes by itself, and its kinds of action."""

    name: str
    title: str
    defined: Autonomy
    wished: Autonomy | None  # what people said of it
    autonomy: Autonomy
    level: int
    actions: list[ActionAutonomy]


class AutonomyPage(BaseModel):
    """Autonomy everywhere; ``most`` is the setting that nothing exceeds. Level: IG1230, 0 to 4."""

    most: Autonomy
    policy: str
    domains: list[DomainAutonomy]
    actions: list[ActionAutonomy]  # of the loop over all degradations
    cross: list[ActionAutonomy]  # of the controller above all domains


class Switched(BaseModel):
    """What the controller above all domains did: what was led where, how it went, until when."""

    plan: str
    made: str
    kind: str
    element: str
    element_kind: str
    of: str
    by: str
    also: str
    share: float | None
    autonomy: Autonomy
    sentence: str
    task: str | None
    task_state: str | None
    verdict: str | None
    effect_mos: float | None
    proof: str
    is_undone: bool
    ended: str | None
    ended_by: str


class SwitchedPage(BaseModel):
    """Switches, the newest first."""

    items: list[Switched]


class Promise(BaseModel):
    """A promise of the catalogue, or one taken on; ``since`` is null where it is not."""

    name: str
    title: str
    services: list[str]
    path: list[str]
    targets: dict[str, float]
    since: str | None


class Promises(BaseModel):
    """All of them, by name."""

    items: list[Promise]


def domains_page_router(platform: Platform, access: Access) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/v1", tags=["domains"], dependencies=[Depends(access.needs("read"))])
    state = platform.state

    @router.get("/autonomy", summary="Who may do what by itself, domain by domain")
    def autonomy() -> AutonomyPage:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return _autonomy(platform)

    @router.get("/domain-switches", summary="What domains carried for each other, and for how long")
    def switches(limit: Limit = 100) -> SwitchedPage:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        found = Plans(state).of_kinds(KINDS, limit=limit)
        return SwitchedPage(items=[_switched(state, each, found) for each in found])

    @router.get("/promises", summary="What customers are promised, or could be")
    def promises() -> Promises:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        return Promises(items=_promises(state))

    return router


def _autonomy(platform: Platform) -> AutonomyPage:
    settings = platform.settings
    most, name = settings.decision_autonomy, settings.decision_policy
    ways = routes(settings, known=ACTIONS.names())
    wished = DomainBook(platform.state).autonomy()
    given, cross = policy(name), policy(CROSS)

    def told(kind: str, title: str, by_policy: Autonomy, held: Autonomy) -> ActionAutonomy:
        return _action(ways, kind, title, by_policy, least(by_policy, held))

    found: list[DomainAutonomy] = []
    for each in domains().values():
        held = least(wished.get(each.name, each.autonomy), most)
        found.append(
            DomainAutonomy(
                name=each.name,
                title=each.title,
                defined=each.autonomy,
                wished=wished.get(each.name),
                autonomy=held,
                level=level_of(held),
                actions=[
                    told(kind.name, kind.title, given.autonomy_of(kind.name), held)
                    for kind in own_actions(each)
                ],
            )
        )
    kinds = sorted(ACTIONS, key=lambda each: each.name)
    return AutonomyPage(
        most=most,
        policy=name,
        domains=found,
        actions=[
            told(each.name, each.title, given.autonomy_of(each.name), most)
            for each in kinds
            if each.name not in KINDS
        ],
        cross=[
            told(each.name, each.title, cross.autonomy_of(each.name), most)
            for each in kinds
            if each.name in KINDS
        ],
    )


def _action(
    ways: Routes, kind: str, title: str, by_policy: Autonomy, held: Autonomy
) -> ActionAutonomy:
    row = ways.rows.get(kind)
    has_peer = row is not None and row.peer in ways.peers
    return ActionAutonomy(
        kind=kind,
        title=title,
        by_policy=by_policy,
        autonomy=held,
        level=level_of(held),
        controller=row.controller if row is not None else DRY,
        peer=row.peer if row is not None else "",
        is_carried_out=has_peer,
    )


def least(one: Autonomy, other: Autonomy) -> Autonomy:
    """Give the lesser of two."""
    return AUTONOMY[min(AUTONOMY.index(one), AUTONOMY.index(other))]


def level_of(autonomy: Autonomy) -> int:
    """Give the level of TM Forum IG1230, 1 to 4; 0 is a loop that is switched off."""
    return AUTONOMY.index(autonomy) + 1


def _switched(state: StateStore, plan: Plan, among: Sequence[Plan]) -> Switched:
    outcome, task = Plans(state).outcome(plan.id), Tasks(state).of_plan(plan.id)
    chosen = plan.chosen
    action = chosen.action if chosen else None
    told = dict(action.parameters) if action else {}
    share = told.get("share")
    ended, ended_by = _end(plan, outcome, among)
    return Switched(
        plan=plan.id,
        made=moment_of(plan.made_ns) or "",
        kind=action.kind if action else "",
        element=action.target if action else "",
        element_kind=action.target_kind if action else "",
        of=str(told.get("of", told.get("domain", ""))),
        by=str(told.get("to", told.get("by", ""))),
        also=str(told.get("also", "")),
        share=float(share) if share is not None else None,
        autonomy=plan.autonomy,
        sentence=plan.sentence,
        task=task.id if task else None,
        task_state=task.state if task else None,
        verdict=outcome.verdict if outcome else None,
        effect_mos=outcome.effect_mos.mean if outcome else None,
        proof=outcome.sentence if outcome else "",
        is_undone=outcome.is_undone if outcome else False,
        ended=ended,
        ended_by=ended_by,
    )


def _end(plan: Plan, outcome: Outcome | None, among: Sequence[Plan]) -> tuple[str | None, str]:
    """Tell when a stand-in ended, and by what: a plan of return, or its being taken back."""
    if plan.chosen is None or plan.chosen.action.kind not in {SWITCH, SUPPLEMENT}:
        return None, ""
    if outcome is not None and outcome.is_undone:
        return moment_of(outcome.verified_ns), UNDONE
    target = plan.chosen.action.target
    later = [
        each
        for each in among
        if each.chosen is not None
        and each.chosen.action.target == target
        and each.made_ns > plan.made_ns
        and each.autonomy == "act"
    ]
    first = min(later, key=lambda each: each.made_ns, default=None)
    return (moment_of(first.made_ns), first.id) if first else (None, "")


def _promises(state: StateStore) -> list[Promise]:
    taken = {each.name: each for each in DomainBook(state).promises()}
    found = {name: each.model_dump() for name, each in slas().items()}
    found |= {name: each.body for name, each in taken.items()}
    return [
        Promise(
            name=name,
            title=str(body.get("title", name)),
            services=list(body.get("services", [])),
            path=list(body.get("path", [])),
            targets={
                key: float(body[key])
                for key in ("mos", "delay_ms", "loss_ratio", "availability_ratio")
                if body.get(key) is not None
            },
            since=moment_of(taken[name].since_ns) if name in taken else None,
        )
        for name, body in sorted(found.items())
    ]
