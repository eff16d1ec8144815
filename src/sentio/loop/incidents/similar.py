"""Past incidents like one: the same thing wrong with the same kind of element, and what helped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sentio.model.problem import OVER, ServiceProblem
from sentio.store.state.incident_list import Body, IncidentList
from sentio.store.state.plans import Plans
from sentio.store.state.store import StateStore

LOOKED_AT = 500  # problems changed last
SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An action of a past incident, and what came of it: empty where nobody knows."""

    action: str
    verdict: str
    effect_mos: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """A past incident, why it is like this one, and what was tried."""

    id: str
    name: str
    began_ns: int
    resolved_ns: int | None
    same: tuple[str, ...]
    tried: tuple[Tried, ...]


def similar_to(state: StateStore, problem: ServiceProblem) -> list[Similar]:
    """List past incidents like one, those most like it first, among those changed last."""
    cause = problem.root_cause
    if cause is None:
        return []
    own = {"kind": cause.kind, "element_kind": cause.element_kind, "element": cause.element}
    found: list[tuple[int, int, Body, tuple[str, ...]]] = []
    for body in IncidentList(state).page(after=None, limit=LOOKED_AT):
        if body["id"] == problem.id or body["status"] not in OVER or body["merged_into"]:
            continue
        if body["began_ns"] >= problem.began_ns:
            continue
        same = _same(own, body.get("root_cause") or {})
        if same:
            found.append((len(same), int(body["began_ns"]), body, same))
    found.sort(key=lambda each: (-each[0], -each[1]))
    return [_similar(state, body, same) for _, _, body, same in found[:SHOWN]]


def _same(own: Mapping[str, str], other: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what two causes have in common; nothing where it is only the kind of element."""
    same = tuple(name for name, value in own.items() if value and other.get(name) == value)
    is_alike = "element" in same or {"kind", "element_kind"} <= set(same)
    return same if is_alike else ()


def _similar(state: StateStore, body: Body, same: tuple[str, ...]) -> Similar:
    return Similar(
        id=str(body["id"]),
        name=str(body["name"]),
        began_ns=int(body["began_ns"]),
        resolved_ns=body.get("resolved_ns"),
        same=same,
        tried=tuple(_tried(Plans(state), body["degradations"])),
    )


def _tried(plans: Plans, degradations: Iterable[str]) -> Iterable[Tried]:
    """List what was done about some degradations, each action once."""
    found: dict[str, Tried] = {}
    for name in degradations:
        for plan in plans.plans(degradation=name, limit=SHOWN):
            if plan.chosen is None or plan.autonomy != "act":
                continue
            outcome = plans.outcome(plan.id)
            action = f"{plan.chosen.action.kind.replace('_', ' ')} {plan.chosen.action.target}"
            found.setdefault(
                action,
                Tried(
                    action=action,
                    verdict=outcome.verdict if outcome else "",
                    effect_mos=outcome.effect_mos.mean if outcome else None,
                ),
            )
    return list(found.values())[:SHOWN]
