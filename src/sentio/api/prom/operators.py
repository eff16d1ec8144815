"""Arithmetic and comparison between numbers and series with equal labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sentio.api.prom.errors import UnsupportedQuery
from sentio.api.prom.syntax import Binary
from sentio.api.prom.values import (
    NAME,
    Floats,
    Key,
    Labels,
    Value,
    Vector,
    key_of,
    unnamed,
    without_name,
)

Operation = Callable[[Floats, Floats], Floats]


def combined(binary: Binary, left: Value, right: Value) -> Value:
    """Work out both sides of a sign.

    Raises
    ------
    UnsupportedQuery
        Several series of a side have the labels that are to be matched.
    """
    with np.errstate(all="ignore"):
        if isinstance(left, Vector) and isinstance(right, Vector):
            return _both(binary, left, right)
        if isinstance(left, Vector):
            return _one(binary, left, lambda values: _apply(binary, values, right, values))
        if isinstance(right, Vector):
            return _one(binary, right, lambda values: _apply(binary, left, values, values))
        return _apply(binary, left, right, left)


def _one(binary: Binary, vector: Vector, change: Callable[[Floats], Floats]) -> Vector:
    changed = Vector(labels=vector.labels, values=change(vector.values))
    return changed if _keeps_name(binary) else unnamed(changed)


def _apply(binary: Binary, left: Value, right: Value, shown: Floats) -> Floats:
    """Give the result; a comparison without bool keeps ``shown`` where it holds."""
    if binary.sign in ARITHMETIC:
        return ARITHMETIC[binary.sign](_plain(left), _plain(right))
    holds = COMPARISONS[binary.sign](_plain(left), _plain(right))
    if not binary.is_bool:
        return np.where(holds, shown, np.nan)
    is_there = ~(np.isnan(shown) & np.ones_like(holds, dtype=bool))
    return np.where(is_there, holds.astype(np.float64), np.nan)


def _plain(value: Value) -> Floats:
    return value.values if isinstance(value, Vector) else value


def _both(binary: Binary, left: Vector, right: Vector) -> Vector:
    ours, theirs = _by_key(binary, left, "left"), _by_key(binary, right, "right")
    pairs = [(row, theirs[key]) for key, row in ours.items() if key in theirs]
    mine = left.values[[row for row, _ in pairs]]
    other = right.values[[row for _, row in pairs]]
    values = _apply(binary, mine, other, mine)
    values = np.where(np.isnan(mine) | np.isnan(other), np.nan, values)
    labels = [_shown(binary, left.labels[row]) for row, _ in pairs]
    return Vector(labels=labels, values=values)


def _by_key(binary: Binary, vector: Vector, side: str) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for row, labels in enumerate(vector.labels):
        key = key_of(_matched(binary, labels))
        if key in found:
            raise UnsupportedQuery(
                f"several series of the {side} side have the labels {dict(key)}",
                expected="one series on each side for each set of labels",
                next_step="Aggregate, or name the labels with on(...).",
            )
        found[key] = row
    return found


def _matched(binary: Binary, labels: Labels) -> Labels:
    if binary.on is not None:
        return {name: labels.get(name, "") for name in binary.on}
    dropped = {NAME, *binary.ignoring}
    return {name: text for name, text in labels.items() if name not in dropped}


def _shown(binary: Binary, labels: Labels) -> Labels:
    if binary.on is not None:
        return {name: labels[name] for name in binary.on if name in labels}
    kept = labels if _keeps_name(binary) else without_name(labels)
    return {name: text for name, text in kept.items() if name not in binary.ignoring}


def _keeps_name(binary: Binary) -> bool:
    return binary.sign in COMPARISONS and not binary.is_bool


ARITHMETIC: Mapping[str, Operation] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "^": np.power,
}
COMPARISONS: Mapping[str, Callable[[Floats, Floats], np.ndarray]] = {
    "==": np.equal,
    "!=": np.not_equal,
    ">": np.greater,
    "<": np.less,
    ">=": np.greater_equal,
    "<=": np.less_equal,
}
