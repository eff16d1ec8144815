"""What every action would bring in each of the logged circumstances, by a model fitted to the log.

Cross-fitted: the rewards of a decision never help to foretell it (Chernozhukov and others, Econom.
J. 21 (2018) C1-C68), or doubly robust estimates would believe themselves too much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.decision.evaluation.log import Log
from sentio.decision.learning.pooled import Moments, Pooled, Prior, fit
from sentio.kernel.arrays import BoolArray, FloatArray

FOLDS = 3
PRIOR_COUNT = 2.0  # decisions that the mean of all actions is worth for each of them
LEAST_NOISE = 1e-9  # of rewards that are all alike, so that nothing is divided by zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """Rewards expected of every action, shape (rows, actions).

    ``whole`` is the model fitted to all decisions, ``table`` what it says; in ``crossed`` each row
    is foretold by a model that did not see it.
    """

    whole: Pooled
    table: FloatArray
    crossed: FloatArray


def foretold(log: Log, *, folds: int = FOLDS) -> Foretold:
    """Fit the pooled linear model to a log, once whole and once for each fold left out.

    Rows go to the folds in turn, so the log should not be sorted by what came of it.
    """
    fold = np.arange(len(log)) % folds
    parts = [_moments(log.of(np.flatnonzero(fold == each))) for each in range(folds)]
    both = parts[0]
    for each in parts[1:]:
        both = both.plus(each)
    crossed = np.empty((len(log), len(log.actions)))
    for each, part in enumerate(parts):
        left_out = fold == each
        model = _fitted(both.plus(part.times(-1.0)), log, ~left_out)
        crossed[left_out] = model.mean(log.x[left_out])
    whole = _fitted(both, log, np.full(len(log), fill_value=True))
    return Foretold(whole=whole, table=whole.mean(log.x), crossed=crossed)


def _moments(log: Log) -> Moments:
    none = Moments.none(len(log.actions), log.x.shape[1])
    return none.plus(Moments.of(log.x, log.action, log.reward, np.ones(len(log))))


def _fitted(moments: Moments, log: Log, rows: BoolArray) -> Pooled:
    reward = log.reward[rows]
    prior = Prior(
        mean=np.full(len(log.actions), reward.mean()),
        count=np.full(len(log.actions), PRIOR_COUNT),
        noise=max(float(reward.std()), LEAST_NOISE),
    )
    return fit(moments, prior, log.groups or (1,) * log.x.shape[1])
