"""Aggregations over series: sum, avg, topk ... by some labels or without them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sentio.api.prom.syntax import Aggregate
from sentio.api.prom.values import NAME, Floats, Key, Labels, Vector, key_of
from sentio.api.prom.windows import quantiles


def aggregated(wanted: Aggregate, vector: Vector, parameter: Floats | None) -> Vector:
    """Aggregate; ``parameter`` is what topk, bottomk or quantile was given, shape (steps,)."""
    groups: dict[Key, list[int]] = {}
    labels: dict[Key, Labels] = {}
    for row, each in enumerate(vector.labels):
        kept = _kept(wanted, each)
        key = key_of(kept)
        groups.setdefault(key, []).append(row)
        labels[key] = kept
    if wanted.operator in ("topk", "bottomk") and parameter is not None:
        return _ranked(vector, groups, parameter, is_top=wanted.operator == "topk")
    values = np.full((len(groups), vector.values.shape[1]), np.nan)
    for place, rows in enumerate(groups.values()):
        some = vector.values[rows]
        if wanted.operator == "quantile" and parameter is not None:
            for step, share in enumerate(parameter):
                values[place, step] = quantiles(some[:, step][None, :], float(share))[0]
        else:
            values[place] = TOGETHER[wanted.operator](some)
    return Vector(labels=[labels[key] for key in groups], values=values)


def _kept(wanted: Aggregate, labels: Labels) -> Labels:
    if wanted.is_without:
        dropped = {NAME, *wanted.labels}
        return {name: text for name, text in labels.items() if name not in dropped}
    return {name: labels[name] for name in wanted.labels if name in labels}


def _ranked(
    vector: Vector, groups: Mapping[Key, list[int]], parameter: Floats, *, is_top: bool
) -> Vector:
    """Keep the k highest or lowest of each group at each step, with all their labels."""
    values = np.full_like(vector.values, np.nan)
    for rows in groups.values():
        some = vector.values[rows]
        order = np.argsort(-some if is_top else some, axis=0, kind="stable")  # NaN go to the end
        for step, k in enumerate(parameter):
            chosen = order[: max(0, int(k)) if np.isfinite(k) else None, step]
            for row in chosen:
                values[rows[row], step] = some[row, step]
    is_any = np.flatnonzero((~np.isnan(values)).sum(axis=1))
    labels = [vector.labels[row] for row in is_any.tolist()]
    return Vector(labels=labels, values=values[is_any])


def _known(values: Floats, found: Floats) -> Floats:
    return np.where(np.isnan(values).all(axis=0), np.nan, found)


def _count(values: Floats) -> Floats:
    return _known(values, (~np.isnan(values)).sum(axis=0).astype(np.float64))


def _sum(values: Floats) -> Floats:
    return _known(values, np.nansum(values, axis=0))


def _deviation(values: Floats) -> Floats:
    mean = _sum(values) / _count(values)
    return np.sqrt(np.nansum((values - mean) ** 2, axis=0) / _count(values))


def _group(values: Floats) -> Floats:
    return _known(values, np.ones(values.shape[1]))


TOGETHER: Mapping[str, Callable[[Floats], Floats]] = {
    "sum": _sum,
    "avg": lambda values: _sum(values) / _count(values),
    "min": lambda values: np.fmin.reduce(values, axis=0),
    "max": lambda values: np.fmax.reduce(values, axis=0),
    "count": _count,
    "stddev": _deviation,
    "group": _group,
}
"""From the series of a group, shape (series, steps), to one value a step."""
