"""How likely each subject uses something within reach in a window, from days past.

Each has a rhythm of its own: how much it does at those hours, and what share of it there, both
shrunk to what all do. And days resemble other days, such as the same day of the week before: which
ones, and how much, is learned from all subjects together, by a logistic regression on how far each
day past strayed from the subject's rhythm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.loop.care.seen import Counts

MOST_LAGS = 21  # days back that a day may resemble
LEARNED_DAYS = 6  # of the same kind, that the regression learns from
LEAST_DAYS_BEFORE = 5  # that a day to learn from has behind it
GROUP_USES = 2.0  # of the group, that weigh as much as one's own
KIND_USES = 3.0  # of all days, that weigh as much as those of the same kind
KIND_DAYS = 3.0
POISSON_DAYS = 5.0  # of the expected, that weigh as much as days counted
LEAST = 0.01  # below which nothing is learned of a subject
RIDGE = 3.0  # tuned by benchmarks/works.py, as the weights above
NARROW = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The same window on days past; ``day`` numbers them, ``is_free`` tells their kind."""

    counts: Counts
    day: IntArray  # shape (days,), since 1970
    is_free: BoolArray  # shape (days,)
    elsewhen: FloatArray  # shape (parts, subjects): uses within reach on days of the other kind


def chances(past: Past, day: int, *, is_free: bool) -> FloatArray:
    """Give the probability that each subject has a use within reach on a day, shape (subjects,)."""
    if not len(past.day):
        return np.zeros(len(past.counts.subject))
    lags = range(1, MOST_LAGS + 1)
    now, expected = _features(past, day, lags, is_free=is_free)
    targets = np.flatnonzero(
        (past.is_free == is_free) & (past.day >= past.day.min() + LEAST_DAYS_BEFORE)
    )
    targets = targets[np.argsort(past.day[targets])][-LEARNED_DAYS:]
    if not len(targets) or not len(expected):
        return expected
    rows, came = list[FloatArray](), list[BoolArray]()
    for at in targets:
        then, usual = _features(past, int(past.day[at]), lags, is_free=is_free)
        kept = usual > LEAST
        rows.append(then[kept])
        came.append(past.counts.inside[at][kept] > 0.0)
    return np.where(expected > LEAST, _regressed(rows, came, now), expected)


def _regressed(rows: list[FloatArray], came: list[BoolArray], now: FloatArray) -> FloatArray:
    """Learn who came, and tell by it who will; a column that one side lacks tells nothing."""
    known, target = np.concatenate(rows), np.concatenate(came).astype(np.float64)
    if not 0.0 < target.sum() < len(target):
        return np.full(len(now), float(target.mean()) if len(target) else 0.0)
    told = np.abs(known).any(axis=0) & np.abs(now).any(axis=0)
    return expit(now[:, told] @ _fitted(known[:, told], target))


def _fitted(rows: FloatArray, target: FloatArray) -> FloatArray:
    """Fit a logistic regression with a ridge on all but its first column."""

    def loss(weight: FloatArray) -> tuple[float, FloatArray]:
        z = rows @ weight
        ridge = np.concatenate([[0.0], RIDGE * weight[1:]])
        value = np.logaddexp(0.0, z).sum() - target @ z + 0.5 * float(weight[1:] @ ridge[1:])
        return float(value), rows.T @ (expit(z) - target) + ridge

    start = np.zeros(rows.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 80})
    return np.asarray(found.x, dtype=np.float64)


def _features(
    past: Past, day: int, lags: Sequence[int], *, is_free: bool
) -> tuple[FloatArray, FloatArray]:
    """Describe a day of each subject by all other days; gives what is expected by them as well."""
    counts, other = past.counts, past.day != day
    same = other & (past.is_free == is_free)
    inside, everywhere = counts.inside, counts.everywhere
    in_all, all_all = inside[other].sum(axis=0), everywhere[other].sum(axis=0)
    in_same, all_same = inside[same].sum(axis=0), everywhere[same].sum(axis=0)
    group = in_all.sum() / max(all_all.sum(), 1.0)
    share = (in_all + GROUP_USES * group) / (all_all + GROUP_USES)
    share_same = (in_same + KIND_USES * share) / (all_same + KIND_USES)
    share_other = (in_all - in_same + KIND_USES * share) / (all_all - all_same + KIND_USES)
    days, days_same = max(int(other.sum()), 1), int(same.sum())
    ratio = (all_same.sum() / max(days_same, 1)) / max(all_all.sum() / days, 1e-9)
    uses = (all_same + KIND_DAYS * ratio * all_all / days) / (days_same + KIND_DAYS)
    poisson = -np.expm1(-uses * share_same)
    hits = (inside[same] > 0.0).sum(axis=0)
    expected = (hits + POISSON_DAYS * poisson) / (days_same + POISSON_DAYS)
    strayed = np.zeros((len(lags), len(expected)))
    for row, lag in enumerate(lags):
        for at in np.flatnonzero(other & (past.day == day - lag)):
            usual = share_same if past.is_free[at] == is_free else share_other
            strayed[row] = (inside[at] - everywhere[at] * usual) / (everywhere[at] + 1.0)
    plain = [_logit(poisson), _logit(expected), np.log(uses + 0.01), _logit(share_same)]
    plain += [*np.log1p(past.elsewhen)]
    return np.stack([np.ones(len(expected)), *plain, *strayed], axis=1), expected


def _logit(p: FloatArray) -> FloatArray:
    return np.asarray(logit(np.clip(p, NARROW, 1.0 - NARROW)), dtype=np.float64)


def best_set(probability: FloatArray) -> tuple[IntArray, float]:
    """Choose whom to name so that the expected Jaccard index with those who come is greatest.

    The best set holds the likeliest; how many is where the expected common part over the expected
    union is greatest (ratio of means, exact up to 1 / subjects). That threshold is the index
    itself over one plus it, as for F-measures (Z. Lipton et al., ECML 2014), and rarely 0.5.

    Returns
    -------
    rows, agreement
        Which of them, the likeliest first; the expected index.

    Examples
    --------
    >>> rows, agreement = best_set(np.array([0.9, 0.1, 0.6]))
    >>> rows.tolist(), round(agreement, 3)
    ([0, 2], 0.714)
    """
    order = np.argsort(-probability, kind="stable")
    common = np.cumsum(probability[order])
    if not len(order) or common[-1] <= 0.0:
        return order[:0], 0.0
    named = np.arange(1, len(order) + 1)
    expected = common / (named + common[-1] - common)
    most = int(np.argmax(expected))
    return order[: most + 1], float(expected[most])
