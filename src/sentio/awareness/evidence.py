"""How sure a fall is: the exact law of the few series that look odd, alone and joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numba
import numpy as np
import numpy.typing as npt

from sentio.awareness.baselines import Baselines, Seen, Singles, Tick
from sentio.awareness.kernel import LEAST_SCATTER
from sentio.awareness.law import Family
from sentio.kernel.arrays import FloatArray, IntArray

MOST_EFFECTIVE = 2.0  # uses that a weighted one may count for
NEGLIGIBLE = 0.06  # deviations of a use; so far, what is usual may be misjudged
ALL_WINDOWS = 3  # the period alone and the two windows of the kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What the windows hold of some series; arrays of shape (windows, series).

    ``n2`` counts a use by the square of its weight, so that ``n2 * variance`` is the variance of
    ``lost``, the MOS lost against the usual.
    """

    n: FloatArray
    n2: FloatArray
    lost: FloatArray
    usual: FloatArray  # shape (series,)
    spread: FloatArray  # variance of a use, with what windows scatter beyond it


def sums_of(baselines: Baselines, tick: Tick, seen: Seen, series: IntArray) -> Sums:
    """Gather the windows of some series, the period itself first."""
    held = baselines.arrays
    n = tick.n[series].astype(np.float64)
    usual = seen.usual[series].astype(np.float64)
    lost = n * usual - tick.total[series]
    windows = {name: held[name][:, series].astype(np.float64) for name in held if "window" in name}
    variance = np.maximum(held["variance"][series], LEAST_SCATTER**2)
    return Sums(
        n=np.vstack([n, windows["window_n"]]),
        n2=np.vstack([n, windows["window_n2"]]),
        lost=np.vstack([lost, windows["window_lost"]]),
        usual=usual,
        spread=(variance * np.maximum(baselines.phi[:, series], 1.0)).astype(np.float64),
    )


def alone(sums: Sums, service: IntArray, families: Mapping[int, Family]) -> FloatArray:
    """Evidence of each series in each window, in nats; shape (windows, series)."""
    found = np.zeros_like(sums.n)
    for code in np.unique(service):
        here = service == code
        law = families[int(code)]
        n, lost = sums.n[:, here], sums.lost[:, here]
        fall = np.where(n > 0, lost / np.maximum(n, 1e-9), 0.0)
        effective = n * n / np.maximum(sums.n2[:, here], n / MOST_EFFECTIVE + 1e-9)
        # what this series scatters beyond its service is taken off its evidence
        excess = np.maximum(sums.spread[:, here] / law.scatter**2, 1.0)
        nats = effective * law.fall(np.maximum(fall - NEGLIGIBLE * law.scatter, 0.0)) / excess
        found[:, here] = np.where(fall > 0, nats, 0.0)
    return found


def floored(sums: Sums, service: IntArray, families: Mapping[int, Family]) -> Sums:
    """Let no series scatter less than its service: few uses of an even one may still be poor."""
    least = np.array([families[code].scatter ** 2 for code in range(len(families))])
    return replace(sums, spread=np.maximum(sums.spread, least[service]))


def together(sums: Sums, group: IntArray, groups: int, law: Family) -> FloatArray:
    """Evidence of the series of each group joined, in nats; shape (windows, groups).

    Each use counts in deviations of its own series; ``law`` is of such deviations.
    """
    found = np.zeros((ALL_WINDOWS, groups))
    for k in range(ALL_WINDOWS):
        n = np.bincount(group, sums.n[k], groups)
        n2 = np.bincount(group, sums.n2[k], groups)
        lost = np.bincount(group, sums.lost[k] / np.sqrt(sums.spread[k]), groups)
        fall = np.where(n > 0, lost / np.maximum(n, 1e-9), 0.0)
        effective = n * n / np.maximum(n2, n / MOST_EFFECTIVE + 1e-9)
        nats = effective * law.fall(np.maximum(fall - NEGLIGIBLE, 0.0))
        found[k] = np.where(fall > 0, nats, 0.0)
    return found


def standard_law(
    families: Sequence[tuple[FloatArray, FloatArray]],
) -> tuple[FloatArray, FloatArray]:
    """Join distributions, each in its own deviations, into one of 81 bins over [-8, 4]."""
    edges = np.linspace(-8.0, 4.0, 82)
    weight = np.zeros(81)
    for values, weights in families:
        total = weights.sum()
        if total <= 0:
            continue
        mean = float(weights @ values) / total
        scatter = max(float(np.sqrt(weights @ (values - mean) ** 2 / total)), LEAST_SCATTER)
        at = np.clip((values - mean) / scatter, -7.99, 3.99)
        weight += np.histogram(at, edges, weights=weights)[0]
    middle = (edges[1:] + edges[:-1]) / 2.0
    total = max(weight.sum(), 1.0)
    mean = float(weight @ middle) / total
    return middle - mean, weight


@numba.njit(cache=True, fastmath=True, error_model="numpy")
def joint_falls(
    n: Singles,
    total: Singles,
    usual: Singles,
    window_n2: Singles,
    window_lost: Singles,
    variance: Singles,
    phi: Singles,
    place: npt.NDArray[np.int32],
    places: int,
) -> Singles:  # pragma: no cover
    """Greatest fall of each place over the windows, its series joined, in standard deviations."""
    deviations = np.zeros((ALL_WINDOWS, places), np.float32)
    uses = np.zeros((ALL_WINDOWS, places), np.float32)
    least, one = np.float32(LEAST_SCATTER**2), np.float32(1.0)
    for i in range(len(n)):
        p = place[i]
        by = one / np.sqrt(max(variance[i], least))
        deviations[0, p] += (n[i] * usual[i] - total[i]) * by / np.sqrt(max(phi[0, i], one))
        uses[0, p] += n[i]
        for k in range(len(window_n2)):
            more = one / np.sqrt(max(phi[k + 1, i], one))
            deviations[k + 1, p] += window_lost[k, i] * by * more
            uses[k + 1, p] += window_n2[k, i]
    falls = np.zeros(places, np.float32)
    for k in range(ALL_WINDOWS):
        for p in range(places):
            if uses[k, p] > np.float32(1.0):
                falls[p] = max(falls[p], deviations[k, p] / np.sqrt(uses[k, p]))
    return falls
