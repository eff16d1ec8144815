"""Localiser of an amount that adds up, by the likelihood of the share that each cell lost.

A cell's deviation is (expected - observed) / the greater of both, turned so that the decline is
positive. Forecasts err to both sides alike, so the side away from the decline shows what is normal:
its quantiles give a law, Weibull from one to the next and beyond the last, that stands for the
other side too. In a cause of strength s all cells lose the same share s but for a small spread (the
ripple effect: Y. Sun et al., HotSpot, IEEE Access 6, 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from sentio.analysis.evidence import Evidence
from sentio.analysis.localiser import Cells, FloatArray, Localisation, MeasureKind, SumMeasure
from sentio.analysis.search import Rules, search

STRENGTHS = tuple(round(0.1 * step, 1) for step in range(1, 11))
SPREAD = 0.08  # of the share lost within a cause; tuned, benchmarks/localise.py
SPREAD_RATIO = 0.4  # of the strength, at most: a cause that spares half its cells is none
STRAY = 0.02  # part of a cause's cells that behave like any other; tuned, the same
RULES = Rules(max_order=5, max_causes=12, chance=0.1, misfit=0.02)
LEAST_NOISE = 1e-4
LEAST_POWER = 0.3
MOST_GAIN = 40.0  # nats that one cell may prove: no law is known further out
SURVIVALS = np.array([0.9, 0.7, 0.5, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001])
KNOT_CELLS = 10  # cells beyond a quantile that is trusted


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditiveLocaliser:
    """Finds where an amount leaves its forecast, in the direction in which the whole does."""

    name: str = "additive"
    handles: frozenset[MeasureKind] = frozenset({"sum"})
    rules: Rules = RULES

    def localise(self, cells: Cells) -> Localisation:
        """Find the causes of the gap between observed and expected."""
        measure = cells.measure
        if not isinstance(measure, SumMeasure):
            raise TypeError(f"a {cells.kind} measure is not a sum")
        sign = 1.0 if measure.expected.sum() >= measure.observed.sum() else -1.0
        lost = sign * (measure.expected - measure.observed)
        greater = np.maximum(measure.expected, measure.observed)
        deviation = np.divide(lost, greater, out=np.zeros(len(lost)), where=greater > 0.0)
        evidence = Evidence(
            table=_gains(deviation, greater > 0.0),
            excess=lost,
            base=greater,
        )
        return search(cells.attributes, evidence, self.rules)


def _gains(deviation: FloatArray, is_there: np.ndarray) -> np.ndarray:
    normal = _normal(deviation, _calm(deviation[is_there]))
    stray = np.log(STRAY) + normal
    columns = [
        np.logaddexp(np.log(_caused(deviation, strength) + 1e-300), stray) - normal
        for strength in STRENGTHS
    ]
    gains = np.minimum(np.stack(columns, axis=1), MOST_GAIN)
    return (gains * is_there[:, None]).astype(np.float32)


def _calm(deviation: FloatArray) -> FloatArray:
    """Give sizes of deviations without cause: those away from the decline, if there are any."""
    away = -deviation[deviation < 0.0]
    if len(away) >= KNOT_CELLS or not len(deviation):
        return away
    return np.abs(deviation - np.median(deviation))


def _normal(deviation: FloatArray, calm: FloatArray) -> FloatArray:
    """Logarithm of the density of the deviation of cells without cause.

    Between quantiles, and beyond the last one, the survival follows a Weibull law: its logarithm
    is a power of the deviation.
    """
    known = SURVIVALS[: max(2, int((len(calm) * SURVIVALS >= KNOT_CELLS).sum()))]
    at = np.quantile(calm, 1.0 - known) if len(calm) else np.zeros(len(known))
    at = np.maximum.accumulate(np.maximum(at, LEAST_NOISE * (1.0 + np.arange(len(at)))))
    x, y = np.log(at), np.log(-np.log(known))
    power = np.maximum(np.diff(y) / np.maximum(np.diff(x), 1e-3), LEAST_POWER)
    tail = _tail_power(x, y, len(calm) * known[-1])
    power = np.concatenate([[1.0], power, [tail]])
    place = np.maximum(np.log(np.maximum(np.abs(deviation), 1e-12)), x[0] - 5.0)
    piece = np.searchsorted(x, place)
    knot = np.maximum(piece - 1, 0)
    log_hazard_sum = y[knot] + power[piece] * (place - x[knot])
    log_density = log_hazard_sum + np.log(power[piece]) - place - np.exp(log_hazard_sum)
    return log_density - np.log(2.0)


def _tail_power(x: FloatArray, y: FloatArray, beyond: float) -> float:
    """Continue the course from the middle knot to the last, two standard errors heavier.

    ``beyond`` is how many cells lie beyond the last knot: from few, nothing is known far out.
    """
    start = (len(x) - 1) // 2
    run = max(x[-1] - x[start], 1e-3)
    power = (y[-1] - y[start]) / run
    error = 1.0 / (np.sqrt(max(beyond, 1.0)) * power * np.exp(y[-1]))
    return max(float(power * (1.0 - 2.0 * error / run)), LEAST_POWER)


def _caused(deviation: FloatArray, strength: float) -> FloatArray:
    """Density of the deviation of a cause's cells: normal around its strength, cut at 1."""
    spread = min(SPREAD, SPREAD_RATIO * strength)
    z = (deviation - strength) / spread
    whole = ndtr((1.0 - strength) / spread)
    return np.exp(-0.5 * z * z) / (np.sqrt(2.0 * np.pi) * spread * whole)


LOCALISER = AdditiveLocaliser()
