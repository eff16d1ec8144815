"""Bayesian linear models of several kinds of action, each drawn towards what they have in common.

The coefficients of a kind are normal about those of all kinds; how far kinds differ in each group
of columns, and how much outcomes scatter, is learned with them (empirical Bayes by expectation
and maximisation: Dempster, Laird and Rubin, J. R. Stat. Soc. B 39 (1977) 1-38). Column 0 is the
constant 1; its coefficient has a prior of its own for each kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import FloatArray, IntArray

ROUNDS = 30  # of expectation and maximisation, at most
SETTLED = 0.05  # change of the logarithm of every spread below which they end
SPREAD_COUNT = 4.0  # coefficients' worth of belief in the spread that is assumed at first
SPREAD_FIRST = 0.5  # that spread, in deviations of the noise
SPREAD_LEAST = 0.02  # the same, below which groups never go: what was never seen may still matter
NOISE_COUNT = 8.0  # outcomes' worth of belief in the noise, first the given one, then that of all


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Weighted sums over outcomes, one for each kind; they add up, and fade by a factor.

    ``xx`` shape (kinds, columns, columns), ``xy`` (kinds, columns), ``yy`` and ``n`` (kinds,).
    """

    xx: FloatArray
    xy: FloatArray
    yy: FloatArray
    n: FloatArray

    @classmethod
    def none(cls, kinds: int, columns: int) -> Moments:
        """Begin with no outcome."""
        zeros = np.zeros((kinds, columns))
        return cls(xx=np.zeros((kinds, columns, columns)), xy=zeros, yy=zeros[:, 0], n=zeros[:, 0])

    @classmethod
    def of(cls, x: FloatArray, kind: IntArray, y: FloatArray, weight: FloatArray) -> Moments:
        """Add up outcomes: ``x`` shape (rows, columns), the others (rows,); kinds from 0."""
        kinds = int(kind.max(initial=-1)) + 1
        rows = [np.flatnonzero(kind == each) for each in range(kinds)]
        weighted = x * weight[:, None]
        wy = weight * y
        return cls(
            xx=np.array([weighted[each].T @ x[each] for each in rows]),
            xy=np.array([weighted[each].T @ y[each] for each in rows]),
            yy=np.array([wy[each] @ y[each] for each in rows]),
            n=np.array([weight[each].sum() for each in rows]),
        )

    def plus(self, other: Moments) -> Moments:
        """Add the sums of as many kinds, or of fewer."""
        more = len(self.n) - len(other.n)
        return Moments(
            xx=self.xx + np.pad(other.xx, [(0, more), (0, 0), (0, 0)]),
            xy=self.xy + np.pad(other.xy, [(0, more), (0, 0)]),
            yy=self.yy + np.pad(other.yy, (0, more)),
            n=self.n + np.pad(other.n, (0, more)),
        )

    def times(self, factor: float) -> Moments:
        """Let all outcomes count for a part."""
        return Moments(
            xx=factor * self.xx, xy=factor * self.xy, yy=factor * self.yy, n=factor * self.n
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What is believed of each kind before any outcome, shape (kinds,).

    ``mean`` is the constant, ``count`` how many outcomes that belief is worth, ``noise`` the
    standard deviation of single outcomes.
    """

    mean: FloatArray
    count: FloatArray
    noise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """What is known of the kinds.

    ``coefficient`` shape (kinds, columns) is normal with ``covariance`` (kinds, columns, columns);
    single outcomes scatter by the standard deviation ``noise`` (kinds,).
    """

    coefficient: FloatArray
    covariance: FloatArray
    noise: FloatArray

    def mean(self, x: FloatArray) -> FloatArray:
        """Give the expected outcome of every kind, shape (rows, kinds)."""
        return x @ self.coefficient.T

    def deviation(self, x: FloatArray) -> FloatArray:
        """Tell how unsure that is, as a standard deviation, shape (rows, kinds)."""
        return np.sqrt(np.einsum("rd,kde,re->rk", x, self.covariance, x, optimize=True))

    def variance_of_mean(self, x: FloatArray, target: FloatArray) -> float:
        """Tell how unsure the mean over rows is, the kinds weighted by ``target`` (rows, kinds)."""
        along = target.T @ x / len(x)
        return float(np.einsum("kd,kde,ke->", along, self.covariance, along))


def fit(moments: Moments, prior: Prior, groups: Sequence[int]) -> Pooled:
    """Learn all kinds together; ``groups`` are the widths of groups of columns, the constant first.

    Costs an inversion of (kinds, columns, columns) a round, and `ROUNDS` of them at most.
    """
    group = np.repeat(np.arange(len(groups)), groups)
    now = _Shared(
        common=np.zeros(len(group)),
        spread=np.full(len(groups), (SPREAD_FIRST * prior.noise) ** 2),
        noise=np.full(len(moments.n), prior.noise**2),
    )
    known = _known(moments, prior, group, now)
    for _ in range(ROUNDS if (moments.n > 0.0).any() else 0):
        before, now = now, _shared(moments, prior, group, known, now)
        known = _known(moments, prior, group, now)
        if np.abs(np.log(now.spread / before.spread)).max() < SETTLED:
            break
    return known


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What kinds have in common.

    That is the ``common`` departure from their priors (columns,), how far they differ in it as
    variances (groups,), and how much outcomes scatter as variances (kinds,).
    """

    common: FloatArray
    spread: FloatArray
    noise: FloatArray


def _known(moments: Moments, prior: Prior, group: IntArray, shared: _Shared) -> Pooled:
    """Expect the coefficients, given what kinds have in common."""
    precision = _precision(prior, group, shared)
    covariance = np.linalg.inv(
        moments.xx / shared.noise[:, None, None] + precision[:, :, None] * np.eye(len(group))
    )
    centre = _base(prior, group) + shared.common
    right = moments.xy / shared.noise[:, None] + precision * centre
    return Pooled(
        coefficient=np.einsum("kde,ke->kd", covariance, right),
        covariance=np.asarray(covariance, dtype=np.float64),
        noise=np.sqrt(shared.noise),
    )


def _shared(
    moments: Moments, prior: Prior, group: IntArray, known: Pooled, before: _Shared
) -> _Shared:
    """Maximisation: what kinds have in common, given the coefficients."""
    seen = np.flatnonzero(moments.n > 0.0)
    weight = _precision(prior, group, before)[seen]
    off = known.coefficient[seen] - _base(prior, group)[seen]
    # one more kind is at zero, so that a single kind is not the custom of all
    common = np.sum(weight * off, axis=0) / (weight.sum(axis=0) + weight.mean(axis=0))
    square = (off - common) ** 2 + np.diagonal(known.covariance[seen], axis1=1, axis2=2)
    first = SPREAD_COUNT * (SPREAD_FIRST * prior.noise) ** 2
    total = np.bincount(group, square.sum(axis=0)) + first
    spread = total / (len(seen) * np.bincount(group) + SPREAD_COUNT)
    return _Shared(
        common=common,
        spread=np.maximum(spread, (SPREAD_LEAST * prior.noise) ** 2),
        noise=_noise(moments, known, prior.noise),
    )


def _noise(moments: Moments, known: Pooled, first: float) -> FloatArray:
    """Variance of outcomes of each kind, drawn towards that of all kinds; shape (kinds,)."""
    found = known.coefficient
    left = moments.yy - 2.0 * np.sum(moments.xy * found, axis=1)
    left += np.einsum("kd,kde,ke->k", found, moments.xx, found)
    left = np.maximum(left + np.einsum("kde,ked->k", moments.xx, known.covariance), 0.0)
    whole = (left.sum() + NOISE_COUNT * first**2) / (moments.n.sum() + NOISE_COUNT)
    return (left + NOISE_COUNT * whole) / (moments.n + NOISE_COUNT)


def _precision(prior: Prior, group: IntArray, shared: _Shared) -> FloatArray:
    """How sure the coefficients are before their own outcomes, shape (kinds, columns)."""
    precision = np.tile(1.0 / shared.spread[group], (len(prior.mean), 1))
    precision[:, 0] = prior.count / shared.noise
    return precision


def _base(prior: Prior, group: IntArray) -> FloatArray:
    base = np.zeros((len(prior.mean), len(group)))
    base[:, 0] = prior.mean
    return base
