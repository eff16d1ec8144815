"""Declines made by seed for trying localisers: a full cube of cells, calm or with causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from sentio.analysis.localiser import (
    Attribute,
    Cells,
    FloatArray,
    IntArray,
    MeanMeasure,
    Measure,
    MeasureKind,
    RatioMeasure,
    SumMeasure,
)

SIZES = {"app": 6, "cell": 5, "device": 4, "ring": 3}
USES, TICKS = 80.0, 5
RATIO, RISE = 0.05, 5.0
AMOUNT, NOISE, LOST = 100.0, 0.05, 0.6
LOSS, LOSS_VARIANCE, MORE = 0.4, 0.6, 1.0


def decline(
    kind: MeasureKind, planted: Sequence[Mapping[str, str]] = (), *, seed: int = 0
) -> Cells:
    """Make cells of four attributes with the planted causes, or none.

    Values are called after their attribute: ``{"app": "app-2", "ring": "ring-0"}``.
    """
    rng = np.random.default_rng(seed)
    codes = np.indices(tuple(SIZES.values()), dtype=np.int32).reshape(len(SIZES), -1)
    attributes = tuple(
        Attribute(name=name, values=tuple(f"{name}-{i}" for i in range(size)), codes=code)
        for (name, size), code in zip(SIZES.items(), codes, strict=True)
    )
    hit = np.zeros(codes.shape[1], dtype=np.float64)
    for cause in planted:
        wanted = [attribute for attribute in attributes if attribute.name in cause]
        inside = [each.codes == each.values.index(cause[each.name]) for each in wanted]
        hit[np.logical_and.reduce(inside)] = 1.0
    return Cells(attributes=attributes, measure=_MADE[kind](hit, rng))


def shuffled(cells: Cells, *, seed: int = 0) -> Cells:
    """Give the same cells in another order, of other attribute order, under other codes."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(cells.attributes[0].codes))
    attributes = tuple(_recoded(each, order, rng) for each in cells.attributes)
    moved = {
        name: np.ascontiguousarray(getattr(cells.measure, name)[..., order])
        for name in cells.measure.__dataclass_fields__
    }
    return Cells(attributes=attributes[::-1], measure=replace(cells.measure, **moved))


def without_cells(cells: Cells) -> Cells:
    """Give the same attributes with no cell."""
    return taken(cells, np.arange(0))


def taken(cells: Cells, rows: IntArray | np.ndarray) -> Cells:
    """Give some of the cells."""
    attributes = tuple(replace(each, codes=each.codes[rows]) for each in cells.attributes)
    kept = {
        name: getattr(cells.measure, name)[..., rows] for name in cells.measure.__dataclass_fields__
    }
    return Cells(attributes=attributes, measure=replace(cells.measure, **kept))


def _recoded(attribute: Attribute, order: np.ndarray, rng: np.random.Generator) -> Attribute:
    place = rng.permutation(len(attribute.values)).astype(np.int32)
    values = [attribute.values[i] for i in np.argsort(place)]
    return Attribute(name=attribute.name, values=tuple(values), codes=place[attribute.codes[order]])


def _ratio(hit: FloatArray, rng: np.random.Generator) -> Measure:
    total = rng.poisson(USES, hit.shape).astype(np.float64)
    past_total = rng.poisson(USES, (TICKS, len(hit))).astype(np.float64)
    return RatioMeasure(
        bad=rng.poisson(total * RATIO * (1.0 + (RISE - 1.0) * hit)).astype(np.float64),
        total=total,
        past_bad=rng.poisson(past_total * RATIO).astype(np.float64),
        past_total=past_total,
    )


def _sum(hit: FloatArray, rng: np.random.Generator) -> Measure:
    expected = AMOUNT * rng.weibull(1.0, hit.shape)
    noise = rng.normal(0.0, NOISE, hit.shape)
    return SumMeasure(observed=expected * (1.0 + noise) * (1.0 - LOST * hit), expected=expected)


def _mean(hit: FloatArray, rng: np.random.Generator) -> Measure:
    total = rng.poisson(USES, hit.shape).astype(np.float64)
    variance = LOSS_VARIANCE * total
    expected = LOSS * total
    loss = expected + MORE * total * hit + np.sqrt(variance) * rng.normal(size=hit.shape)
    return MeanMeasure(total=total, loss=loss, expected=expected, variance=variance)


_MADE = {"ratio": _ratio, "sum": _sum, "mean": _mean}
