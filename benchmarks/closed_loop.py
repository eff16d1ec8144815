"""Claim: acting by itself, the platform gives back most of what healable faults would have cost.

The same week is played twice from the same seed: once nobody acts (autonomy *observe*), once the
loop does (*act*). A minute is lost where a use is made noticeably worse, by a fault or by an
action: each such use stands for the five minutes of its period.
"""

from __future__ import annotations

import sys

from _report import arguments, report
from see_and_explain import A_DAY, PERIOD_NS, Run, add_run, city
from sentio.decision.catalogue import ACTIONS
from sentio.decision.choosing import Chooser
from sentio.decision.need import USE_MIN
from sentio.decision.policy import policy
from sentio.decision.tallied import Tallied
from sentio.lab.changes import Change
from sentio.lab.physics.scene import touched_rows
from sentio.lab.simulation import Operator
from sentio.loop.acting import Acting, World
from sentio.model.diagnosis import Diagnosis, Impact
from sentio.model.plan import Outcome, Plan

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


def main() -> None:
    parser = arguments(__doc__ or "")
    add_run(parser)
    parser.add_argument("--policy", default="default")
    given = parser.parse_args()
    acted = Closed(given)
    acted.play()
    found = figures(acted, lost_minutes(observed(given)))
    faults, rows = found.pop("faults"), found.pop("rows")
    report({**found, "faults": faults, "rows": rows}, as_json=given.json)


def observed(given) -> Operator:
    """Play the same week with nobody acting; nothing that comes before matters to it."""
    operator = city(given)
    operator.now_ns += round(given.learn_days * A_DAY) * PERIOD_NS
    for at in range(round(given.days * A_DAY)):
        operator.step()
        if at % A_DAY == 0:
            print(f"day {at // A_DAY} of the week in which nobody acts", file=sys.stderr)
    return operator


class Hands:
    """Carries plans out in the lab."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.done: dict[str, list[str]] = {}  # plan -> names of the faults that it cured
        self.undone: set[str] = set()

    def act(self, plan: Plan) -> None:
        assert plan.chosen
        action = plan.chosen.action
        kind = CHANGES.get(action.kind)
        if kind is None:
            return
        before = {each.name: each.end_ns for each in self.operator.truth}
        factor = float(action.parameters.get("factor", 1.5))
        self.operator.apply(Change(kind=kind, element=action.target, value=factor))
        self.done[plan.id] = [
            each.name for each in self.operator.truth if each.end_ns != before[each.name]
        ]

    def judge(self, outcome: Outcome) -> None:
        if outcome.is_undone:
            self.undone.add(outcome.plan)


class Closed(Run):
    """A run whose loop acts."""

    is_acting = True

    def __init__(self, given) -> None:
        super().__init__(given)
        self.hands = Hands(self.operator)
        subjects = given.users + given.things
        self.acting = Acting(
            Chooser(policy=policy(given.policy), effects=Tallied()),
            World(all_subjects=lambda _now_ns: subjects),
            kinds={each.name: each for each in ACTIONS},
            period_ns=PERIOD_NS,
        )
        self.plans: dict[str, Plan] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.segment = {}
        self.harm_min = 0.0

    def learn(self, period) -> None:
        super().learn(period)
        if self.hands.done and period.start_ns + PERIOD_NS == self.operator.now_ns:
            self.harm_min += USE_MIN * _harmed(self.operator)

    def explain(self, end_ns: int, bulk_bytes: int) -> None:
        super().explain(end_ns, bulk_bytes)
        for one in self.watching.open:
            if one.causes:
                self.acting.note(f"{one.told.id}-{one.periods}", _diagnosis(one, end_ns))
        for told in self.acting.see(self.watching, now_ns=end_ns):
            if isinstance(told, Outcome):
                self.outcomes[told.plan] = told
                self.hands.judge(told)
                continue
            self.plans[told.id] = told
            if told.autonomy == "act" and told.chosen:
                self.hands.act(told)


def _harmed(operator: Operator) -> int:
    """Count the uses of the last period that what was changed made worse."""
    assert operator.last
    scene, played = operator.last
    active, changed = operator.effects_at(operator.now_ns - PERIOD_NS // 2)
    if not changed:
        return 0
    _, is_touched = touched_rows(scene, played, changed, active)
    return int(is_touched.sum())


def lost_minutes(operator: Operator) -> dict[str, float]:
    """Experience minutes that each healable fault has cost, by its name."""
    return {
        each.name: USE_MIN * each.sessions
        for each in operator.truth
        if each.harmful and each.cured_by
    }


def figures(acted: Closed, observed: dict[str, float]) -> dict[str, object]:
    """Compare the two weeks, and judge each action by the truth."""
    by_act = lost_minutes(acted.operator)
    truth = {each.name: each for each in acted.operator.truth}
    lost = sum(observed.values())
    left = sum(by_act.values()) + acted.harm_min
    rows = [_row(plan, acted) for plan in acted.plans.values() if plan.id in acted.hands.done]
    bad = [row for row in rows if not row["cured"]]
    return {
        "lost_minutes_observe": lost,
        "lost_minutes_act": left,
        "reduction": 1.0 - left / max(lost, 1e-9),
        "harm_of_actions_min": acted.harm_min,
        "actions": len(rows),
        "bad_actions": len(bad) / max(len(rows), 1),
        "not_rolled_back": sum(row["plan"] not in acted.hands.undone for row in bad),
        "faults": [
            {
                "kind": truth[name].kind,
                "element": truth[name].element,
                "observe": observed[name],
                "act": by_act.get(name, 0.0),
            }
            for name in observed
        ],
        "rows": rows,
    }


def _row(plan: Plan, acted: Closed) -> dict[str, object]:
    assert plan.chosen
    outcome = acted.outcomes.get(plan.id)
    return {
        "plan": plan.id,
        "degradation": plan.degradation,
        "made_ns": plan.made_ns,
        "action": plan.chosen.action.name,
        "success": round(plan.chosen.success, 3),
        "value": round(plan.chosen.value, 1),
        "cured": acted.hands.done[plan.id],
        "verdict": outcome.verdict if outcome else "",
        "effect": [outcome.effect_mos.low, outcome.effect_mos.mean, outcome.effect_mos.high]
        if outcome
        else None,
    }


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


if __name__ == "__main__":
    main()
