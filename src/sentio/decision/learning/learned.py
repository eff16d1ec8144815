"""Effects learned from verified outcomes: a pooled Bayesian model, tallies, and elements' own ways.

Old outcomes fade by half in a half-life, so that what changed is learned anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sentio.decision.learning.context import INCIDENTS, Context
from sentio.decision.learning.effect import Belief, Effect, Lesson
from sentio.decision.learning.pooled import Moments, Pooled, Prior, fit
from sentio.decision.learning.store import Arrays, Learned, arrays_of, learned_of
from sentio.decision.learning.tally import Key
from sentio.decision.learning.vocabulary import Column, Vocabulary
from sentio.kernel.arrays import FloatArray
from sentio.model.plan import Action, Estimate

DAY_NS = 86_400_000_000_000
TWO_SIDED_90 = 1.6449  # standard deviations from the centre to the ends of a 90 % interval
ELEMENT_COUNT = 10.0  # outcomes that all elements are worth to one of them
LEAST_SCALE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """How outcomes are taken: their scatter before any is seen, and how fast they fade.

    ``noise`` is in the unit that is learned (`Belief`). ``levels`` are the categories by which
    successes are counted, the widest first.
    """

    noise: float = 0.4
    half_life_ns: int = 90 * DAY_NS
    levels: tuple[str, ...] = ("domain", "symptom")


class LearnedEffects:
    """An `EffectModel` that begins with beliefs and learns from outcomes.

    It is blind to what its vocabulary does not name, and linear in what it does. The ways of single
    elements move the mean; the intervals are those of an element not seen before.
    """

    def __init__(
        self,
        beliefs: Mapping[str, Belief],
        *,
        vocabulary: Vocabulary = INCIDENTS,
        memory: Memory | None = None,
    ) -> None:
        self.beliefs, self.vocabulary = dict(beliefs), vocabulary
        self.memory = memory or Memory()
        self._widths = tuple(width for _, width in vocabulary.groups)
        self._learned = Learned(
            kinds=tuple(self.beliefs), moments=Moments.none(len(self.beliefs), sum(self._widths))
        )
        self._model: Pooled | None = None

    def learn(self, lessons: Sequence[Lesson]) -> None:
        """Take in outcomes, in any order; what was learned before fades to the newest of them.

        What an outcome counts for falls as its own interval grows beyond the usual scatter.
        """
        if not lessons:
            return
        self.fade(max(each.at_ns for each in lessons))
        self._meet(each.action.kind for each in lessons)
        columns = columns_of([each.context for each in lessons])
        x, scale = self.vocabulary.design(columns), self._scales(columns)
        kind = np.array([self._learned.kinds.index(each.action.kind) for each in lessons])
        share = np.array([each.effect.mean for each in lessons]) / scale
        width = np.array([each.effect.high - each.effect.low for each in lessons]) / scale
        now_ns = self._learned.at_ns
        age = np.array([self._kept(now_ns - each.at_ns) for each in lessons])
        measured = (width / (2.0 * TWO_SIDED_90)) ** 2
        weight = age / (1.0 + measured / self.memory.noise**2)
        off = share - self._fitted().mean(x)[np.arange(len(kind)), kind]
        fresh = Moments.of(x, kind, share, weight)
        self._learned = replace(
            self._learned,
            moments=self._learned.moments.plus(fresh),
            tally=self._learned.tally.with_outcomes(
                (self._key(each.context, each.action), each.verdict, float(part))
                for each, part in zip(lessons, age, strict=True)
            ),
            elements=self._learned.with_residuals([each.action for each in lessons], off, weight),
        )
        self._model = None

    def fade(self, until_ns: int) -> None:
        """Let time pass: what is old counts for less, down to the beliefs."""
        factor = self._kept(until_ns - self._learned.at_ns) if self._learned.at_ns else 1.0
        self._learned = self._learned.faded(factor, max(until_ns, self._learned.at_ns))
        self._model = None

    def predict(self, context: Context, actions: Sequence[Action]) -> tuple[Effect, ...]:
        """Foretell each action in these circumstances, in their order."""
        self._meet(each.kind for each in actions)
        columns = columns_of([context])
        mean, deviation = self.table(columns)
        scale = float(self._scales(columns)[0])
        return tuple(
            self._effect(context, action, float(mean[0, i]), float(deviation[0, i]), scale)
            for action in actions
            for i in (self._learned.kinds.index(action.kind),)
        )

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of action that are known, in the order of `table`."""
        return self._learned.kinds

    def table(self, columns: Mapping[str, Column]) -> tuple[FloatArray, FloatArray]:
        """Foretell every kind in many circumstances: mean and deviation, shape (rows, kinds)."""
        x, scale = self.vocabulary.design(columns), self._scales(columns)[:, None]
        model = self._fitted()
        return scale * model.mean(x), scale * model.deviation(x)

    def saved(self) -> Arrays:
        """Give all that was learned, by name."""
        return arrays_of(self._learned)

    @classmethod
    def restored(
        cls,
        saved: Arrays,
        beliefs: Mapping[str, Belief],
        *,
        vocabulary: Vocabulary = INCIDENTS,
        memory: Memory | None = None,
    ) -> LearnedEffects:
        """Go on from what `saved` gave; kinds that are new in the catalogue are met.

        Raises
        ------
        StoreError
            It was saved with another vocabulary.
        """
        again = cls(beliefs, vocabulary=vocabulary, memory=memory)
        again._learned = learned_of(saved, columns=sum(again._widths))
        again._meet(beliefs)
        return again

    def _effect(
        self, context: Context, action: Action, mean: float, deviation: float, scale: float
    ) -> Effect:
        weight, off = self._learned.elements.get((action.kind, action.target), (0.0, 0.0))
        mean += scale * off / (weight + ELEMENT_COUNT)
        reach = TWO_SIDED_90 * deviation
        belief = self._belief(action.kind)
        key = self._key(context, action)
        return Effect(
            action=action,
            effect=Estimate(mean=mean, low=mean - reach, high=mean + reach),
            deviation=deviation,
            success=self._learned.tally.chance(key, believed=belief.success, count=belief.count),
        )

    def _fitted(self) -> Pooled:
        if self._model is None:
            believed = [self._belief(kind) for kind in self._learned.kinds]
            prior = Prior(
                mean=np.array([each.effect for each in believed]),
                count=np.array([each.count for each in believed]),
                noise=self.memory.noise,
            )
            self._model = fit(self._learned.moments, prior, self._widths)
        return self._model

    def _meet(self, kinds: Iterable[str]) -> None:
        known = self._learned.kinds
        fresh = tuple(kind for kind in dict.fromkeys(kinds) if kind not in known)
        if fresh:
            none = Moments.none(len(known) + len(fresh), sum(self._widths))
            moments = none.plus(self._learned.moments)
            self._learned = replace(self._learned, kinds=(*known, *fresh), moments=moments)
            self._model = None

    def _belief(self, kind: str) -> Belief:
        return self.beliefs.get(kind, Belief())

    def _key(self, context: Context, action: Action) -> Key:
        """Kind, the circumstances by `Memory.levels`, then the element itself."""
        found = (context.categories.get(name, "") for name in self.memory.levels)
        return (action.kind, *found, action.target)

    def _kept(self, age_ns: int) -> float:
        return float(0.5 ** (max(age_ns, 0) / self.memory.half_life_ns))

    def _scales(self, columns: Mapping[str, Column]) -> FloatArray:
        return np.maximum(self.vocabulary.scales(columns), LEAST_SCALE)


def columns_of(contexts: Sequence[Context]) -> dict[str, Column]:
    """Turn circumstances into columns; a number that is missing becomes NaN, a category empty."""
    numbers = dict.fromkeys(name for each in contexts for name in each.numbers)
    names = dict.fromkeys(name for each in contexts for name in each.categories)
    rows: dict[str, Column] = {
        name: np.array([each.numbers.get(name, np.nan) for each in contexts]) for name in numbers
    }
    for name in names:
        rows[name] = np.array([each.categories.get(name, "") for each in contexts])
    return rows or {"": np.zeros(len(contexts))}
