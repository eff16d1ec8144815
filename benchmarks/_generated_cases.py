"""Additive localisation cases made by seed: the sets S and L of RiskLoc, from their description.

A case is a full cube of leaves with Weibull values, some of them zero; a forecast off by relative
noise, in either direction with equal chance; and 1 to 5 anomalies of one combination of attributes
each, whose elements all lose the same share of their forecast (or exceed it, turned round).
Source: M. Ericsson (2022), RiskLoc, arXiv 2205.10004, section 5, and the parameters of its sets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

Element = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What the cases of one set have in common; pairs are the ends of a uniform draw."""

    sizes: tuple[int, ...]
    noise: tuple[float, float]
    severity: tuple[float, float]
    spread: tuple[float, float]
    anomalies: tuple[int, int]
    elements: tuple[int, int]
    is_leaf_only: bool
    weibull_shape: tuple[float, float] = (0.5, 1.0)
    zero_share: tuple[float, float] = (0.0, 0.25)


RECIPES = {
    "s": Recipe(
        sizes=(10, 12, 10, 8, 5),
        noise=(0.0, 0.25),
        severity=(0.2, 1.0),
        spread=(0.0, 0.1),
        anomalies=(1, 3),
        elements=(1, 3),
        is_leaf_only=False,
    ),
    "l": Recipe(
        sizes=(10, 24, 10, 15),
        noise=(0.0, 0.1),
        severity=(0.5, 1.0),
        spread=(0.0, 0.0),
        anomalies=(1, 5),
        elements=(1, 1),
        is_leaf_only=True,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cube:
    """One case: codes of shape (attributes, leaves), values, forecasts, and the true elements."""

    name: str
    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: np.ndarray
    real: np.ndarray
    predict: np.ndarray
    truth: frozenset[Element]


def generate(recipe: Recipe, *, cases: int, seed: int) -> Iterator[Cube]:
    """Make cases, the same for the same seed."""
    rng = np.random.default_rng(seed)
    for number in range(cases):
        yield _cube(recipe, rng, f"{seed}-{number}")


def _cube(recipe: Recipe, rng: np.random.Generator, name: str) -> Cube:
    codes = np.indices(recipe.sizes, dtype=np.int32).reshape(len(recipe.sizes), -1)
    noise = rng.uniform(*recipe.noise)
    real, predict = _normal(recipe, rng, noise, codes.shape[1])
    rises = real.sum() > predict.sum()
    high, low = (real, predict) if rises else (predict, real)
    names = tuple(chr(ord("a") + i) for i in range(len(recipe.sizes)))
    taken: list[dict[int, set[int]]] = []
    truth: set[Element] = set()
    for _ in range(rng.integers(recipe.anomalies[0], recipe.anomalies[1] + 1)):
        axes, members = _place(recipe, rng, taken, real + predict)
        severity = rng.uniform(*recipe.severity) + noise
        spread = rng.uniform(*recipe.spread)
        inside = np.zeros(codes.shape[1], bool)
        for member in members:
            inside |= (codes[axes] == np.array(member)[:, None]).all(axis=0)
            pairs = zip(axes, member, strict=True)
            truth.add(frozenset((names[a], f"{names[a]}{v + 1}") for a, v in pairs))
        lost = rng.normal(severity, spread, int(inside.sum()))
        low[inside] = np.maximum(high[inside] * (1.0 - lost), 0.0)
    return Cube(
        name=name,
        names=names,
        values=tuple(
            tuple(f"{n}{v + 1}" for v in range(size))
            for n, size in zip(names, recipe.sizes, strict=True)
        ),
        codes=codes,
        real=real,
        predict=predict,
        truth=frozenset(truth),
    )


def _normal(
    recipe: Recipe, rng: np.random.Generator, noise: float, leaves: int
) -> tuple[np.ndarray, np.ndarray]:
    one = rng.weibull(rng.uniform(*recipe.weibull_shape), leaves) * 100.0
    one *= rng.random(leaves) > rng.uniform(*recipe.zero_share)
    other = one * (1.0 + rng.normal(0.0, noise, leaves))
    is_swapped = rng.random(leaves) < 0.5
    real, predict = np.where(is_swapped, other, one), np.where(is_swapped, one, other)
    return real, np.maximum(predict, 0.0)


def _place(
    recipe: Recipe, rng: np.random.Generator, taken: list[dict[int, set[int]]], volume: np.ndarray
) -> tuple[list[int], list[tuple[int, ...]]]:
    """Draw a combination not used before, and elements that share no value with those before."""
    order = len(recipe.sizes)
    while True:
        level = order if recipe.is_leaf_only else int(rng.integers(1, order + 1))
        axes = sorted(int(a) for a in rng.choice(order, level, replace=False))
        if level < order and any(sorted(each) == axes for each in taken):
            continue
        count = int(rng.integers(recipe.elements[0], recipe.elements[1] + 1))
        columns: list[np.ndarray] = []
        for axis in axes:
            used = set[int]().union(*(each.get(axis, set()) for each in taken))
            free = [v for v in range(recipe.sizes[axis]) if v not in used]
            columns.append(rng.choice(free, count) if free else np.empty(0, int))
        members = [tuple(int(v) for v in row) for row in zip(*columns, strict=False)]
        if len(set(members)) < count or any(len(column) == 0 for column in columns):
            continue
        at = [np.ravel_multi_index(m, recipe.sizes) for m in members] if level == order else []
        if any(volume[i] == 0.0 for i in at):
            continue
        taken.append({a: {m[k] for m in members} for k, a in enumerate(axes)})
        return axes, members
