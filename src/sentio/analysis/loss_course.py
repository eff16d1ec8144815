"""The loss of each element tick by tick: what an indicator costs its uses, against a healthy level.

A loss per use is a quantity that adds up along dependencies: seconds of delay, or the chance to
fail. Times the uses it becomes seconds lost or failures, which an element hands to its callers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sentio.analysis.dependency_graph import Floats

UPPER_QUANTILE = 0.95
UPPER_SIGMAS = 1.645  # of a normal distribution: its 0.95 quantile
LEAST_SPREAD_RATIO = 0.03  # of the level: no delay is steadier than 3 %, whatever a short past says
SWINGS = 3.0  # spreads that are a healthy swing; beyond is a change
PRIOR_SPREAD = 0.5  # of a coupling around the share of uses, before the past is seen
LEAST_COUNT = 0.5  # failures: counts are whole, half a one is nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class LossCourse:
    """Uses and loss per use, shape (ticks, elements); NaN where an element told nothing.

    ``is_count`` is true where the loss counts events (failures), false for amounts (seconds).
    """

    uses: Floats
    loss_per_use: Floats
    is_count: bool = False

    def ticks(self, begin: int, end: int) -> LossCourse:
        """Cut out the ticks from begin up to, not including, end."""
        part = slice(begin, end)
        return LossCourse(
            uses=self.uses[part], loss_per_use=self.loss_per_use[part], is_count=self.is_count
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthyLoss:
    """What each element loses while all is well; shape (elements,) unless told otherwise."""

    level: Floats  # loss per use, median; 0 where the element was never seen
    spread: Floats  # of the loss of one tick around its level, upwards
    coupling: Floats  # shape (elements, elements): of a healthy swing below, what swings above
    excess: Floats  # shape (ticks, elements), of the reference itself
    least_spread: Floats
    most_uses: Floats  # 0.95 quantile of a tick
    is_known: npt.NDArray[np.bool_]  # whether it was seen at all


def healthy_loss(reference: LossCourse, part: Floats) -> HealthyLoss:
    """Measure the healthy level and its spread, by quantiles: a few bad ticks do no harm.

    ``part`` is what `carried` tells, shape (elements above, elements below).
    """
    is_known = np.isfinite(reference.loss_per_use).any(axis=0)
    level = np.nanmedian(np.where(is_known, reference.loss_per_use, 0.0), axis=0)
    uses = np.nan_to_num(reference.uses)
    excess = excess_loss(reference, level)
    least = LEAST_SPREAD_RATIO * level * np.maximum(uses.mean(axis=0), 1.0)
    if reference.is_count:
        least = np.sqrt(LEAST_COUNT**2 + level * uses.mean(axis=0))
    spread = np.maximum(upper_spread(excess), least)
    return HealthyLoss(
        level=level,
        spread=spread,
        coupling=_coupling(np.clip(excess, -SWINGS * spread, SWINGS * spread), part),
        excess=excess,
        least_spread=least,
        most_uses=np.quantile(uses, UPPER_QUANTILE, axis=0),
        is_known=is_known,
    )


def excess_loss(course: LossCourse, level: Floats) -> Floats:
    """Loss of each tick and element beyond its level; 0 where there was no use."""
    excess = np.nan_to_num(course.uses) * (course.loss_per_use - level)
    return np.where(np.isfinite(excess), excess, 0.0)


def upper_spread(excess: Floats) -> Floats:
    middle, upper = np.quantile(excess, [0.5, UPPER_QUANTILE], axis=0)
    return np.maximum((upper - middle) / UPPER_SIGMAS, 1e-9)


def _coupling(swing: Floats, part: Floats) -> Floats:
    """Regress the swings of each element on those of its dependencies (ridge towards ``part``)."""
    swing = swing - swing.mean(axis=0)
    coupling = part.copy()
    for above in np.flatnonzero(part.any(axis=1)):
        below = np.flatnonzero(part[above])
        x, y, prior = swing[:, below], swing[:, above], part[above, below]
        noise = max(float(np.var(y)), 1e-12)
        for _ in range(3):  # the noise falls as the dependencies explain it
            inner = x.T @ x / noise + np.eye(len(below)) / PRIOR_SPREAD**2
            found = np.linalg.solve(inner, x.T @ y / noise + prior / PRIOR_SPREAD**2)
            noise = max(float(np.var(y - x @ found)), 1e-12)
        coupling[above, below] = np.maximum(found, 0.0)
    return coupling
