"""The timeline of an incident: what was seen, collected, concluded, decided, done, and proven.

All of it is in the time of the data. What is noted by the clock on the wall (a task's steps) is
moved by how far the data lagged when its plan was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from sentio.loop.incidents.zoomed import Bytes
from sentio.model.collection import CollectionOrder
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis
from sentio.model.incident import IncidentStep
from sentio.model.plan import Outcome, Plan
from sentio.model.problem import Mention, ServiceProblem
from sentio.store.state.steering import Answered
from sentio.store.state.tasks import Task

Lane = Literal["seen", "zoom", "cause", "decide", "act", "verify", "people", "around"]
LANES: tuple[Lane, ...] = (
    *("seen", "zoom", "cause", "decide"),
    *("act", "verify", "people", "around"),
)
MOST_DIAGNOSES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened; ``until_ns`` where it lasted. ``source`` is under which address."""

    at_ns: int
    lane: Lane
    kind: str
    title: str
    detail: str = ""
    until_ns: int | None = None
    who: str = ""
    source: str = ""
    collected_bytes: int | None = None
    full_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the first look at a degradation took, and when it was."""

    degradation: Degradation
    at_ns: int
    size: Bytes


def of_degradations(looks: Iterable[Looked]) -> Iterator[Entry]:
    """Tell when experience fell, was seen to fall, was looked at, and was well again."""
    for each in looks:
        one, name = each.degradation, each.degradation.id
        where = ", ".join(f"{key} {member}" for key, member in one.scope.items()) or "the network"
        source = f"degradations/{name}"
        yield Entry(
            at_ns=one.began_ns,
            lane="seen",
            kind="began",
            title=f"Experience fell: {where}",
            detail=f"{name}: mean MOS {one.mos_usual:.2f} to {one.mos_seen:.2f}",
            until_ns=one.ended_ns,
            source=source,
        )
        yield Entry(
            at_ns=each.at_ns,
            lane="seen",
            kind="detected",
            title=f"Detected: {where}",
            detail=f"{one.poor_uses} of {one.uses} uses poor; chance alone would look so bad "
            f"{one.per_day:.2g} times a day",
            source=source,
        )
        yield Entry(
            at_ns=each.at_ns,
            lane="zoom",
            kind="look",
            title="Zoom: single uses of the suspected scope were fetched",
            detail="At most so many bytes; the other number is all uses of the network so far.",
            source=f"degradations/{name}/subjects",
            collected_bytes=each.size.collected,
            full_bytes=each.size.full,
        )
        if one.ended_ns is not None:
            yield Entry(
                at_ns=one.ended_ns,
                lane="seen",
                kind="ended",
                title=f"As usual again: {where}",
                source=source,
            )


def of_orders(orders: Iterable[tuple[CollectionOrder, Bytes]]) -> Iterator[Entry]:
    """Tell what was measured more finely, and what that took."""
    for each, size in orders:
        what = "active test of" if each.what == "active_test" else "finer measurements of"
        usual = f" instead of {each.usual_granularity_s} s" if each.usual_granularity_s else ""
        yield Entry(
            at_ns=each.since_ns,
            lane="zoom",
            kind="order",
            title=f"Zoom started: {what} {each.element}, each {each.granularity_s} s{usual}",
            detail=each.reason,
            until_ns=each.ended_ns,
            source=f"collection-orders?degradation={each.degradation}",
            collected_bytes=size.collected,
            full_bytes=size.full,
        )
        if each.ended_ns is not None:
            yield Entry(
                at_ns=each.ended_ns,
                lane="zoom",
                kind="collected",
                title=f"Detail collected of {each.element}",
                detail=each.end_reason,
                source=f"collection-orders?degradation={each.degradation}",
            )


def of_diagnoses(made: Iterable[tuple[str, Diagnosis]]) -> Iterator[Entry]:
    """Tell what was concluded, each time that it changed."""
    before: dict[str, tuple[str, int]] = {}
    for name, each in sorted(made, key=lambda one: one[1].made_ns):
        cause = each.cause
        said = (cause.element if cause else "", round(10 * cause.probability) if cause else 0)
        if before.get(each.degradation) == said:
            continue
        before[each.degradation] = said
        yield Entry(
            at_ns=each.made_ns,
            lane="cause",
            kind="cause" if cause else "unsure",
            title=f"Cause: {cause.kind + ' of ' if cause.kind else ''}{cause.element_kind} "
            f"{cause.element}, {100 * cause.probability:.0f} %"
            if cause
            else "No cause yet: the evidence is too weak",
            detail=each.sentence,
            source=f"diagnoses/{name}",
        )


def of_plans(
    plans: Iterable[Plan], outcomes: Mapping[str, Outcome], tasks: Mapping[str, Task]
) -> Iterator[Entry]:
    """Tell what was decided, done and proven."""
    for plan in plans:
        task, outcome = tasks.get(plan.id), outcomes.get(plan.id)
        kind = plan.autonomy if plan.chosen else "nothing"
        yield Entry(
            at_ns=plan.made_ns,
            lane="decide",
            kind=kind,
            title=f"Plan {plan.id}: {_deed(plan)}",
            detail=plan.sentence,
            source=f"plans/{plan.id}",
        )
        if task is not None:
            yield _of_task(plan, task, outcome)
        if outcome is not None:
            yield Entry(
                at_ns=outcome.verified_ns,
                lane="verify",
                kind=outcome.verdict,
                title=f"Verified {plan.id}: {outcome.verdict.replace('_', ' ')}"
                + (", taken back" if outcome.is_undone else ""),
                detail=outcome.sentence,
                source=f"plans/{plan.id}",
            )


def of_answers(
    plans: Iterable[Plan], said: Mapping[str, Answered], *, lag_ns: int
) -> Iterator[Entry]:
    """Tell what people said to plans; by how far the data lag now, as nobody noted it then."""
    for plan in plans:
        answer = said.get(plan.id)
        if answer is None:
            continue
        word = "Approved" if answer.said == "yes" else "Rejected"
        yield Entry(
            at_ns=max(answer.at_ns - lag_ns, plan.made_ns),
            lane="decide",
            kind="approved" if answer.said == "yes" else "rejected",
            title=f"{word} {plan.id}: {answer.action or _deed(plan)}",
            detail=f"{answer.why}{f' ({answer.answer})' if answer.answer else ''}",
            who=answer.who,
            source=f"plans/{plan.id}/approval",
        )


def _of_task(plan: Plan, task: Task, outcome: Outcome | None) -> Entry:
    lag_ns = task.ordered_ns - plan.made_ns
    done_ns = task.changed_ns - lag_ns
    at_ns = max(min(done_ns, outcome.verified_ns) if outcome else done_ns, plan.made_ns)
    return Entry(
        at_ns=plan.made_ns if task.state in {"ordered", "sending"} else at_ns,
        lane="act",
        kind=task.state,
        title=f"Action {task.state}: {_deed(plan)}",
        detail=task.said or (f"by {task.controller} at {task.peer}" if task.peer else ""),
        source=f"tasks/{task.id}",
    )


def _deed(plan: Plan) -> str:
    if plan.chosen is None:
        return "nothing is done"
    return f"{plan.chosen.action.kind.replace('_', ' ')} {plan.chosen.action.target}"


def of_problem(problem: ServiceProblem, steps: Iterable[IncidentStep]) -> Iterator[Entry]:
    """Tell what people did, what the loop noted, and what else speaks of it."""
    source = f"service-problems/{problem.id}"
    for step in problem.tracking:
        yield Entry(
            at_ns=step.at_ns if step.who == "loop" else min(step.at_ns, problem.changed_ns),
            lane="people",
            kind="state",
            title=f"State: {step.status}",
            detail=step.why,
            who=step.who,
            source=source,
        )
    for each in steps:
        yield Entry(
            at_ns=each.about_ns or each.data_ns,
            lane="people",
            kind=each.what,
            title=f"{each.what.capitalize()}{' ' + each.target if each.target else ''}",
            detail=each.text,
            who=each.who,
            source=f"incidents/{problem.id}",
        )
    speak = problem.mentions
    for kind, some in (
        ("alarm", speak.alarms),
        ("change", speak.changes),
        ("work", speak.works),
        ("ticket", speak.tickets),
    ):
        for mention in some:
            yield _mention(kind, mention, source)


def _mention(kind: str, each: Mention, source: str) -> Entry:
    return Entry(
        at_ns=each.at_ns,
        lane="around",
        kind=kind,
        title=f"{kind.capitalize()} on {each.element or '?'}: {each.title}",
        detail=f"{each.severity} {each.id}".strip(),
        source=source,
    )


def in_order(*entries: Iterable[Entry]) -> list[Entry]:
    """Put all of it in the order of time; of the same moment, by lane."""
    every = [each for some in entries for each in some]
    return sorted(every, key=lambda each: (each.at_ns, LANES.index(each.lane)))
