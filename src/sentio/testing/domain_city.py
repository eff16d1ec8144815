"""A small city under autonomous domains, for stories and benchmarks: the lab, hands, eyes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from sentio.decision.policy import policy, with_autonomy
from sentio.lab.changes import Change
from sentio.lab.simulation import Operator, Scale
from sentio.loop.acting import Told, World
from sentio.loop.domains.catalogue import domains, sla
from sentio.loop.domains.controller import Domains, Inventory
from sentio.loop.scored import scored_uses
from sentio.model.plan import Action, Outcome, Plan
from sentio.model.topology import topology

PERIOD_NS = 300_000_000_000
HOUR_PERIODS = 12
CHANGES = {"scale": "capacity", "reroute": "reroute", "restart": "restart", "retune": "retune"}
MOVES = {"switch_domain", "supplement_domain"}


@dataclass(slots=True)
class Hands:
    """Carries plans out in the lab, and takes them back."""

    operator: Operator
    plans: dict[str, Plan] = field(default_factory=dict[str, Plan])

    def act(self, plan: Plan) -> None:
        """Change the lab as a plan says."""
        if plan.chosen is None:
            return
        self.plans[plan.id] = plan
        action = plan.chosen.action
        if action.kind in MOVES:
            self._lead(action, str(action.parameters["to"]))
        elif action.kind == "return_domain":
            self._lead(action, "usual")
        elif action.kind in CHANGES:
            factor = float(action.parameters.get("factor", 1.5))
            self.operator.apply(
                Change(kind=CHANGES[action.kind], element=action.target, value=factor)
            )

    def judge(self, outcome: Outcome) -> None:
        """Undo what did not help, where that is a way that traffic took."""
        plan = self.plans[outcome.plan]
        if outcome.is_undone and plan.chosen and plan.chosen.action.kind in MOVES:
            self._lead(plan.chosen.action, "usual")

    def _lead(self, action: Action, way: str) -> None:
        share = float(action.parameters.get("share", 1.0)) if way != "usual" else 1.0
        also = str(action.parameters.get("also", ""))
        if also and way != "usual":  # all of it, and then what there is room for the other way
            self._switch(action.target, also, share)
            share = float(action.parameters["part"])
        self._switch(action.target, way, share)

    def _switch(self, element: str, way: str, share: float) -> None:
        self.operator.apply(Change(kind="switch_access", element=element, value=share, target=way))


class City:
    """The lab and the controller, side by side."""

    def __init__(
        self,
        *,
        seed: int,
        hour: int,
        scale: Scale | None = None,
        acts: bool = True,
        has_controller: bool = True,
    ) -> None:
        self.operator = Operator(scale or Scale(cells=36, users=6000, things=600), seed=seed)
        self.operator.now_ns += hour * HOUR_PERIODS * PERIOD_NS
        elements, links = self.operator.topology()
        self.topology = topology(elements, links)
        self.hands = Hands(self.operator)
        subjects = len(self.operator.estate.subjects)
        attributes = attributes_of(elements)
        cross = policy("cross_domain")
        cross = cross if has_controller else with_autonomy(cross, "observe")
        self.domains = Domains(
            domains(),
            Inventory(
                topology=self.topology,
                attributes=lambda name: attributes.get(name, {}),
                has_way_round=lambda name: _is_protected(attributes.get(name, {})),
            ),
            World(all_subjects=lambda _now_ns: subjects, is_stopped=lambda: not acts),
            policy=policy("default"),
            cross_policy=cross,
            period_ns=PERIOD_NS,
        )
        self.domains.promises.add(sla("everybody"))
        self.told: list[Told] = []
        self.uses = pa.table({})

    def run(self, periods: int, *, until: Callable[[], bool] = lambda: False) -> int:
        """Play so many periods, or until something is so; gives how many were played."""
        for at in range(periods):
            self.step()
            if until():
                return at + 1
        return periods

    def step(self) -> list[Told]:
        """Play a period."""
        period = self.operator.step()
        scored = [scored_uses(name, uses, self.topology) for name, uses in period.uses.items()]
        self.uses = pa.concat_tables(scored, promote_options="default")
        told = self.domains.see(
            self.uses,
            period.measurements,
            period.events,
            start_ns=period.start_ns,
            end_ns=period.end_ns,
        )
        for each in told:
            if isinstance(each, Outcome):
                self.hands.judge(each)
            elif each.autonomy == "act" and each.chosen:
                self.hands.act(each)
        self.told += told
        return told

    def mos_of(self, kind: str, element: str) -> float:
        """Give the mean MOS of the last period's uses over an element."""
        here = np.asarray(self.uses.column(kind).to_pylist()) == element
        return float(np.asarray(self.uses.column("mos"))[here].mean())

    def plans(self, kind: str = "") -> list[Plan]:
        """List the plans that chose something, of a kind of action or of all."""
        return [
            each
            for each in self.told
            if isinstance(each, Plan) and each.chosen and kind in {"", each.chosen.action.kind}
        ]


def attributes_of(elements: pa.RecordBatch) -> dict[str, dict[str, str]]:
    """Give what the inventory says of each element, its own attributes among it."""
    found: dict[str, dict[str, str]] = {}
    for row in elements.to_pylist():
        told = json.loads(row["attributes"]) if row.get("attributes") else {}
        known = {name: str(value).lower() for name, value in told.items()}
        if row.get("technology"):
            known["technology"] = row["technology"]
        found[row["element"]] = known
    return found


def _is_protected(attributes: dict[str, str]) -> bool | None:
    told = attributes.get("is_protected")
    return None if told is None else told == "true"
