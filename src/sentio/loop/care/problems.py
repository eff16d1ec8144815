"""Service problems from what was told: one for each cause, kept the same as more becomes known.

Degradations belong together where the same element is blamed and no long pause lies between them.
One that nothing is blamed for stands alone until something is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sentio.model.data_fault import DATA
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis, Hypothesis, Impact
from sentio.model.problem import Mention, Mentions, RootCause, ServiceProblem, Step
from sentio.store.state.problems import with_status

LOOP = "loop"  # who makes the steps that nobody makes
PAUSE_NS = 1_800_000_000_000  # between two degradations of one problem, at most
CRITICAL = ("emergency", "safety", "public_safety", "mission_critical")
SUBJECTS, IMPORTANT, VALUE = 2_000.0, 20.0, 50_000.0  # each makes a problem two thirds important
CRITICAL_IMPORTANCE = 0.9  # at least, where an emergency service is touched
PRIORITIES = 9  # steps below the highest

Speaks = Callable[["Case"], Mentions]
"""Gathers what else speaks of a case."""

Doing = Mapping[str, str]
"""What is being done about a degradation, by its id; nothing where it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Degradations of one cause, the oldest first, and their latest diagnoses."""

    degradations: tuple[Degradation, ...]
    diagnoses: Mapping[str, tuple[str, Diagnosis]]

    @property
    def made(self) -> tuple[tuple[str, Diagnosis], ...]:
        """The latest diagnosis of each, with its id, as far as there is one."""
        names = (each.id for each in self.degradations)
        return tuple(self.diagnoses[name] for name in names if name in self.diagnoses)

    @property
    def leading(self) -> tuple[str, Diagnosis] | None:
        """The diagnosis that is surest of its cause, with its id; else the newest."""
        return max(self.made, key=_sureness) if self.made else None

    @property
    def cause(self) -> Hypothesis | None:
        """What is blamed."""
        return self.leading[1].cause if self.leading else None

    @property
    def began_ns(self) -> int:
        """When the first of them began."""
        return min(each.began_ns for each in self.degradations)

    @property
    def ended_ns(self) -> int | None:
        """When the last of them ended; None while any goes on."""
        ends = [each.ended_ns for each in self.degradations]
        known = [each for each in ends if each is not None]
        return max(known) if len(known) == len(ends) else None

    @property
    def seen_ns(self) -> int:
        """When any was last told of."""
        return max(each.ended_ns or each.seen_ns for each in self.degradations)


def cases(
    degradations: Iterable[Degradation], diagnoses: Mapping[str, tuple[str, Diagnosis]]
) -> list[Case]:
    """Put degradations of one cause together, in order of their beginning."""
    open_cases: dict[tuple[str, str], list[Degradation]] = {}
    found: list[list[Degradation]] = []
    for each in sorted(degradations, key=lambda one: (one.began_ns, one.id)):
        made = diagnoses.get(each.id)
        cause = made[1].cause if made else None
        key = (cause.element_kind, cause.element) if cause else ("", each.id)
        known = open_cases.get(key)
        if known is None or each.began_ns > _last_ns(known) + PAUSE_NS:
            known = open_cases[key] = []
            found.append(known)
        known.append(each)
    return [Case(degradations=tuple(each), diagnoses=diagnoses) for each in found]


def followed(
    told: Sequence[Case],
    known: Iterable[ServiceProblem],
    speaks: Speaks,
    *,
    doing: Doing | None = None,
) -> list[ServiceProblem]:
    """Give the problems that are new or have changed; one about which something is done is told so.

    A case belongs to the oldest open problem that has one of its degradations; other problems that
    had one too are cancelled. What a person closed stays closed: its degradations are left alone.
    """
    before = {each.id: each for each in known}
    living = [each for each in before.values() if not each.merged_into]
    owner = {name: each for each in living for name in each.degradations}
    done = {name for name, each in owner.items() if each.status in {"closed", "cancelled"}}
    after: dict[str, ServiceProblem] = {}
    for whole in told:
        left = tuple(each for each in whole.degradations if each.id not in done)
        if not left:
            continue
        case = replace(whole, degradations=left)
        mine = {owner[each.id].id: owner[each.id] for each in left if each.id in owner}
        kept = sorted(mine.values(), key=lambda each: (each.created_ns, each.id))
        first = next((each for each in kept if each.id not in after), None)
        name = first.id if first else _new_id(left[0], {*before, *after})
        now = problem_of(case, first, speaks(case), name=name)
        now = after[name] = _worked_on(now, case, doing or {})
        for other in kept:
            if other.id not in after and set(other.degradations) <= set(now.degradations):
                after[other.id] = _merged(other, now, at_ns=case.seen_ns)
    return [each for each in after.values() if each != before.get(each.id)]


def _new_id(first: Degradation, taken: Iterable[str]) -> str:
    """Name a problem after its first degradation, once more if that name was used."""
    name, number, used = f"P-{first.id}", 1, set(taken)
    while name in used:
        number += 1
        name = f"P-{first.id}-{number}"
    return name


def problem_of(
    case: Case, known: ServiceProblem | None, speak: Mentions, *, name: str
) -> ServiceProblem:
    """Make a problem of a case, or bring the known one up to date."""
    first, leading = case.degradations[0], case.leading
    impact = leading[1].impact if leading else None
    importance = importance_of(impact, sum(each.poor_uses for each in case.degradations))
    cause = case.cause
    fresh = ServiceProblem(
        id=name,
        status=known.status if known else "submitted",
        name=_name(case),
        category=f"experience.{cause.domain if cause else 'unknown'}",
        priority=1 + round(PRIORITIES * (1.0 - importance)),
        importance=round(importance, 3),
        began_ns=case.began_ns,
        created_ns=known.created_ns if known else first.seen_ns,
        changed_ns=max(case.seen_ns, known.changed_ns if known else 0),
        resolved_ns=known.resolved_ns if known else None,
        degradations=tuple(each.id for each in case.degradations),
        diagnosis=leading[0] if leading else "",
        scopes=tuple(each.scope for each in case.degradations),
        root_cause=_root(cause),
        affected_services=_services(case, impact),
        impact=impact,
        mentions=speak,
        first_alert=_first_alert(first, speak),
        description=leading[1].sentence if leading else "",
        tracking=known.tracking
        if known
        else (Step(at_ns=first.seen_ns, status="submitted", who=LOOP, why="experience declined"),),
    )
    return _moved(fresh, case)


def importance_of(impact: Impact | None, poor_uses: int) -> float:
    """Weigh how many a problem touches and who they are, [0, 1].

    Examples
    --------
    >>> importance_of(Impact(users=2000, things=0, uses=9), 0) > 0.6
    True
    >>> importance_of(Impact(users=1, things=0, uses=1, by_segment={"emergency": 1}), 0)
    0.9
    """
    if impact is None:
        return 1.0 - 2.0 ** (-poor_uses / SUBJECTS)
    weight = (impact.users + impact.things) / SUBJECTS
    weight += impact.important / IMPORTANT + impact.value_per_month / VALUE
    importance = 1.0 - 3.0**-weight
    is_critical = any(impact.by_segment.get(name) for name in CRITICAL)
    return max(importance, CRITICAL_IMPORTANCE) if is_critical else importance


def _moved(problem: ServiceProblem, case: Case) -> ServiceProblem:
    """Resolve a problem whose degradations are all over, and take one up again if one goes on."""
    ended_ns = case.ended_ns
    if ended_ns is not None and problem.is_open:
        why = "experience is as usual again"
        return with_status(problem, "resolved", who=LOOP, at_ns=ended_ns, why=why)
    if ended_ns is None and problem.status == "resolved":
        why = "experience declined again by the same cause"
        return with_status(problem, "inProgress", who=LOOP, at_ns=case.seen_ns, why=why)
    return problem


def _worked_on(problem: ServiceProblem, case: Case, doing: Doing) -> ServiceProblem:
    """Note once that something is done about a problem that nobody has taken further."""
    for each in case.degradations:
        why = doing.get(each.id, "")
        is_noted = any(step.who == LOOP and step.why == why for step in problem.tracking)
        if why and not is_noted and problem.status in {"submitted", "acknowledged"}:
            problem = with_status(
                problem,
                "inProgress",
                who=LOOP,
                at_ns=max(case.seen_ns, problem.changed_ns),
                why=why,
            )
    return problem


def _merged(other: ServiceProblem, into: ServiceProblem, *, at_ns: int) -> ServiceProblem:
    why = f"it has the same cause as {into.id}"
    moved = other
    if other.status == "resolved":
        moved = with_status(other, "inProgress", who=LOOP, at_ns=at_ns, why=why)
    return replace(
        with_status(moved, "cancelled", who=LOOP, at_ns=at_ns, why=why), merged_into=into.id
    )


def _name(case: Case) -> str:
    cause, first = case.cause, case.degradations[0]
    services = sorted({service for each in case.degradations for service in each.services})
    told = ", ".join(services[:3]) + (" and more" if len(services) > 3 else "")  # noqa: PLR2004
    if cause is not None:
        what = f"{cause.kind} of " if cause.kind and cause.domain != DATA else ""
        return f"{what}{cause.element_kind} {cause.element}: {told}"
    where = " and ".join(f"{name} {member}" for name, member in first.scope.items())
    return f"{told} at {where or 'the network'}, cause unknown"


def _root(cause: Hypothesis | None) -> RootCause | None:
    if cause is None:
        return None
    return RootCause(
        element=cause.element,
        element_kind=cause.element_kind,
        domain=cause.domain,
        kind=cause.kind,
        probability=cause.probability,
        scope=cause.scope,
    )


def _services(case: Case, impact: Impact | None) -> dict[str, int]:
    """Count the subjects by service: 0 of one that fell and in which nobody was counted."""
    named = {service: 0 for each in case.degradations for service in each.services}
    return {**named, **(impact.by_service if impact else {})}


def _first_alert(first: Degradation, speak: Mentions) -> str:
    """Tell what spoke first: an alarm or a ticket before the decline was seen, else the decline."""
    told: list[tuple[int, str]] = [(first.seen_ns, f"degradation {first.id}")]
    every: tuple[tuple[str, tuple[Mention, ...]], ...] = (
        ("alarm", speak.alarms),
        ("ticket", speak.tickets),
    )
    told += [(each.at_ns, f"{kind} {each.id}") for kind, some in every for each in some]
    return min(told)[1]


def _last_ns(known: Sequence[Degradation]) -> int:
    return max(1 << 62 if each.ended_ns is None else each.ended_ns for each in known)


def _sureness(made: tuple[str, Diagnosis]) -> tuple[float, int]:
    cause = made[1].cause
    return (cause.probability if cause else 0.0), made[1].made_ns
