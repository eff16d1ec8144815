"""The acting half of the loop: a plan for each degradation, its deed, its proof, its undoing.

Only values are made here. Plans whose autonomy is *act* become tasks in the journal, which others
carry out and take back (`sentio.execution.runner`); `sentio.loop.hands` tells what became of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from sentio.decision.choosing import Chooser
from sentio.decision.kind import ActionKind
from sentio.decision.need import HOUR_NS, MINUTE_NS, USE_MIN, Deed, Need, Situation
from sentio.execution.verifying import Period, effect, verdict, weighed
from sentio.kernel.values import from_plain, to_plain
from sentio.loop.courses import Courses
from sentio.loop.for_whom import for_whom
from sentio.loop.looking import Following
from sentio.loop.needs import pooled, things_per_min, uses_per_min
from sentio.loop.opened import Open, WithId, following
from sentio.loop.own_changes import brought_by, is_regretted, without_own_change
from sentio.loop.proofs import (
    NO_EFFECT,
    of_cause,
    of_target,
    regretted,
    told_proof,
    unproven,
    worse_for,
)
from sentio.loop.returning import Returning
from sentio.model.degradation import Scope
from sentio.model.diagnosis import Diagnosis
from sentio.model.plan import Action, Candidate, Estimate, Outcome, Plan, Verdict

MOST_MOS, LEAST_MOS = 5.0, 1.0
SHORTEST_MIN, LONGEST_MIN = 60.0, 240.0  # that a decline is expected to go on: as long as it has
VERIFIED_PERIODS = 3  # after its effect, by which a verdict is due
DEAR_MIN = 120.0  # that an action stands with which another decline began, though it helped more
BEFORE_PERIODS = 1  # before an action, in which what it was for was surely there
KEPT_NS = 24 * HOUR_NS  # that deeds are remembered

Told: TypeAlias = Plan | Outcome


@dataclass(slots=True)
class Proving:
    """An action whose effect is watched."""

    plan: Plan
    scope: Scope
    acted_ns: int
    since_ns: int  # from which its effect may show
    lost: float  # MOS that a use had lost
    before: list[Period] = field(default_factory=list[Period])
    subjects: list[int] = field(default_factory=list[int])  # who felt it
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What acting must know besides: how many subjects there are, what is worked on, the switch."""

    all_subjects: Callable[[int], int]
    works: Callable[[int], frozenset[str]] = lambda _now_ns: frozenset()
    is_stopped: Callable[[], bool] = lambda: False
    locks: Callable[[], Mapping[str, str]] = dict


class Acting:
    """Chooses for what is open, carries out, proves and takes back; period by period.

    ``loop`` names it where there are several: its plans bear the name. For
    ``keeps_unmatched`` see `Courses`: an outage may leave no service to compare with.
    """

    def __init__(
        self,
        chooser: Chooser,
        world: World,
        *,
        kinds: Mapping[str, ActionKind],
        period_ns: int,
        loop: str = "",
        keeps_unmatched: bool = False,
    ) -> None:
        self.chooser = chooser
        self.loop = loop
        self.deeds: list[Deed] = []
        self.proving: dict[str, Proving] = {}
        self.courses = Courses(keeps_unmatched=keeps_unmatched)
        self.returning = Returning(kinds)
        self._world = world
        self._kinds = kinds
        self.period_ns = period_ns
        self._count = 0
        self._counted: tuple[int, int] | None = None  # hour, and all subjects then
        self._last: dict[str, Plan] = {}  # of each open degradation
        self._made: dict[str, WithId] = {}  # what each was last explained by

    def note(self, name: str, made: Diagnosis) -> None:
        """Take in what a degradation is explained by now, and the id of that."""
        self._made[made.degradation] = (name, made)

    def see(self, watching: Open, *, now_ns: int, is_late: bool = False) -> list[Told]:
        """End a period: note how all fare, judge what was done, then choose anew.

        Nothing is chosen for a period that is judged long after it was over (``is_late``).
        """
        self._note(watching, now_ns)
        told: list[Told] = [*self._judged(now_ns), *self._given_back(now_ns)]
        known = {one.told.id for one in watching.open}
        self._last = {name: plan for name, plan in self._last.items() if name in known}
        self._made = {name: made for name, made in self._made.items() if name in known}
        self.deeds = [
            d for d in self.deeds if d.stands or (d.ended_ns or now_ns) > now_ns - KEPT_NS
        ]
        for need in [] if is_late else self._needs(watching):
            deed = brought_by(self.deeds, need)
            if deed is None:
                told += self._plan(without_own_change(self.deeds, need), watching, now_ns)
            elif self._kinds[deed.action.kind].inverse:
                whole = effect(*self._whole(deed.action, deed.began_ns))
                if is_regretted(need, deed, whole):
                    told.append(self._regret(deed, need, now_ns))
                self.returning.hasten(deed.plan, deed.began_ns + round(DEAR_MIN * MINUTE_NS))
        return told

    def approve(self, name: str, watching: Open, *, now_ns: int, action: str = "") -> Plan | None:
        """Let a plan that waits for a yes be carried out; None where it no longer stands.

        ``action`` names another of its candidates, which the guards have allowed as well.
        """
        begun = {deed.plan for deed in self.deeds}
        for plan in self._last.values():
            yes = plan.agreed(action)
            if plan.id == name and yes is not None and name not in begun:
                self._last[plan.degradation] = yes
                return yes if self._act(yes, watching, now_ns) else None
        return None

    @property
    def standing(self) -> list[Plan]:
        """The plans that are carried out and not proven yet."""
        return [each.plan for each in self.proving.values()]

    def _note(self, watching: Open, now_ns: int) -> None:
        if watching.sight.judged is None:
            return
        uses, gap = watching.sight.judged
        scopes = {one.told.id: one.told.scope for one in watching.open}
        scopes |= {name: each.scope for name, each in self.proving.items()}
        people = {name: (each.subjects, each.services) for name, each in self.proving.items()}
        suspects = [made.cause for _, made in self._made.values() if made.cause]
        targets = [p.plan.chosen.action for p in self.proving.values() if p.plan.chosen]
        beside = dict([*map(of_cause, suspects), *map(of_target, targets)])
        self.courses.see(uses, gap, scopes, end_ns=now_ns, people=people, beside=beside)

    def _judged(self, now_ns: int) -> Iterator[Outcome]:
        """Judge what was done, as soon as its effect is clear; undo what did not help."""
        period_ns = self.period_ns
        for name, each in list(self.proving.items()):
            course = self.courses.of.get(name, [])
            after = [p for p in course if p.end_ns > each.since_ns]
            due_ns = each.since_ns + VERIFIED_PERIODS * period_ns
            found = effect(each.before, after)
            uses = sum(p.n for p in after)
            answer = alone = verdict(found, lost=each.lost, uses=uses, is_last=now_ns >= due_ns)
            chosen = each.plan.chosen
            if chosen is not None and each.scope != of_target(chosen.action)[1]:
                answer = weighed(
                    answer, effect(*self._whole(chosen.action, each.acted_ns, each.since_ns))
                )
            if answer == "undecided":
                continue
            del self.proving[name]
            is_undone = self.takes_back(each.plan, answer)
            outcome = Outcome(
                plan=name,
                verdict=answer,
                verified_ns=now_ns,
                effect_mos=found or NO_EFFECT,
                treated_uses=round(uses),
                control_uses=round(sum(p.control_n for p in after)),
                is_undone=is_undone,
                worse_for=worse_for(each.plan, alone, answer),
                sentence=self.proof(each.plan, answer, found),
            )
            self._close(outcome, stands=self.returning.keep(each.plan, outcome))
            if each.plan.chosen is not None:
                self.chooser.effects.learn(each.plan.chosen, answer, at_ns=now_ns)
            yield outcome

    def _whole(
        self, action: Action, acted_ns: int, since_ns: int = 0
    ) -> tuple[list[Period], list[Period]]:
        """Give how all uses of an action's target fared before and after it."""
        course = self.courses.of.get(of_target(action)[0], [])
        before = [p for p in course if p.end_ns <= acted_ns]
        return before[-BEFORE_PERIODS:], [p for p in course if p.end_ns > max(since_ns, acted_ns)]

    def takes_back(self, plan: Plan, answer: Verdict) -> bool:
        """Tell whether what was done is undone after such a verdict."""
        del plan
        return answer in {"worse", "no_effect"}

    def proof(self, plan: Plan, answer: Verdict, found: Estimate | None) -> str:
        """Tell a verdict to people."""
        return told_proof(plan, answer, found)

    def _given_back(self, now_ns: int) -> Iterator[Outcome]:
        """Give back what helped and stands in for something better, as soon as its time is over."""
        for outcome in self.returning.due(now_ns, self._world.works(now_ns)):
            self.deeds = [
                replace(d, stands=False, returned_ns=now_ns) if d.plan == outcome.plan else d
                for d in self.deeds
            ]
            yield outcome

    def put_off(self, plan: Plan, until_ns: int) -> None:
        """Begin the proof no earlier than an action really was done."""
        each = self.proving[plan.id]
        kind = self._kinds[plan.chosen.action.kind] if plan.chosen else None
        interrupts_ns = round(kind.interrupts_min * MINUTE_NS) if kind else 0
        each.since_ns = max(each.since_ns, until_ns + interrupts_ns)

    def drop(self, plan: Plan, why: str, *, now_ns: int) -> Outcome:
        """Give up proving what was never done; nothing is learned of it."""
        self.proving.pop(plan.id, None)
        outcome = unproven(plan, why, now_ns=now_ns)
        self._close(outcome, stands=False)
        return outcome

    def _close(self, outcome: Outcome, *, stands: bool) -> None:
        now_ns, was_undone = outcome.verified_ns, outcome.is_undone
        self.deeds = [
            replace(d, ended_ns=now_ns, was_undone=was_undone, stands=stands)
            if d.plan == outcome.plan
            else d
            for d in self.deeds
        ]

    def _needs(self, watching: Open) -> list[Need]:
        """List what is open and explained, in the order in which it is served."""
        together = pooled(watching.open, self._made, self.period_ns)
        found = [
            self._need(one, self._made[one.told.id][0], together[one.told.id])
            for one in watching.open
            if one.told.id in self._made
        ]
        policy = self.chooser.policy

        def rank(need: Need) -> tuple[bool, float]:
            first = policy.comes_first(need.by_segment, need.by_slice)
            return (not first, -need.lost_min_per_hour)

        return sorted(found, key=rank)

    def _need(self, one: Following, name: str, diagnosis: Diagnosis) -> Need:
        course = self.courses.of.get(one.told.id, [])[-3:]
        uses = sum(p.n for p in course) / max(len(course), 1)
        told = one.told
        share = max(told.mos_usual - told.mos_seen, 0.0) / (MOST_MOS - LEAST_MOS)
        periods_an_hour = HOUR_NS / self.period_ns
        lasted_min = (told.seen_ns - told.began_ns) / MINUTE_NS
        impact = diagnosis.impact
        return Need(
            degradation=told,
            diagnosis=diagnosis,
            diagnosis_id=name,
            lost_min_per_hour=uses * periods_an_hour * USE_MIN * share,
            subjects=max(len(one.subjects), impact.users + impact.things),
            remaining_min=min(max(lasted_min, SHORTEST_MIN), LONGEST_MIN),
            by_segment=impact.by_segment,
            by_slice=impact.by_slice,
        )

    def _regret(self, deed: Deed, need: Need, now_ns: int) -> Outcome:
        """Take back an action that brought a decline which costs more than it gave back."""
        self.returning.forget(deed.plan)
        proving = self.proving.pop(deed.plan, None)
        if proving is not None and proving.plan.chosen is not None:
            self.chooser.effects.learn(proving.plan.chosen, "worse", at_ns=now_ns)
        outcome = regretted(deed, need, now_ns=now_ns)
        self._close(outcome, stands=False)
        return outcome

    def _plan(self, need: Need, watching: Open, now_ns: int) -> Iterator[Plan]:
        """Choose for a degradation; gives the plan where it says something new."""
        situation = self._situation(need, watching, now_ns)
        number = f"{self.loop}-P{self._count + 1:05d}".removeprefix("-")
        plan = self.chooser.choose(need, situation, number=number)
        plan = for_whom(plan, self._kinds, following(plan.degradation, watching))
        last = self._last.get(plan.degradation)
        is_done = plan.autonomy == "act" and plan.chosen is not None
        if not is_done and last is not None and _same(plan, last):
            return
        self._count += 1
        self._last[plan.degradation] = plan
        if is_done:
            self._act(plan, watching, now_ns)
        yield plan

    def _act(self, plan: Plan, watching: Open, now_ns: int) -> bool:
        chosen, one = plan.chosen, following(plan.degradation, watching)
        if chosen is None or one is None:
            return False
        kind = self._kinds[chosen.action.kind]
        deed = Deed(
            plan=plan.id,
            degradation=plan.degradation,
            action=chosen.action,
            began_ns=now_ns,
            touches=kind.blast != "nobody",
            against=chosen.against,
            worth_min=chosen.regained_min.mean,
        )
        if not kind.is_cure:  # what only tells has no effect on the network to prove
            deed = replace(deed, ended_ns=now_ns)
        self.deeds.append(deed)
        if not kind.is_cure:
            return True
        course = self.courses.of.get(plan.degradation, [])
        self.courses.follow(plan.id, plan.degradation)
        self.proving[plan.id] = Proving(
            plan=plan,
            scope=one.told.scope,
            acted_ns=now_ns,
            since_ns=now_ns + round(kind.interrupts_min * MINUTE_NS),
            lost=max(one.told.mos_usual - one.told.mos_seen, 0.0),
            before=[p for p in course if p.end_ns > one.told.began_ns],
            subjects=one.subjects,
            services=one.told.services,
        )
        return True

    def _subjects(self, now_ns: int) -> int:
        """Count all subjects, once an hour."""
        hour, known = now_ns // HOUR_NS, self._counted
        if known is None or known[0] != hour:
            known = self._counted = hour, self._world.all_subjects(now_ns)
        return known[1]

    def _situation(self, need: Need, watching: Open, now_ns: int) -> Situation:
        subjects = self._subjects(now_ns)
        uses = uses_per_min(need, watching.watch, self.period_ns)
        whole = max(uses.pop("all"), 1e-9)
        return Situation(
            now_ns=now_ns,
            all_subjects=subjects,
            deeds=tuple(self.deeds),
            works=self._world.works(now_ns),
            locks=self._world.locks(),
            reach={name: round(subjects * min(n / whole, 1.0)) for name, n in uses.items()},
            uses_per_min=uses,
            things_per_min=things_per_min(need, watching.watch, self.period_ns),
            is_stopped=self._world.is_stopped(),
        )

    def saved(self) -> dict[str, Any]:  # Any: JSON
        """Give all that is known, as JSON."""
        return {
            "count": self._count,
            "effects": self.chooser.effects.saved(),
            "deeds": to_plain(self.deeds),
            "proving": to_plain(self.proving),
            "courses": self.courses.saved(),
            "standing": self.returning.saved(),
            "last": to_plain(self._last),
            "made": {name: [key, to_plain(made)] for name, (key, made) in self._made.items()},
        }

    def restore(self, saved: Mapping[str, Any]) -> None:  # Any: JSON
        """Go on from what `saved` gave; it may be empty."""
        if not saved:
            return
        self._count = int(saved["count"])
        self.chooser.effects.restore(saved.get("effects", {}))
        self.deeds = from_plain(list[Deed], saved["deeds"])
        self.proving = from_plain(dict[str, Proving], saved["proving"])
        self.courses.restore(saved["courses"])
        self.returning.restore(saved.get("standing", []))
        self._last = from_plain(dict[str, Plan], saved["last"])
        self._made = from_plain(dict[str, WithId], saved["made"])


def _same(plan: Plan, last: Plan) -> bool:
    def what(each: Candidate | None) -> object:
        return each.action if each else None

    return (what(plan.chosen), plan.autonomy) == (what(last.chosen), last.autonomy)
