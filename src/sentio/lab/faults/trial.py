"""A few ordinary hours of the operator, on which a planned fault is tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sentio.kernel.arrays import IntArray
from sentio.lab.day import DAY_NS, HOUR_NS
from sentio.lab.faults.effect import STRAINS, Effect, within
from sentio.lab.operator.estate import Estate
from sentio.lab.operator.rhythm import PERIOD_NS, activity, whereabouts
from sentio.lab.physics.loads import Capacity, demand_of
from sentio.lab.physics.scene import Played, Scene, play, touched_rows
from sentio.lab.uses.drawing import Fashion, Reporting, draw_uses

HOURS = (3, 8, 11, 14, 17, 19, 21)
PERIODS_AN_HOUR = HOUR_NS // PERIOD_NS


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One period at each of `HOURS` of an ordinary day, all going well."""

    scenes: Sequence[Scene]
    healthy: Sequence[Played]

    def uses_an_hour(self, codes: Mapping[str, int], *, any_release: bool) -> float:
        """Tell how many uses an hour a scope holds, by day; all releases where so wished."""
        scope = {kind: (code,) for kind, code in codes.items()}
        scope = _of_any_release(scope) if any_release else scope
        counts = [within(scope, played.path).sum() for played in self.healthy[1:]]
        return float(np.mean(counts)) * PERIODS_AN_HOUR

    def touched_an_hour(self, effects: Sequence[Effect]) -> tuple[IntArray, int]:
        """Tell how many uses an hour these effects would touch, at each of `HOURS`; of how many."""
        strong = [(effect, 1.0) for effect in effects]
        found, subjects = list[int](), set[int]()
        for scene, healthy in zip(self.scenes, self.healthy, strict=True):
            part = _part_within(scene, healthy, effects)
            reached, is_touched = touched_rows(part, play(part, strong), strong, ())
            subjects.update(part.draw.subject[reached[is_touched]].tolist())
            found.append(int(is_touched.sum()) * PERIODS_AN_HOUR)
        return np.array(found), len(subjects)


def hold_trial(estate: Estate, capacity: Capacity, start_ns: int) -> Trial:
    """Simulate the hours of the trial: of the first working day from the start."""
    reporting, scenes = Reporting.of(estate), list[Scene]()
    day = start_ns // DAY_NS + 1
    day += next(each for each in range(3) if (day + each + 3) % 7 < 5)
    for hour in HOURS:
        ts_ns = day * DAY_NS + hour * HOUR_NS
        rng = np.random.default_rng([estate.seed, 4, hour])
        where, active = whereabouts(estate, ts_ns), activity(ts_ns, ts_ns)
        demand = demand_of(estate, rng, where=where, active=active)
        draw = draw_uses(
            estate, reporting, rng, ts_ns, where=where, active=active, fashion=Fashion()
        )
        scenes.append(Scene(estate=estate, capacity=capacity, demand=demand, draw=draw))
    return Trial(scenes=scenes, healthy=[play(scene, ()) for scene in scenes])


def _part_within(scene: Scene, healthy: Played, effects: Sequence[Effect]) -> Scene:
    """Leave out the uses that no effect can reach; strains may reach anybody."""
    if any(effect.quantity in STRAINS for effect in effects):
        return scene
    inside = np.zeros(len(scene.draw), dtype=np.bool_)
    for effect in effects:
        inside |= within(_of_any_release(effect.scope), healthy.path)
    return replace(scene, draw=scene.draw.take(np.flatnonzero(inside)))


def _of_any_release(scope: Mapping[str, tuple[int, ...]]) -> Mapping[str, tuple[int, ...]]:
    return {kind: codes for kind, codes in scope.items() if kind not in {"app_version", "firmware"}}
