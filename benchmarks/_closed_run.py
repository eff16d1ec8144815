"""A week in which the loop acts by itself: what it did, what came of it, what was true."""

from __future__ import annotations

import pickle
from pathlib import Path

import pyarrow as pa

from _closed_guards import Watchman
from _closed_truth import Changed, Watched
from _works_run import City, Planned
from see_and_explain import PERIOD_NS, Run
from sentio.decision.catalogue import ACTIONS
from sentio.decision.choosing import Chooser
from sentio.decision.need import MINUTE_NS, USE_MIN
from sentio.decision.policy import policy
from sentio.decision.tallied import Tallied
from sentio.execution.verifying import Period
from sentio.lab.changes import Change
from sentio.lab.simulation import Fault
from sentio.lab.simulation import Period as Played
from sentio.loop.acting import VERIFIED_PERIODS, Acting, Proving, World
from sentio.loop.explaining import Explaining
from sentio.model.diagnosis import Diagnosis, Impact
from sentio.model.plan import Outcome, Plan
from sentio.model.work import Forecast

HOUR_NS = 60 * MINUTE_NS
CHANGES = {
    "scale": "capacity",
    "slice_quota": "quota",
    "reroute": "reroute",
    "restart": "restart",
    "cpe_channel": "channel",
    "retune": "retune",
    "roll_back": "roll_back",
    "switch": "switch",
}
LEARNED = (
    *("operator", "topology", "watch", "ring", "budget", "watching"),
    *("records", "at", "works"),
)


class Closed(Run):
    """A run whose loop acts."""

    is_acting = True

    def __init__(self, given) -> None:
        super().__init__(given)
        self.works = City(given, self.operator)
        self.plans: dict[str, Plan] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.cured: dict[str, list[str]] = {}  # plan -> names of the faults that it ended
        self.foretold: dict[str, tuple[Planned, Forecast]] = {}
        self.watched: dict[str, Watched] = {}  # all of them
        self.proving: dict[str, Proving] = {}
        self.evidence: dict[str, tuple[Proving, list[Period]]] = {}  # what each proof rests on
        self.regretted_ns: dict[str, int] = {}
        self.harm_min = 0.0
        self._begin()

    def _begin(self) -> None:
        """Make what acts and what watches over it."""
        given = self.given
        subjects = given.users + given.things
        rules = policy(given.policy)
        self.kinds = {each.name: each for each in ACTIONS}
        self.acting = Acting(
            Chooser(policy=rules, effects=Tallied()),
            World(all_subjects=lambda _now_ns: subjects, works=self.works.works_at),
            kinds=self.kinds,
            period_ns=PERIOD_NS,
        )
        self.changed = Changed(self.operator, self.topology)
        self.watchman = Watchman(self.operator, rules, subjects=subjects)

    def keep(self, path: str) -> None:
        """Keep what was learned so far in a file."""
        state = {name: getattr(self, name) for name in LEARNED}
        state |= {"measured": self.explaining.measured, "log": self.explaining.log}
        Path(path).write_bytes(pickle.dumps(state))

    def go_on(self, path: str) -> None:
        """Go on from what was kept."""
        state = pickle.loads(Path(path).read_bytes())
        self.explaining = Explaining(state["topology"], state.pop("measured"), state.pop("log"))
        for name, value in state.items():
            setattr(self, name, value)
        self.works.given = self.given
        self._begin()

    def save_all(self, path: str, observed: tuple[Fault, ...]) -> None:
        """Keep what was told and done, to look into."""
        told = [one.told for one in self.follow.values()]
        proofs = self.evidence, self.watched
        kept = told, self.plans, self.outcomes, self.operator.truth, observed, proofs
        Path(path).write_bytes(pickle.dumps(kept))

    def note(self, period: Played, uses: dict[str, pa.Table]) -> None:
        """Take in who used what; foretell the works that begin before long."""
        for service, table in uses.items():
            self.works.take(service, table)
        self.works.hear(period.events)
        if self.at <= self.learning - round(self.given.lead_hours * 12):
            return
        for one in self.works.planned:
            due_ns = one.work.begins_ns - round(self.given.lead_hours * HOUR_NS)
            if one.name not in self.foretold and due_ns < period.end_ns + PERIOD_NS:
                self.foretold[one.name] = one, self.works.foretell(one.work, period.end_ns)

    def learn(self, period: Played) -> None:
        super().learn(period)
        if self.at <= self.learning:
            return
        self.watchman.see()
        self.changed.measure()
        self.harm_min += USE_MIN * self.changed.harmed()

    def explain(self, end_ns: int, bulk_bytes: int) -> None:
        self.explaining.alarms.wait()  # so that a run can be repeated
        super().explain(end_ns, bulk_bytes)
        for one in self.watching.open:
            if one.causes:
                self.acting.note(f"{one.told.id}-{one.periods}", _diagnosis(one, end_ns))
        for told in self.acting.see(self.watching, now_ns=end_ns):
            if isinstance(told, Outcome):
                self._judged(told, end_ns)
            else:
                self.plans[told.id] = told
                if told.autonomy == "act" and told.chosen:
                    self._act(told, end_ns)

    def _judged(self, outcome: Outcome, now_ns: int) -> None:
        if outcome.plan in self.outcomes:  # it helped, and is given back or regretted
            self.changed.undo(outcome.plan)
            if outcome.verdict == "worse":
                self.regretted_ns[outcome.plan] = now_ns
                self.watchman.end(outcome, now_ns)
            return
        self.outcomes[outcome.plan] = outcome
        before = self.proving[outcome.plan]
        self.evidence[outcome.plan] = before, list(self.acting.courses.of.get(outcome.plan, []))
        self.watchman.end(outcome, now_ns)
        kind = self.kinds[self.plans[outcome.plan].chosen.action.kind]
        if outcome.is_undone and kind.inverse:
            self.changed.undo(outcome.plan)

    def _act(self, plan: Plan, now_ns: int) -> None:
        """Carry a plan out in the lab; what only tells changes nothing there."""
        assert plan.chosen
        action = plan.chosen.action
        change = CHANGES.get(action.kind)
        if change is None:
            return
        kind = self.kinds[action.kind]
        self.watchman.check(plan, kind, self.works.works_at(now_ns), now_ns)
        factor = float(action.parameters.get("factor", 1.5))
        self.cured[plan.id] = self.changed.act(
            plan.id, Change(kind=change, element=action.target, value=factor)
        )
        proving = self.proving[plan.id] = self.acting.proving[plan.id]
        self.watched[plan.id] = self.changed.watched[plan.id] = Watched(
            plan=plan.id,
            scope=proving.scope,
            subjects=proving.subjects,
            services=proving.services,
            until_ns=proving.since_ns + VERIFIED_PERIODS * PERIOD_NS,
            courses=self.acting.courses,
            met=self.acting.courses.met[plan.id],
        )


def _diagnosis(one, end_ns: int) -> Diagnosis:
    causes = tuple(one.causes)
    return Diagnosis(
        degradation=one.told.id,
        made_ns=end_ns,
        sentence="",
        hypotheses=causes,
        abstains=not causes or causes[0].probability < 0.5,
        impact=Impact(users=len(one.subjects), things=0, uses=one.told.uses),
    )
