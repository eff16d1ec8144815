"""Off-policy estimators: what a policy would have brought, from the log of another.

Each gives a score a row whose mean is the estimate and whose scatter tells how unsure it is.

References
----------
IPS     D. Horvitz, D. Thompson, J. Am. Stat. Assoc. 47 (1952) 663-685
SNIPS   A. Swaminathan, T. Joachims, NeurIPS 2015
DR      M. Dudik, J. Langford, L. Li, ICML 2011
Switch  Y.-X. Wang, A. Agarwal, M. Dudik, ICML 2017
DRos    Y. Su, M. Dimakopoulou, A. Krishnamurthy, M. Dudik, ICML 2020
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sentio.decision.evaluation.log import Log
from sentio.decision.evaluation.reward_model import Foretold
from sentio.kernel.arrays import FloatArray

TRIED = 12  # thresholds and shrinkages, evenly spaced in their logarithm
ALL = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """A score a row, shape (rows,); their mean is the estimate.

    ``more_variance`` of the estimate comes on top of what the scatter of the scores explains.
    """

    score: FloatArray
    more_variance: float = 0.0

    @property
    def estimate(self) -> float:
        """The value of the policy."""
        return float(self.score.mean())


Estimator = Callable[[Log, FloatArray, Foretold], Scores]
"""Takes a log, the probabilities of the policy to judge (rows, actions), and the reward model."""


def weights(log: Log, target: FloatArray) -> FloatArray:
    """How much likelier the policy takes what was taken, shape (rows,)."""
    return log.taken(target) / log.propensity


def ips(log: Log, target: FloatArray, _: Foretold | None = None) -> Scores:
    """Inverse propensity score: right on average, whatever the rewards, but noisy."""
    return Scores(score=weights(log, target) * log.reward)


def snips(log: Log, target: FloatArray, _: Foretold | None = None) -> Scores:
    """Self-normalised: a ratio, right in the long run, calmer, and indifferent to a shift."""
    weight = weights(log, target)
    mean = max(float(weight.mean()), np.finfo(float).tiny)
    estimate = float((weight * log.reward).mean()) / mean
    return Scores(score=estimate + weight / mean * (log.reward - estimate))


def dm(log: Log, target: FloatArray, model: Foretold) -> Scores:
    """Direct method: the model's word, wrong as far as the model is.

    What doubly robust estimation would mend counts as one more standard deviation.
    """
    score = np.sum(target * model.table, axis=1)
    unsure = model.whole.variance_of_mean(log.x, target)
    bias = float(score.mean()) - dr(log, target, model).estimate
    return Scores(score=score, more_variance=unsure + bias**2)


def dr(log: Log, target: FloatArray, model: Foretold) -> Scores:
    """Doubly robust: the model, mended by weighting what it did not foresee."""
    return _mended(log, target, model, weights(log, target))


def switch_dr(log: Log, target: FloatArray, model: Foretold) -> Scores:
    """Doubly robust, but the model alone where a weight is above a threshold."""
    weight = weights(log, target)
    tried = [np.where(weight <= most, weight, 0.0) for most in _ladder(weight)]
    return _calmest(log, target, model, [*tried, weight])


def dr_os(log: Log, target: FloatArray, model: Foretold) -> Scores:
    """Doubly robust with weights shrunk, great ones most: w * c / (w^2 + c)."""
    weight = weights(log, target)
    tried = [weight * c / (weight**2 + c) for c in _ladder(weight) ** 2]
    return _calmest(log, target, model, [*tried, weight])


def _mended(log: Log, target: FloatArray, model: Foretold, weight: FloatArray) -> Scores:
    unforeseen = log.reward - log.taken(model.crossed)
    return Scores(score=np.sum(target * model.crossed, axis=1) + weight * unforeseen)


def _ladder(weight: FloatArray) -> FloatArray:
    """Give values to try, from a usual weight to the greatest."""
    most = max(float(weight.max()), 1.0)
    usual = min(max(float(np.median(weight[weight > 0.0])), 1.0), most) if weight.any() else 1.0
    return np.geomspace(usual, most, TRIED)


def _calmest(log: Log, target: FloatArray, model: Foretold, tried: list[FloatArray]) -> Scores:
    """Take the weights with the least error expected: variance, and bias at its upper bound.

    The bias is what true weights would have mended and these do not; it is told from the same rows,
    so its own noise is added. The last of those tried are the true weights, without any.
    """
    true, unforeseen = tried[-1], log.reward - log.taken(model.crossed)
    found: list[tuple[float, Scores]] = []
    for weight in tried:
        lost = (true - weight) * unforeseen
        bias, noise = abs(float(lost.mean())), float(lost.std()) / np.sqrt(len(log))
        score = _mended(log, target, model, weight).score
        error = float(score.var()) / len(log) + (bias + noise) ** 2
        found.append((error, Scores(score=score, more_variance=bias**2)))
    return min(found, key=lambda each: each[0])[1]


ESTIMATORS: Mapping[str, Estimator] = {
    "ips": ips,
    "snips": snips,
    "dm": dm,
    "dr": dr,
    "switch_dr": switch_dr,
    "dr_os": dr_os,
}
