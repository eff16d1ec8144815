"""Which of several actions to try: mostly the best, sometimes one that may prove better.

Thompson sampling with its exact probabilities: each action is taken as often as it is likely to be
the best, and the probability that is written down is the one that was drawn from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from sentio.kernel.arrays import BoolArray, FloatArray

NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(64)
LEAST_DEVIATION = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """How far trying may go.

    ``floor_ratio``: nothing is tried whose expected value is below this part of the best one's.
    ``least``: what may be tried has at least this probability, so that the log can judge others.
    """

    floor_ratio: float = 0.7
    least: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was drawn, and with what probability each could have been; shape (actions,)."""

    index: int
    propensities: FloatArray

    @property
    def propensity(self) -> float:
        """Probability of what was drawn."""
        return float(self.propensities[self.index])


def choose(
    value: FloatArray,
    deviation: FloatArray,
    *,
    rng: np.random.Generator,
    caution: Caution | None = None,
    is_emergency: bool = False,
) -> Choice:
    """Draw an action by expected values and how unsure they are, shape (actions,) each.

    In an emergency nothing is tried: the best one has probability 1.
    """
    chances = propensities(value, deviation, caution=caution, is_emergency=is_emergency)
    return Choice(index=int(rng.choice(len(chances), p=chances)), propensities=chances)


def propensities(
    value: FloatArray,
    deviation: FloatArray,
    *,
    caution: Caution | None = None,
    is_emergency: bool = False,
) -> FloatArray:
    """Give the probability with which each action is to be taken, shape (actions,).

    Examples
    --------
    >>> propensities(np.array([1.0, 1.0, 0.1]), np.array([0.2, 0.2, 0.2])).tolist()
    [0.5, 0.5, 0.0]
    """
    caution = caution or Caution()
    may_be_tried = np.zeros(len(value), dtype=np.bool_)
    may_be_tried[np.argmax(value)] = True
    if not is_emergency:
        may_be_tried |= _near_best(value, caution.floor_ratio)
    rows = np.flatnonzero(may_be_tried)
    chance = chance_of_best(value[rows], deviation[rows])
    least = min(caution.least, 1.0 / len(rows))
    found = np.zeros(len(value))
    found[rows] = least + (1.0 - least * len(rows)) * chance
    return found / found.sum()


def chance_of_best(value: FloatArray, deviation: FloatArray) -> FloatArray:
    """Give the probability of each independent normal to be the greatest, shape (actions,).

    By Gauss-Hermite quadrature over its own distribution, then made to add up to 1; good to a
    hundredth unless deviations differ a hundredfold.

    Examples
    --------
    >>> chance_of_best(np.array([0.0, 0.0]), np.array([1.0, 1.0])).round(6).tolist()
    [0.5, 0.5]
    """
    spread = np.maximum(deviation, LEAST_DEVIATION)
    at = value[:, None] + spread[:, None] * NODES  # (actions, nodes)
    below = log_ndtr((at[:, None, :] - value[None, :, None]) / spread[None, :, None])
    below[np.arange(len(value)), np.arange(len(value))] = 0.0
    chance = np.exp(below.sum(axis=1)) @ NODE_WEIGHTS
    if chance.sum() <= 0.0:
        chance = (value == value.max()).astype(np.float64)
    return chance / chance.sum()


def _near_best(value: FloatArray, floor_ratio: float) -> BoolArray:
    best = float(value.max())
    return value >= best - (1.0 - floor_ratio) * abs(best)
