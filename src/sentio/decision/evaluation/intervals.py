"""How unsure a mean of scores is: three intervals, and the one that keeps its word."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from scipy import stats

from sentio.decision.evaluation.estimators import Scores
from sentio.kernel.arrays import FloatArray

DRAWS, CHUNK = 400, 50  # bootstrap samples; how many of them are drawn at a time
SEED = 20_111  # of the bootstrap: the same scores give the same interval

Interval = Callable[[Scores, float], tuple[float, float]]


def student(scores: Scores, level: float) -> tuple[float, float]:
    """Student's: symmetric, a little narrow where few great weights carry the estimate."""
    quantile = float(stats.t.ppf(0.5 + level / 2.0, len(scores.score) - 1))
    reach = quantile * _deviation(scores)
    return scores.estimate - reach, scores.estimate + reach


def bootstrap_t(scores: Scores, level: float) -> tuple[float, float]:
    """Bootstrap of Student's quotient: as skewed as the scores (Efron 1981, Hall 1988)."""
    rng, score = np.random.default_rng(SEED), scores.score
    quotients: list[FloatArray] = []
    for _ in range(DRAWS // CHUNK):
        drawn = score[rng.integers(0, len(score), (CHUNK, len(score)))]
        spread = np.maximum(drawn.std(axis=1, ddof=1), np.finfo(float).tiny)
        quotients.append((drawn.mean(axis=1) - scores.estimate) / spread)
    rare = (1.0 - level) / 2.0
    low, high = np.quantile(np.concatenate(quotients), [rare, 1.0 - rare]) * math.sqrt(len(score))
    deviation = _deviation(scores)
    return scores.estimate - float(high) * deviation, scores.estimate - float(low) * deviation


def bernstein(scores: Scores, level: float) -> tuple[float, float]:
    """Empirical Bernstein bound: never too narrow if the range seen is the range (Maurer 2009)."""
    score, log_term = scores.score, math.log(4.0 / (1.0 - level))
    reach = _deviation(scores) * math.sqrt(2.0 * log_term)
    reach += 7.0 * float(np.ptp(score)) * log_term / (3.0 * (len(score) - 1))
    return scores.estimate - reach, scores.estimate + reach


def _deviation(scores: Scores) -> float:
    own = float(scores.score.var(ddof=1)) / len(scores.score)
    return math.sqrt(own + scores.more_variance)


INTERVALS: Mapping[str, Interval] = {
    "student": student,
    "bootstrap_t": bootstrap_t,
    "bernstein": bernstein,
}
