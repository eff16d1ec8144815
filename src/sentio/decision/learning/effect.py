"""What an action would bring in given circumstances: the question, the answer, and what is taught.

Whoever answers can be exchanged: experience learns from outcomes (`LearnedEffects`), a twin
simulates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sentio.decision.learning.context import Context
from sentio.model.plan import Action, Estimate, Outcome, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an action is expected to bring: the gain of MOS of a use within its scope.

    ``effect`` is the mean over many such cases with its 90 % interval, ``deviation`` the standard
    deviation of that mean: how much there is to learn yet. ``success`` is the probability that
    the action helps at all, [0, 1].
    """

    action: Action
    effect: Estimate
    deviation: float
    success: float


class EffectModel(Protocol):
    """Anything that foretells effects."""

    def predict(self, context: Context, actions: Sequence[Action]) -> tuple[Effect, ...]:
        """Foretell each action, in their order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What the catalogue says of a kind of action before anything was tried.

    ``effect`` is in the unit that is learned: a share of the loss where the vocabulary has a scale,
    else MOS. ``count`` is how many verified outcomes the belief is worth.
    """

    effect: float = 0.0
    success: float = 0.5
    count: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A verified outcome: what was done in what circumstances, and what came of it."""

    context: Context
    action: Action
    effect: Estimate
    verdict: Verdict
    at_ns: int


def lesson_of(context: Context, action: Action, outcome: Outcome) -> Lesson:
    """Draw the lesson of an outcome."""
    return Lesson(
        context=context,
        action=action,
        effect=outcome.effect_mos,
        verdict=outcome.verdict,
        at_ns=outcome.verified_ns,
    )
