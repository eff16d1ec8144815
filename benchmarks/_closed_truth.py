"""What a change of the lab's network truly did: each period once more, without that one change.

The lab is a pure function of its state, so the same people ask for the same things in both worlds,
and the effect of a change is a difference use by use: nothing of it is estimated.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from sentio.awareness.usual import coded
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.lab.changes import Change
from sentio.lab.faults.effect import Effect
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.physics.scene import Played, Scene, play
from sentio.lab.simulation import Operator
from sentio.lab.uses.batches import batches_of
from sentio.lab.uses.outcome import is_worse
from sentio.loop.courses import FEWEST_USES, Courses
from sentio.loop.scored import scored_uses
from sentio.loop.sight import inside
from sentio.model.degradation import Scope
from sentio.model.topology import Topology

MOS_SPAN = 4.0  # from the best to the worst
USE_MIN = 5.0  # that a use stands for: its period


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a change did in one period: to all uses, in minutes, and to those it was meant for."""

    end_ns: int
    minutes: float
    treated: int
    gained_mos: float  # of all treated uses together
    slices: dict[str, tuple[float, float, int]]  # MOS with and without, uses


@dataclass(slots=True)
class Watched:
    """A change whose true effect is measured until its window is over."""

    plan: str
    scope: Scope
    subjects: Sequence[int]
    services: Sequence[str]
    until_ns: int
    courses: Courses
    met: IntArray  # who was met in the scope until the action, with which app
    steps: list[Step] = field(default_factory=list[Step])


class Changed:
    """An operator's network with the changes that a loop makes: done, taken back, thought away."""

    def __init__(self, operator: Operator, topology: Topology) -> None:
        self.operator = operator
        self.topology = topology
        self.names: dict[str, str] = {}  # plan -> its change
        self.undone_ns: dict[str, int] = {}
        self.watched: dict[str, Watched] = {}

    def act(self, plan: str, change: Change) -> list[str]:
        """Make a change; gives the names of the faults that it cures."""
        self.names[plan] = self.operator.apply(change)
        return list(self.operator.changes.entries[self.names[plan]].incidents)

    def undo(self, plan: str) -> None:
        """Take a change back: what it did ends, and what it cured returns unless it is over."""
        if self.operator.withdraw(self.names[plan]):
            self.undone_ns[plan] = self.operator.now_ns

    def measure(self) -> None:
        """Measure what the watched changes did in the period that was just played."""
        end_ns = self.operator.now_ns
        self.watched = {name: w for name, w in self.watched.items() if end_ns <= w.until_ns}
        if not self.watched or self.operator.last is None:
            return
        scene, played = self.operator.last
        real = _scored(self.operator, scene, played, self.topology)
        middle_ns = end_ns - PERIOD_NS // 2
        for name, each in self.watched.items():
            thought = play(scene, self._effects(middle_ns, without={self.names[name]}))
            mos = _mos(_scored(self.operator, scene, thought, self.topology))
            each.steps.append(_step(real, mos, each, end_ns))

    def harmed(self) -> int:
        """Count the uses of the last period that fared noticeably worse than if nobody acted."""
        if not self.names or self.operator.last is None:
            return 0
        scene, played = self.operator.last
        middle_ns = self.operator.now_ns - PERIOD_NS // 2
        thought = play(scene, self._effects(middle_ns, without=self.names.values()))
        return sum(
            int(is_worse(name, now, thought.indicators[name]).sum())
            for name, now in played.indicators.items()
        )

    def _effects(self, ns: int, *, without: Collection[str]) -> list[tuple[Effect, float]]:
        """Give what faults and changes do at a moment, as if some changes had not been made."""
        book = copy(self.operator.changes)
        book.entries = {n: each for n, each in book.entries.items() if n not in without}
        return [
            (effect, now)
            for each in book.present(self.operator._incidents)  # noqa: SLF001 - the lab's own
            if (now := each.strength(ns)) > 0.0
            for effect in each.effects
        ] + book.effects_at(ns)


def _step(real: pa.Table, without: FloatArray, each: Watched, end_ns: int) -> Step:
    mos = _mos(real)
    gain = np.nan_to_num(mos - without)
    treated = _treated(real, each) & np.isfinite(mos - without)
    code, names = coded(real, "slice")
    slices: dict[str, tuple[float, float, int]] = {}
    for at, name in enumerate(names):
        here = (code == at) & np.isfinite(mos) & np.isfinite(without)
        slices[name] = float(mos[here].sum()), float(without[here].sum()), int(here.sum())
    return Step(
        end_ns=end_ns,
        minutes=USE_MIN / MOS_SPAN * float(gain.sum()),
        treated=int(treated.sum()),
        gained_mos=float(gain[treated].sum()),
        slices=slices,
    )


def _treated(real: pa.Table, each: Watched) -> BoolArray:
    """Tell which uses the proof looks at: those in the scope, or of those who had been in it."""
    found = inside(real, each.scope)
    if found.sum() < FEWEST_USES:
        again = np.isin(each.courses.keys(real), each.met)
        if again.any():
            return found | again
        who = np.isin(real.column("subject").to_numpy(), np.array(each.subjects, dtype=np.int64))
        code, names = coded(real, "service")
        found |= who & np.isin(code, [at for at, n in enumerate(names) if n in each.services])
    return found


def _scored(operator: Operator, scene: Scene, played: Played, topology: Topology) -> pa.Table:
    """Score all uses of a period, in the order in which they were drawn, nothing of them lost."""
    rows = {name: np.arange(s.start, s.stop) for name, s in played.spans.items()}
    rows = dict(sorted(((n, r) for n, r in rows.items() if len(r)), key=lambda each: each[1][0]))
    straight = np.zeros(len(scene.draw), dtype=np.int64)
    batches = batches_of(operator.estate, scene.draw, played, rows, straight)
    scored = [scored_uses(name, batch, topology) for name, batch in batches.items()]
    return pa.concat_tables(scored, promote_options="default").unify_dictionaries()


def _mos(uses: pa.Table) -> FloatArray:
    return uses.column("mos").to_numpy().astype(np.float64)
