"""Whether a plan that was carried out broke a guard: worked out anew, from what the lab knows.

Nothing here asks the guards of `sentio.decision`: limits are the policy's, all else is counted
from the lab's own paths and from the log of what was done.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from sentio.decision.kind import ActionKind
from sentio.decision.policy import Policy
from sentio.lab.simulation import Operator
from sentio.model.plan import Outcome, Plan

MINUTE_NS = 60_000_000_000
COUNTED_PERIODS = 4  # over which those who hang on an element are counted


@dataclass(slots=True)
class Entry:
    """An action in the log: a cure of an element for a degradation."""

    plan: Plan
    target: str
    at_ns: int
    ended_ns: int | None = None
    was_undone: bool = False


class Watchman:
    """Keeps the log of all cures, and checks each when it is done."""

    def __init__(self, operator: Operator, policy: Policy, *, subjects: int) -> None:
        self.operator = operator
        self.policy = policy
        self.subjects = subjects
        self.log: list[Entry] = []
        self.breaches: list[tuple[str, str]] = []  # plan, guard
        self._paths: deque[dict[str, np.ndarray]] = deque(maxlen=COUNTED_PERIODS)

    def see(self) -> None:
        """Take in who led where in the period that was just played."""
        assert self.operator.last
        scene, played = self.operator.last
        counts = {
            kind: np.bincount(codes[codes >= 0], minlength=len(self.operator.estate.names[kind]))
            for kind, codes in played.path.items()
            if kind in self.operator.estate.names
        }
        self._paths.append({**counts, "all": np.array([len(scene.draw)])})

    def check(self, plan: Plan, kind: ActionKind, works: frozenset[str], now_ns: int) -> None:
        """Check a cure that is carried out now, then note it."""
        assert plan.chosen
        target, limits = plan.chosen.action.target, self.policy.limits
        is_around = plan.chosen.against == "planned_work"
        breaks = {
            "approval": self.policy.autonomy_of(kind.name) != "act" or self._is_risky(plan),
            "likely_help": plan.chosen.success < limits.least_success,
            "worth_it": plan.chosen.value < limits.least_value_min,
            "planned_work": target in works and not is_around,
            "blast_radius": self._reach(plan) > limits.blast_share * self.subjects,
            "canary": kind.target == "customers" and self._wants_canary(plan),
            **self._log_breaks(plan, target, now_ns),
        }
        self.breaches += [(plan.id, name) for name, is_broken in breaks.items() if is_broken]
        self.log.append(Entry(plan, target, now_ns))

    def end(self, outcome: Outcome, now_ns: int) -> None:
        """Note that a cure was judged."""
        for each in self.log:
            if each.plan.id == outcome.plan:
                each.ended_ns, each.was_undone = now_ns, outcome.is_undone

    def _log_breaks(self, plan: Plan, target: str, now_ns: int) -> dict[str, bool]:
        limits = self.policy.limits
        assert plan.chosen
        here = [each for each in self.log if each.target == target]
        own = [each for each in self.log if each.plan.degradation == plan.degradation]
        last_hour = [e for e in self.log if e.at_ns > now_ns - 60 * MINUTE_NS]
        window_ns = now_ns - limits.per_element_min * MINUTE_NS
        cool_ns = now_ns - limits.cool_down_min * MINUTE_NS
        return {
            "rate": len(last_hour) >= limits.actions_per_hour,
            "rate_of_element": sum(e.at_ns >= window_ns for e in here) >= limits.per_element,
            "cool_down": any(e.was_undone and (e.ended_ns or 0) > cool_ns for e in here),
            "conflict": any(
                e.ended_ns is None and e.plan.degradation != plan.degradation for e in here
            ),
            "one_cure": any(e.ended_ns is None for e in own),
            "once": any(e.plan.chosen and e.plan.chosen.action == plan.chosen.action for e in own),
        }

    def _is_risky(self, plan: Plan) -> bool:
        assert plan.chosen
        limits, one = self.policy.limits, plan.chosen
        most = limits.approval_above_risk_share * one.regained_min.mean
        return one.risk > max(limits.approval_above_risk_min, most)

    def _wants_canary(self, plan: Plan) -> bool:
        return self._reach(plan) > self.policy.limits.canary_share * self.subjects and (
            plan.canary is None
        )

    def _reach(self, plan: Plan) -> float:
        """Count who may feel it: all subjects, by the share of uses that lead over the target."""
        assert plan.chosen
        kind, name = plan.chosen.action.target_kind, plan.chosen.action.target
        names = self.operator.estate.names.get(kind, [])
        if name not in names:
            return 0.0
        code = list(names).index(name)
        over = sum(int(each[kind][code]) for each in self._paths if kind in each)
        return self.subjects * over / max(sum(int(each["all"][0]) for each in self._paths), 1)
