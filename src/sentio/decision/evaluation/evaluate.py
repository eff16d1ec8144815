"""The value of a policy from the log of another, with its interval, or why it cannot be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sentio.decision.evaluation.estimators import ESTIMATORS
from sentio.decision.evaluation.intervals import INTERVALS
from sentio.decision.evaluation.log import Log
from sentio.decision.evaluation.reward_model import Foretold, foretold
from sentio.decision.evaluation.support import Support, support
from sentio.kernel.arrays import FloatArray
from sentio.kernel.errors import RefusedError
from sentio.model.plan import Estimate

EstimatorName = Literal["ips", "snips", "dm", "dr", "switch_dr", "dr_os"]
IntervalName = Literal["student", "bootstrap_t", "bernstein"]
LEVEL = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """What a policy would bring a decision, by one estimator; None where the log cannot tell."""

    estimator: str
    value: Estimate | None
    support: Support

    @property
    def told(self) -> Estimate:
        """The value, if the log tells it.

        Raises
        ------
        RefusedError
            The support is too thin; the message says in what.
        """
        if self.value is None:
            raise RefusedError(
                "; ".join(self.support.reasons),
                where=f"off-policy evaluation by {self.estimator}",
                expected="a log in which the policy's choices were often taken",
                next_step="Log more decisions, or judge a policy nearer to the one that wrote it.",
            )
        return self.value


def evaluate(
    log: Log,
    target: FloatArray,
    *,
    estimator: EstimatorName = "dr",
    interval: IntervalName = "student",
    level: float = LEVEL,
    model: Foretold | None = None,
) -> Valuation:
    """Judge a policy, given by its probabilities (rows, actions) in the logged circumstances.

    ``model`` may be given where several policies are judged by one log; it costs the most.
    """
    found = support(log, target)
    if not found.is_enough:
        return Valuation(estimator=estimator, value=None, support=found)
    scores = ESTIMATORS[estimator](log, target, model or foretold(log))
    low, high = INTERVALS[interval](scores, level)
    value = Estimate(mean=scores.estimate, low=low, high=high)
    return Valuation(estimator=estimator, value=value, support=found)


def evaluate_all(log: Log, target: FloatArray, *, level: float = LEVEL) -> dict[str, Valuation]:
    """Judge a policy by every estimator."""
    found = support(log, target)
    model = foretold(log) if found.is_enough else None
    names: tuple[EstimatorName, ...] = ("ips", "snips", "dm", "dr", "switch_dr", "dr_os")
    return {name: evaluate(log, target, estimator=name, level=level, model=model) for name in names}
