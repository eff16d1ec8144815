"""All that is known of one incident, gathered for whoever shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sentio.decision.catalogue import ACTIONS
from sentio.kernel.errors import StoreError, UnknownName
from sentio.loop.care.works import Works
from sentio.loop.detail import StoreDetail
from sentio.loop.incidents.course import MINUTE_NS, Outlook, Step, course, expected, step_minutes
from sentio.loop.incidents.path import Path, path_of, places_of
from sentio.loop.incidents.similar import Similar, similar_to
from sentio.loop.incidents.timeline import (
    Entry,
    Looked,
    in_order,
    of_answers,
    of_degradations,
    of_diagnoses,
    of_orders,
    of_plans,
    of_problem,
)
from sentio.loop.incidents.zoomed import Bytes, of_look, of_order
from sentio.model.collection import CollectionOrder
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis, Hypothesis
from sentio.model.incident import IncidentStep, IncidentWork
from sentio.model.plan import Outcome, Plan
from sentio.model.problem import ServiceProblem
from sentio.model.topology import Topology
from sentio.model.work import Work
from sentio.store.ask import Answers
from sentio.store.state import StateStore
from sentio.store.state.incidents import Incidents
from sentio.store.state.plans import Plans
from sentio.store.state.problems import Problems
from sentio.store.state.steering import Answered, Steering
from sentio.store.state.tasks import Task, Tasks
from sentio.store.state.told import Told
from sentio.store.warehouse import Warehouse

MOST_DEGRADATIONS = 20  # of an incident, that are read
MOST_PLANS = 20
MOST_DIAGNOSES = 12
HOUR_NS = 60 * MINUTE_NS
BEFORE_NS = HOUR_NS  # of the course, before experience fell
AHEAD_MIN, MOST_AHEAD_MIN = 60.0, 240.0  # it is expected to go on as long as it has, so far
WORKS_NS = 7 * 24 * HOUR_NS  # ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What is kept of an incident."""

    problem: ServiceProblem
    work: IncidentWork
    steps: tuple[IncidentStep, ...]
    merged: tuple[str, ...]
    degradations: tuple[Degradation, ...]
    diagnoses: Mapping[str, Sequence[tuple[str, Diagnosis]]]  # of each, the newest first
    orders: tuple[CollectionOrder, ...]
    plans: tuple[Plan, ...]  # the newest first
    outcomes: Mapping[str, Outcome]
    tasks: Mapping[str, Task]
    said: Mapping[str, Answered]

    @property
    def main(self) -> Degradation:
        """The degradation that spoils most: what is shown in the course."""
        return max(self.degradations, key=lambda each: (each.poor_uses, each.began_ns))

    @property
    def leading(self) -> tuple[str, Diagnosis] | None:
        """The diagnosis that the incident rests on."""
        every = [one for some in self.diagnoses.values() for one in some]
        found = next((one for one in every if one[0] == self.problem.diagnosis), None)
        return found or max(every, key=lambda one: one[1].made_ns, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How the worst scope went, step by step, and how it is expected to go."""

    degradation: str
    step_minutes: int
    usual: float
    steps: tuple[Step, ...]
    outlook: Outlook | None


def parts_of(state: StateStore, name: str) -> Parts:
    """Read what is kept of an incident; raises `UnknownName`."""
    problem = Problems(state).one(name)
    if problem is None:
        raise UnknownName.among("incident", name, ())
    told, known, journal = Told(state), Plans(state), Tasks(state)
    names = problem.degradations[:MOST_DEGRADATIONS]
    fallen = [each for n in names if (each := told.degradation(n)) is not None]
    if not fallen:
        raise StoreError(f"nothing is kept of what {name} spoils", where="degradations")
    plans = [p for n in names for p in known.plans(degradation=n, limit=MOST_PLANS)]
    plans = sorted(plans, key=lambda p: (-p.made_ns, p.id))[:MOST_PLANS]
    people = Incidents(state)
    return Parts(
        problem=problem,
        work=people.work(name),
        steps=tuple(people.steps(name)),
        merged=tuple(people.merged(name)),
        degradations=tuple(fallen),
        diagnoses={n: told.diagnoses(degradation=n, limit=MOST_DIAGNOSES) for n in names},
        orders=tuple(order for n in names for order in told.orders(degradation=n)),
        plans=tuple(plans),
        outcomes={p.id: found for p in plans if (found := known.outcome(p.id)) is not None},
        tasks={p.id: task for p in plans if (task := journal.of_plan(p.id)) is not None},
        said=Steering(state).said(p.id for p in plans),
    )


class Whole:
    """Works out what is shown beside what is kept: course, path, bytes, timeline, the like."""

    def __init__(self, warehouse: Warehouse, state: StateStore) -> None:
        self.works = Works(warehouse)
        self._state = state
        self._answers = Answers(warehouse)
        self._warehouse = warehouse

    @property
    def topology(self) -> Topology:
        """The topology, as it is known now."""
        return self.works.ways().topology

    @property
    def detail(self) -> StoreDetail:
        """Single uses, by scope."""
        return StoreDetail(self._warehouse, self.topology)

    def orders(self, parts: Parts, *, now_ns: int) -> list[tuple[CollectionOrder, Bytes]]:
        """Give the orders to the collection with what they took."""
        topology = self.topology
        return [(each, of_order(each, topology, now_ns=now_ns)) for each in parts.orders]

    def looks(self, parts: Parts) -> list[Looked]:
        """Give the first look at each degradation."""
        found: list[Looked] = []
        for each in parts.degradations:
            made = parts.diagnoses.get(each.id) or []
            at_ns = min((one.made_ns for _, one in made), default=each.seen_ns)
            span_ns = max(at_ns - each.began_ns, MINUTE_NS)
            inside = course(self.detail, each.scope, each.began_ns, at_ns, step_ns=span_ns)
            size = of_look(
                scope_uses=sum(step.uses for step in inside),
                network_uses=self._uses(each.began_ns, at_ns),
            )
            found.append(Looked(degradation=each, at_ns=at_ns, size=size))
        return found

    def timeline(self, parts: Parts, *, now_ns: int, lag_ns: int) -> list[Entry]:
        """Give all that happened, in order; ``lag_ns`` is how far data are behind the clock."""
        return in_order(
            of_degradations(self.looks(parts)),
            of_orders(self.orders(parts, now_ns=now_ns)),
            of_diagnoses(one for some in parts.diagnoses.values() for one in some),
            of_plans(parts.plans, parts.outcomes, parts.tasks),
            of_answers(parts.plans, parts.said, lag_ns=lag_ns),
            of_problem(parts.problem, parts.steps),
        )

    def path(self, parts: Parts) -> Path:
        """Give the way from those who are hit to the cause."""
        alarms: dict[str, int] = {}
        for each in parts.problem.mentions.alarms:
            alarms[each.element] = alarms.get(each.element, 0) + 1
        root, leading = parts.problem.root_cause, parts.leading
        hypotheses = (*leading[1].hypotheses, *leading[1].rejected) if leading else ()
        return path_of(
            self.topology,
            places_of(parts.problem.scopes, (s for d in parts.degradations for s in d.shows_in)),
            (root.element_kind, root.element) if root else None,
            suspects=[(each.element_kind, each.element) for each in hypotheses],
            alarms=alarms,
        )

    def course(self, parts: Parts, *, now_ns: int) -> Course:
        """Give how the worst scope went, and how it is expected to go while it is not over."""
        one = parts.main
        until_ns = now_ns if one.ended_ns is None else min(one.ended_ns + HOUR_NS, now_ns)
        since_ns = one.began_ns - BEFORE_NS
        minutes = step_minutes(since_ns, until_ns)
        step_ns = minutes * MINUTE_NS
        steps = course(self.detail, one.scope, since_ns, until_ns, step_ns=step_ns)
        return Course(
            degradation=one.id,
            step_minutes=minutes,
            usual=one.mos_usual,
            steps=tuple(steps),
            outlook=_outlook(parts, one, steps, now_ns) if one.ended_ns is None else None,
        )

    def similar(self, parts: Parts) -> list[Similar]:
        """Give past incidents like it."""
        return similar_to(self._state, parts.problem)

    def near_works(self, parts: Parts) -> list[Work]:
        """Give planned works on its elements: those since it began, and of the week ahead."""
        near = {node.id for node in self.path(parts).nodes}
        began_ns = parts.problem.began_ns
        found = self.works.list(
            ends_after_ns=began_ns - HOUR_NS, begins_before_ns=began_ns + WORKS_NS
        )
        return [each for each in found if each.element in near]

    def reach(self, plan: Plan, *, now_ns: int) -> int | None:
        """Estimate who uses the target of a plan in an hour; None where the store cannot tell."""
        if plan.chosen is None:
            return None
        action = plan.chosen.action
        asked = {"dimension": action.target_kind, "member": action.target}
        try:
            found = self._answers.ask(
                "subjects_together",
                services=self._answers.services(),
                since_ns=plan.made_ns - HOUR_NS,
                until_ns=min(plan.made_ns, now_ns),
                **asked,
            )
        except (StoreError, UnknownName):
            return None
        counted = sum(each or 0.0 for each in found.column("subjects").to_pylist())
        return round(counted) or None

    def _uses(self, since_ns: int, until_ns: int) -> int:
        """Count all uses of the network in a window."""
        try:
            found = self._answers.ask("service_totals", since_ns=since_ns, until_ns=until_ns)
        except StoreError:  # no uses yet
            return 0
        return sum(found.column("n").to_pylist())


def _outlook(parts: Parts, one: Degradation, steps: Sequence[Step], now_ns: int) -> Outlook | None:
    """Say what is expected without an action, and with the newest plan's."""
    lasted_min = (now_ns - one.began_ns) / MINUTE_NS
    ahead_min = min(max(lasted_min, AHEAD_MIN), MOST_AHEAD_MIN)
    inside = [each for each in steps if each.since_ns >= one.began_ns]
    until_ns = now_ns + round(ahead_min * MINUTE_NS)
    plan = next((p for p in parts.plans if p.degradation == one.id and p.chosen), None)
    cause = _cause_of(parts, plan)
    name = plan.chosen.action.kind if plan and plan.chosen else ""
    kind = ACTIONS[name] if name in ACTIONS else None  # noqa: SIM401  (a register has no get)
    remedy = kind.remedy(cause) if kind and cause and kind.is_cure else None
    if plan is None or plan.chosen is None or kind is None or remedy is None:
        return expected(inside, usual=one.mos_usual, now_ns=now_ns, until_ns=until_ns)
    return expected(
        inside,
        usual=one.mos_usual,
        now_ns=now_ns,
        until_ns=until_ns,
        effect_ns=now_ns + round(kind.effect_after_min * MINUTE_NS),
        success=plan.chosen.success,
        recovers=remedy.recovers,
    )


def _cause_of(parts: Parts, plan: Plan | None) -> Hypothesis | None:
    """Find the hypothesis that a plan acts against."""
    if plan is None or plan.chosen is None:
        return None
    made = dict(parts.diagnoses.get(plan.degradation) or []).get(plan.diagnosis)
    if made is None:
        return None
    target = plan.chosen.action.target
    named = next((each for each in made.hypotheses if each.element == target), None)
    return named or made.cause
