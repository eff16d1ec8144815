"""How surprising a mean is: the exponential family that tilts a service's own distribution.

Few uses must not shout, and a mean of many tells small shifts. Both follow from one law: of all
distributions with a lower mean, the tilted one is the nearest to what is usual, and n times its
distance is the logarithm of how unlikely the mean of n uses is (Cramér; Chernoff, Ann. Math. Stat.
23 (1952) 493-507). For a proportion this is the binomial law, for a wide scatter the normal one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import FloatArray

STEEPEST, STEPS = 60.0, 481  # of the tilt, per unit of the scatter; points of the table
LEAST_SCATTER = 0.02
SPOILT = 0.02  # share of uses that anything may have spoilt, so that a few of them prove nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A tilted family: ``mean`` ascends with ``tilt``, ``log_norm`` belongs to it; (steps,)."""

    mean: FloatArray
    tilt: FloatArray
    log_norm: FloatArray
    centre: float
    scatter: float

    def fall(self, by: FloatArray) -> FloatArray:
        """Give the distance of a mean that fell below the centre by so much, in nats a use."""
        return self.distance(self.centre - by, np.full_like(by, self.centre))

    def distance(self, seen: FloatArray, usual: FloatArray) -> FloatArray:
        """Give the Kullback-Leibler distance of the mean seen from the usual one, in nats a use."""
        low, high = self.mean[0], self.mean[-1]
        seen, usual = np.clip(seen, low, high), np.clip(usual, low, high)
        tilt_seen, tilt_usual = (np.interp(m, self.mean, self.tilt) for m in (seen, usual))
        norm_seen, norm_usual = (
            np.interp(t, self.tilt, self.log_norm) for t in (tilt_seen, tilt_usual)
        )
        return np.maximum((tilt_seen - tilt_usual) * seen - norm_seen + norm_usual, 0.0)


def family(values: FloatArray, weights: FloatArray) -> Family:
    """Make the family of a distribution given by values and how often each was seen.

    Some uses are spoilt for reasons of their own: they may take any value below the mean
    (contamination: P. Huber, Ann. Math. Stat. 35 (1964) 73-101).
    """
    total = weights.sum()
    share = (weights + 0.5) / (total + 0.5 * len(weights))
    low = values <= share @ values
    share = (1.0 - SPOILT) * share + SPOILT * low / low.sum()
    centre = float(share @ values)
    scatter = max(float(np.sqrt(share @ (values - centre) ** 2)), LEAST_SCATTER)
    # dense about zero, where most means lie
    grid = np.sinh(np.linspace(-4.0, 4.0, STEPS)) / np.sinh(4.0) * STEEPEST / scatter
    exponent = grid[:, None] * (values - centre)[None, :] + np.log(share)[None, :]
    top = exponent.max(axis=1)
    terms = np.exp(exponent - top[:, None])
    norm = top + np.log(terms.sum(axis=1))
    mean = (terms @ (values - centre)) / terms.sum(axis=1)
    keep = np.append(True, np.diff(mean) > 1e-9)
    keep = np.logical_and(keep, np.maximum.accumulate(mean) == mean)
    return Family(
        mean=mean[keep] + centre,
        tilt=grid[keep],
        log_norm=norm[keep] + grid[keep] * centre,
        centre=centre,
        scatter=scatter,
    )
