"""The list of incidents: one row each, texts that come again and again by their number.

Severity says how deep experience fell for those who are hit (the words of ITU-T X.733), priority
how many they are and who (`ServiceProblem.priority`): the two are not the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sentio.model.incident import IncidentWork
from sentio.model.problem import OVER
from sentio.store.state.incident_list import Body, IncidentList
from sentio.store.state.incidents import Incidents
from sentio.store.state.steering import Steering
from sentio.store.state.store import StateStore

SECOND_NS = 1_000_000_000
SEVERITIES = (("critical", 1.5), ("major", 0.8), ("minor", 0.4), ("warning", 0.0))
"""Each with the least MOS lost of a mean use; by judgement: the grades of P.800 lie 0.8 apart."""

COLUMNS = (
    *("id", "title", "severity", "lost_mos", "priority", "importance", "status"),
    *("kind", "element_kind", "element", "domain", "probability", "services"),
    *("users", "things", "important", "began_s", "opened_s", "updated_s", "resolved_s"),
    *("ack1", "ack2", "owner", "merged", "alarms", "merged_into", "waits", "poor", "chance"),
)
TEXTS = ("severity", "status", "kind", "element_kind", "element", "domain", "ack1", "ack2", "owner")
"""Columns that tell texts by their number in ``texts``; of ``services`` each is such a number."""

Cell = str | int | float | bool | None | list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is known beside the problems themselves, read for all of them at once."""

    works: Mapping[str, IncidentWork]
    parts: Mapping[str, int]
    fallen: Mapping[str, Body]
    waiting: frozenset[str]  # degradations whose newest plan waits for a yes


@dataclass(slots=True)
class Rows:
    """The rows of a list, and the texts that they name by number."""

    texts: dict[str, int] = field(default_factory=dict[str, int])
    rows: list[list[Cell]] = field(default_factory=list[list[Cell]])

    def add(self, row: Mapping[str, Any]) -> None:  # Any: what a column tells
        """Add a row by the names of its columns."""
        cells = {name: self.number(row[name]) if name in TEXTS else row[name] for name in COLUMNS}
        cells["services"] = [self.number(each) for each in row["services"]]
        self.rows.append([cells[name] for name in COLUMNS])

    def number(self, text: str) -> int:
        """Give the number of a text, which is its place among the texts."""
        return self.texts.setdefault(text, len(self.texts))


def severity_of(lost_mos: float) -> str:
    """Say how deep experience fell for those who are hit.

    Examples
    --------
    >>> severity_of(1.52), severity_of(0.5), severity_of(0.1)
    ('critical', 'minor', 'warning')
    """
    return next(name for name, least in SEVERITIES if lost_mos >= least or not least)


def listed(state: StateStore, bodies: Iterable[Body]) -> Rows:
    """Make the rows of some problems."""
    problems = list(bodies)
    beside = beside_of(state, problems)
    found = Rows()
    for each in problems:
        found.add(row_of(each, beside))
    return found


def beside_of(state: StateStore, problems: Iterable[Body]) -> Beside:
    """Read what belongs to some problems, with a handful of questions."""
    known, every = IncidentList(state), list(problems)
    works = Incidents(state).works()
    parts: dict[str, int] = {}
    for work in works.values():
        if work.merged_into:
            parts[work.merged_into] = parts.get(work.merged_into, 0) + 1
    fallen = {str(name) for each in every for name in each["degradations"]}
    is_open = {str(n) for e in every if e["status"] not in OVER for n in e["degradations"]}
    return Beside(
        works=works,
        parts=parts,
        fallen=known.degradations(fallen),
        waiting=frozenset(_waiting(state, known, is_open)),
    )


def row_of(problem: Body, beside: Beside) -> dict[str, Any]:  # Any: what a column tells
    """Make the row of a problem."""
    name = str(problem["id"])
    work = beside.works.get(name) or IncidentWork(incident=name)
    fallen = [beside.fallen[n] for n in problem["degradations"] if n in beside.fallen]
    lost_mos = max((e["mos_usual"] - e["mos_seen"] for e in fallen), default=0.0)
    impact, cause = problem.get("impact") or {}, problem.get("root_cause") or {}
    resolved_ns = problem.get("resolved_ns")
    return {
        "id": name,
        "title": problem["name"],
        "severity": severity_of(lost_mos),
        "lost_mos": round(lost_mos, 2),
        "priority": problem["priority"],
        "importance": problem["importance"],
        "status": problem["status"],
        "kind": cause.get("kind", ""),
        "element_kind": cause.get("element_kind", ""),
        "element": cause.get("element", ""),
        "domain": cause.get("domain", "unknown"),
        "probability": round(cause["probability"], 3) if cause else None,
        "services": sorted(problem["affected_services"]),
        "users": impact.get("users"),
        "things": impact.get("things"),
        "important": impact.get("important"),
        "began_s": problem["began_ns"] // SECOND_NS,
        "opened_s": problem["created_ns"] // SECOND_NS,
        "updated_s": problem["changed_ns"] // SECOND_NS,
        "resolved_s": None if resolved_ns is None else resolved_ns // SECOND_NS,
        "ack1": work.first.who if work.first else "",
        "ack2": work.second.who if work.second else "",
        "owner": work.owner,
        "merged": len(problem["degradations"]) + beside.parts.get(name, 0),
        "alarms": len(problem["mentions"]["alarms"]),
        "merged_into": work.merged_into or problem.get("merged_into", ""),
        "waits": any(each in beside.waiting for each in problem["degradations"]),
        "poor": sum(each["poor_uses"] for each in fallen),
        "chance": min((each["per_day"] for each in fallen), default=None),
    }


def _waiting(state: StateStore, known: IncidentList, degradations: Iterable[str]) -> Iterable[str]:
    """Name degradations whose newest plan waits for people, who have not said anything yet."""
    asking = {
        str(plan["id"]): name
        for name, plan in known.plans(degradations).items()
        if plan["autonomy"] == "approve" and plan["chosen"] is not None
    }
    answered = {*Steering(state).said(asking), *known.proven(asking)}
    return (name for plan, name in asking.items() if plan not in answered)
