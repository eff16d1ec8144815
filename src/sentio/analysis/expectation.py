"""What a ratio would be in each cell if nothing were wrong, learnt from the ticks before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sentio.analysis.localiser import Attribute, FloatArray, RatioMeasure

CELL_PRIOR = 50.0  # uses that the prior of a cell is worth; tuned, benchmarks/localise.py
VALUE_PRIOR = 3.0  # bad uses that the prior of an attribute value is worth; tuned, the same
TICK_POWER = 2.0  # how sharply a bad tick is discounted; tuned, the same
MOST_RATIO = 0.95


def expected_bad(attributes: Sequence[Attribute], measure: RatioMeasure) -> FloatArray:
    """Give the expected bad of each cell, shape (cells,).

    A cell's past ratio is drawn towards a product of one factor per attribute value, and each
    factor towards 1. Without any past, every cell is expected to be like all cells now.
    """
    weight = _weights(measure)
    bad, total = weight @ measure.past_bad, weight @ measure.past_total
    if total.sum() <= 0.0:
        everywhere = measure.bad.sum() / max(measure.total.sum(), 1.0)
        return everywhere * measure.total
    prior = np.full(len(bad), bad.sum() / total.sum())
    for attribute in sorted(attributes, key=lambda each: each.name):
        values = len(attribute.values)
        seen = np.bincount(attribute.codes, bad, values)
        foreseen = np.bincount(attribute.codes, prior * total, values)
        prior *= ((seen + VALUE_PRIOR) / (foreseen + VALUE_PRIOR))[attribute.codes]
    np.minimum(prior, MOST_RATIO, out=prior)
    return (bad + CELL_PRIOR * prior) / (total + CELL_PRIOR) * measure.total


def _weights(measure: RatioMeasure) -> FloatArray:
    """Trust ticks that were worse than the median less: an earlier decline is no reference."""
    total = measure.past_total.sum(axis=1)
    ratio = measure.past_bad.sum(axis=1) / np.maximum(total, 1.0)
    if not len(ratio):
        return ratio
    return np.minimum(1.0, np.median(ratio) / np.maximum(ratio, 1e-12)) ** TICK_POWER
