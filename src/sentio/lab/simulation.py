"""A simulated operator of a city that runs in periods of 5 minutes: uses, measurements, events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.lab.faults.effect import CROWD, TAKE_UP, Effect
from sentio.lab.faults.plan import Plan, plan_faults
from sentio.lab.faults.trial import Trial, hold_trial
from sentio.lab.faults.truth import Fault, Incident
from sentio.lab.operator.estate import Estate, build_estate
from sentio.lab.operator.rhythm import PERIOD_NS, activity, whereabouts
from sentio.lab.operator.scale import Scale
from sentio.lab.physics.loads import demand_of, plan_capacity
from sentio.lab.physics.scene import Played, Scene, play, touched_rows
from sentio.lab.tally import Tally
from sentio.lab.uses.batches import batches_of
from sentio.lab.uses.drawing import Draw, Fashion, Reporting, draw_uses

MONDAY_NS = 1_788_739_200_000_000_000  # 2026-09-07 00:00 UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What the operator's systems tell of 5 minutes."""

    start_ns: int
    end_ns: int
    uses: Mapping[str, pa.RecordBatch]


class Operator:
    """A city's operator at work. All of it, faults included, follows from scale, seed and plan.

    Whatever goes wrong, the same people ask for the same things at the same time: two operators
    that differ in their plan only can be compared use by use.
    """

    def __init__(
        self,
        scale: Scale | None = None,
        *,
        seed: int = 1,
        start_ns: int = MONDAY_NS,
        plan: Plan | None = None,
    ) -> None:
        self.estate: Estate = build_estate(scale or Scale(), seed)
        self.capacity = plan_capacity(self.estate, np.random.default_rng([seed, 2]))
        self.start_ns = start_ns
        self.now_ns = start_ns
        self._reporting = Reporting.of(self.estate)
        self._incidents = list[Incident]()
        self._tallies: dict[str, Tally] = {}
        self._trial: Trial | None = None
        if plan and plan.faults:
            self._incidents += plan_faults(self.estate, self.trial, plan, start_ns)

    @property
    def trial(self) -> Trial:
        """An ordinary day, on which faults are tried."""
        self._trial = self._trial or hold_trial(self.estate, self.capacity, self.start_ns)
        return self._trial

    @property
    def truth(self) -> tuple[Fault, ...]:
        """All faults and decoys of the plan; who felt them, as far as the operator has run."""
        tallies = self._tallies
        return tuple(
            tallies.get(each.name, Tally()).truth(each, each.end_ns) for each in self._incidents
        )

    def run(self, periods: int) -> Iterator[Period]:
        """Advance by so many periods."""
        for _ in range(periods):
            yield self.step()

    def step(self) -> Period:
        """Advance by one period."""
        start_ns = self.now_ns
        middle_ns = start_ns + PERIOD_NS // 2
        active = [
            (each, now) for each in self._incidents if (now := each.strength(middle_ns)) > 0.0
        ]
        scene = self._scene(start_ns, active)
        effects = [(effect, now) for each, now in active for effect in each.effects]
        played = play(scene, effects)
        rows_of = {name: np.arange(span.start, span.stop) for name, span in played.spans.items()}
        skew_ns = np.zeros(len(scene.draw), dtype=np.int64)
        self._count(scene, played, active, start_ns)
        self.now_ns = start_ns + PERIOD_NS
        return Period(
            start_ns=start_ns,
            end_ns=self.now_ns,
            uses=batches_of(self.estate, scene.draw, played, rows_of, skew_ns),
        )

    def _scene(self, start_ns: int, active: list[tuple[Incident, float]]) -> Scene:
        rng = np.random.default_rng([self.estate.seed, 5, start_ns // PERIOD_NS])
        holidays = frozenset(each.holiday for each in self._incidents)
        where = whereabouts(self.estate, start_ns, holidays)
        busy = activity(start_ns, self.start_ns, holidays)
        demand = demand_of(self.estate, rng, start_ns, where=where, active=busy)
        draw = draw_uses(
            self.estate,
            self._reporting,
            rng,
            start_ns,
            where=where,
            active=busy,
            fashion=_fashion(active),
        )
        return Scene(estate=self.estate, capacity=self.capacity, demand=demand, draw=draw)

    def _count(
        self, scene: Scene, played: Played, active: list[tuple[Incident, float]], start_ns: int
    ) -> None:
        for incident, now in active:
            if not incident.is_harmful:
                continue
            own = [(effect, now) for effect in incident.effects]
            others = [
                (effect, strength)
                for each, strength in active
                if each is not incident
                for effect in each.effects
            ]
            reached, is_touched = touched_rows(scene, played, own, others)
            rows = reached[is_touched]
            tally = self._tallies.setdefault(incident.name, Tally())
            tally.add(start_ns, scene.draw.subject[rows], scene.draw.service[rows])


def _fashion(active: list[tuple[Incident, float]]) -> Fashion:
    def drawn(quantity: str, dimension: str) -> tuple[tuple[int, float], ...]:
        return tuple(
            (effect.scope[dimension][0], effect.amount * now)
            for each, now in active
            for effect in each.effects
            if effect.quantity == quantity
        )

    return Fashion(crowds=drawn(CROWD, "cell"), taken_up=drawn(TAKE_UP, "app"))
