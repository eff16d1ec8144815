"""The loss of elements tick by tick: what an indicator costs their uses, against a healthy level.

A loss per use is a quantity that adds up along dependencies: seconds of delay, or the chance to
fail. Times the uses it becomes seconds lost or failures, which an element hands to its callers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sentio.analysis.dependency_graph import Floats

UPPER_QUANTILE = 0.95
UPPER_SIGMAS = 1.645  # of a normal distribution: where its 0.95 quantile is
SWINGS = 3.0  # spreads that are a healthy swing; beyond is a change
LEAST_SPREAD_RATIO = 0.03  # of the level: no delay is steadier than 3 %, whatever a short past says
LEAST_COUNT = 0.5  # failures: counts are whole, half a one is nothing
PRIOR_SPREAD = 0.5  # of a coupling around the share of uses, before the past is seen


@dataclass(frozen=True, slots=True, kw_only=True)
class LossCourse:
    """Uses and loss per use, shape (ticks, elements); NaN where an element told nothing.

    ``is_count`` is true where the loss counts events (failures), false for amounts (seconds).
    """

    uses: Floats
    loss_per_use: Floats
    is_count: bool = False

    def ticks(self, which: slice | npt.NDArray[np.intp]) -> LossCourse:
        """Take some ticks; an array of shape (windows, ticks) makes a stack of windows."""
        return replace(self, uses=self.uses[which], loss_per_use=self.loss_per_use[which])


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthyLoss:
    """What each element loses while all is well; shape (elements,) unless told otherwise."""

    level: Floats  # loss per use, median; 0 where the element was never seen
    spread: Floats  # of the loss of one tick around its level, upwards
    least_spread: Floats
    coupling: Floats  # (elements above, below): of a healthy swing below, how much swings above
    excess: Floats  # (ticks, elements), of the reference itself
    uses: Floats  # mean of a tick
    most_uses: Floats  # 0.95 quantile of a tick
    is_known: npt.NDArray[np.bool_]  # whether it was seen at all

    def swing(self, excess: Floats) -> Floats:
        """Cut an excess down to what is healthy."""
        return np.clip(excess, -SWINGS * self.spread, SWINGS * self.spread)


def healthy_loss(reference: LossCourse, part: Floats) -> HealthyLoss:
    """Measure the healthy level and its spread, by quantiles: a few bad ticks do no harm.

    ``part`` is what `carried` tells, shape (elements above, elements below).
    """
    is_known = np.isfinite(reference.loss_per_use).max(axis=0)
    level = np.nanmedian(np.where(is_known, reference.loss_per_use, 0.0), axis=0)
    uses = np.nan_to_num(reference.uses)
    excess = excess_loss(reference, level)
    least = LEAST_SPREAD_RATIO * level * np.maximum(uses.mean(axis=0), 1.0)
    if reference.is_count:
        least = np.sqrt(LEAST_COUNT**2 + level * uses.mean(axis=0))  # counts: Poisson
    spread = np.maximum(upper_spread(excess), least)
    healthy = HealthyLoss(
        level=level,
        spread=spread,
        least_spread=least,
        coupling=part,
        excess=excess,
        uses=uses.mean(axis=0),
        most_uses=np.quantile(uses, UPPER_QUANTILE, axis=0),
        is_known=is_known,
    )
    return replace(healthy, coupling=_coupling(healthy.swing(excess), part))


def excess_loss(course: LossCourse, level: Floats) -> Floats:
    """Loss of each tick and element beyond its level; 0 where there was no use."""
    return np.nan_to_num(np.nan_to_num(course.uses) * (course.loss_per_use - level))


def upper_spread(excess: Floats) -> Floats:
    """Measure the standard deviation, as of a normal, by the upper side: losses are skewed."""
    middle, upper = np.quantile(excess, [0.5, UPPER_QUANTILE], axis=0)
    return np.maximum((upper - middle) / UPPER_SIGMAS, 1e-9)


def _coupling(swing: Floats, part: Floats) -> Floats:
    """Regress the swings of each element on those of its dependencies (ridge towards ``part``)."""
    swing = swing - swing.mean(axis=0)
    coupling = part.copy()
    for above in np.flatnonzero(part.any(axis=1)):
        below = np.flatnonzero(part[above])
        x, y, found = swing[:, below], swing[:, above], part[above, below]
        for _ in range(3):  # the noise falls as the dependencies explain it
            noise = max(float(np.var(y - x @ found)), 1e-12)
            precision = x.T @ x / noise + np.eye(len(below)) / PRIOR_SPREAD**2
            seen = x.T @ y / noise + part[above, below] / PRIOR_SPREAD**2
            found = np.linalg.solve(precision, seen)
        coupling[above, below] = np.maximum(found, 0.0)
    return coupling
