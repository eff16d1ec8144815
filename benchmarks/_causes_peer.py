"""A peer, written anew: ranked correlation, the best baseline published with PetShop.

Nodes whose metric is more than five median absolute deviations off, ranked by the p-value of
their correlation with the target within the window; nothing where the target is not off.
"""

from __future__ import annotations

import warnings

import numpy as np
from scipy.stats import median_abs_deviation, pearsonr

from _causes_petshop import Floats, Metrics

THRESHOLD = 5.0  # of the authors, in median absolute deviations scaled to a normal
LEAST_VALUES = 10  # of a reference
FIRST_ROW = 2  # the authors give an issue two rows to show
TOLD = 3


def ranked_correlation(
    healthy: Metrics, window: Metrics, target: str, *, metric: str, statistic: str
) -> list[str]:
    """Name up to three nodes, likeliest first."""
    seen = {node: window.of(node, metric, statistic) for node in window.nodes(metric, statistic)}
    is_off = {
        node: _is_off(healthy.of(node, metric, statistic), values) for node, values in seen.items()
    }
    rows = [row for row in range(FIRST_ROW, window.rows) if is_off[target][row]]
    if not rows:
        return []
    suspects = [node for node in seen if node != target and is_off[node][rows[0]]]
    p_values = {node: _p_value(seen[node], seen[target]) for node in suspects}
    ranked = sorted(p_values, key=lambda node: p_values[node])
    return [node for node in ranked if np.isfinite(p_values[node])][:TOLD]


def _is_off(reference: Floats, values: Floats) -> np.ndarray:
    reference = reference[np.isfinite(reference)]
    if len(reference) < LEAST_VALUES:
        return np.zeros(len(values), dtype=bool)
    away = np.abs(values - np.median(reference))
    if np.std(reference) == 0.0:
        return away > 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        return away / median_abs_deviation(reference, scale="normal") > THRESHOLD


def _p_value(values: Floats, target: Floats) -> float:
    both = np.isfinite(values) & np.isfinite(target)
    if both.sum() < 2:
        return float("nan")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a constant series has no correlation: NaN
        return float(pearsonr(values[both], target[both]).pvalue)
