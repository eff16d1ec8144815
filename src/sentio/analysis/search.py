"""The search that all localisers share: which attribute combinations gain most likelihood?

A localiser gives a table: how much likelier each cell becomes, in nats, if it belongs to a cause of
a given strength than if nothing is wrong with it. Cells are taken as independent, so the gain of a
combination is the sum over its cells, at its best strength. Any such sum g satisfies
P(g - price >= x) <= exp(-x) by Markov's inequality, as the mean of a likelihood ratio is 1; with
prices that add up to one choice, the bound holds for the best of all combinations. So it is known
without permutations when an answer is better than chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, inf, log

import numba
import numpy as np
from numpy.typing import NDArray

from sentio.analysis.cuboid import Cuboid, cuboids
from sentio.analysis.localiser import Attribute, Cause, FloatArray, IntArray, Localisation

MOST_PARTS = 12
"""How many parts a cause may fall into."""

RANKED = 5
"""How many alternatives are told, and kept of each cuboid."""

WEIGHED = 20
"""How many alternatives share the probability."""

TRACE = 1e-3
"""Nats below which a cell says nothing."""

Table = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a localiser knows of each cell.

    Attributes
    ----------
    table
        float32, shape (cells, strengths): nats gained if the cell belongs to a cause so strong.
    strengths
        The effect that each column stands for, shape (strengths,).
    excess
        How much worse each cell is than expected, in units of the measure, shape (cells,).
    """

    table: Table
    strengths: FloatArray
    excess: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How to choose among combinations.

    Attributes
    ----------
    max_order, most_cuboids
        Attributes in one combination at most; combinations looked at, about, at most.
    beam
        First causes tried, where several causes may explain more than the best alone.
    max_causes, further_share
        Causes at most; each further one must add this share of what the best alone explains.
    chance
        An answer is given where chance gives as good a one less often than this.
    misfit
        Evidence is never trusted beyond the model: alternatives whose gain differs by this share
        of the best gain differ by a factor of e in probability.
    """

    max_order: int
    most_cuboids: int = 180
    beam: int = 1
    max_causes: int
    further_share: float = 0.0
    chance: float = 0.01
    misfit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A group and its net gain, the price paid."""

    net: float
    cuboid: Cuboid
    group: int
    strength: int

    @property
    def cells(self) -> Mask:
        return self.cuboid.group == self.group


@dataclass(frozen=True, slots=True, kw_only=True)
class _Set:
    """Several causes that share no cell, and the cells that they leave."""

    net: float
    causes: tuple[_Found, ...]
    left: IntArray


def search(attributes: Sequence[Attribute], evidence: Evidence, rules: Rules) -> Localisation:
    """Find the smallest set of combinations that explains most."""
    codes = [attribute.codes for attribute in attributes]
    table = np.ascontiguousarray(evidence.table, np.float32)
    every = np.arange(len(table), dtype=np.int32)
    first: dict[tuple[int, ...], list[_Found]] = {}

    def best_of(cuboid: Cuboid) -> list[_Found]:
        if cuboid.axes not in first:
            first[cuboid.axes] = _groups(cuboid, table, every)
        return first[cuboid.axes]

    def promise(cuboid: Cuboid) -> float:
        return max((each.net for each in best_of(cuboid)), default=-inf)

    grown = cuboids(codes, promise, max_order=rules.max_order, most=rules.most_cuboids)
    every_group = _ranked(each for cuboid in grown for each in best_of(cuboid))
    ranking = _distinct(every_group, np.abs(table).max(axis=1, initial=0.0) > TRACE)
    if not ranking:
        return Localisation(causes=(), ranking=(), chance=1.0)
    # What a further cause gains on the cells left it gained before: other cuboids are not looked at.
    worthwhile = 0.5 * rules.further_share * ranking[0].net
    chosen = _choose(
        [cuboid for cuboid in grown if promise(cuboid) >= worthwhile], table, ranking, rules
    )
    told = _Teller(attributes, evidence, rules, ranking)
    return Localisation(
        causes=tuple(told.cause(each) for each in chosen.causes),
        ranking=tuple(told.cause(each) for each in ranking[:RANKED]),
        chance=min(1.0, exp(-ranking[0].net)),
    )


def _scan(grown: Sequence[Cuboid], table: Table, cells: IntArray) -> list[_Found]:
    return _ranked(each for cuboid in grown for each in _groups(cuboid, table, cells))


def _ranked(found: Iterable[_Found]) -> list[_Found]:
    """Put the best first; of equals, the one of fewest attributes."""
    return sorted(found, key=lambda each: (-each.net, each.cuboid.axes, each.group))


def _groups(cuboid: Cuboid, table: Table, cells: IntArray) -> list[_Found]:
    """Give the best groups of one cuboid, each at its best strength."""
    gains, groups, strengths = _best(cuboid.group, cuboid.groups, table, cells, RANKED)
    price = cuboid.price + log(table.shape[1])
    return [
        _Found(net=float(gain) - price, cuboid=cuboid, group=int(group), strength=int(strength))
        for gain, group, strength in zip(gains, groups, strengths, strict=True)
        if gain > 0.0
    ]


def _distinct(ranking: list[_Found], matters: Mask) -> list[_Found]:
    """Of several names of the same cells keep the first."""
    seen: set[bytes] = set()
    distinct: list[_Found] = []
    for each in ranking:
        cells = np.packbits(each.cells[matters]).tobytes()
        if cells not in seen:
            seen.add(cells)
            distinct.append(each)
        if len(distinct) == WEIGHED:
            break
    return distinct


def _choose(grown: Sequence[Cuboid], table: Table, ranking: list[_Found], rules: Rules) -> _Set:
    """Extend the best first causes, one further cause at a time, as long as that pays."""
    none = _Set(net=0.0, causes=(), left=np.arange(len(table), dtype=np.int32))
    least = -log(rules.chance)
    firsts = [each for each in ranking[: rules.beam] if each.net > least]
    if not firsts:
        return none
    toll = max(least, rules.further_share * firsts[0].net)

    def extended(given: _Set, found: _Found) -> _Set:
        parts = _split(found, given.left, grown, table, (least, toll))
        for part in parts:
            given = _with(given, part)
        return given

    sets = [extended(none, each) for each in firsts]
    best = sets[0]
    while len(best.causes) < rules.max_causes:
        further = [(each, _scan(grown, table, each.left)) for each in sets]
        sets = [
            extended(each, found[0]) for each, found in further if found and found[0].net > least
        ]
        if not sets or max(each.net for each in sets) <= best.net + toll:
            break
        sets.sort(key=lambda each: -each.net)
        best = sets[0]
    return best


def _split(
    found: _Found,
    left: IntArray,
    grown: Sequence[Cuboid],
    table: Table,
    least_and_toll: tuple[float, float],
) -> list[_Found]:
    """Give the parts of a cause that explain more than it as a whole; itself if there are none."""
    least, toll = least_and_toll
    axes = set(found.cuboid.axes)
    finer = [each for each in grown if axes < set(each.axes)]
    inside = left[found.cuboid.group[left] == found.group]
    given = _Set(net=0.0, causes=(), left=inside)
    while len(given.causes) < MOST_PARTS:
        best = next(iter(_scan(finer, table, given.left)), None)
        if best is None or best.net <= least:
            break
        given = _with(given, best)
    if given.net <= found.net + toll:
        return [found]
    return [
        part
        for cause in given.causes
        for part in _split(cause, inside, grown, table, least_and_toll)
    ]


def _with(given: _Set, found: _Found) -> _Set:
    left = given.left[found.cuboid.group[given.left] != found.group]
    return _Set(net=given.net + found.net, causes=(*given.causes, found), left=left)


class _Teller:
    """Puts what was found into words, with probabilities."""

    def __init__(
        self,
        attributes: Sequence[Attribute],
        evidence: Evidence,
        rules: Rules,
        ranking: Sequence[_Found],
    ) -> None:
        self._attributes = attributes
        self._evidence = evidence
        self._excess = float(evidence.excess.sum())
        best = ranking[0].net
        self._temper = max(1.0, rules.misfit * best)
        self._all = sum(exp((each.net - best) / self._temper) for each in ranking)
        self._best = best

    def cause(self, found: _Found) -> Cause:
        cells = found.cells
        values = tuple(self._value(axis, cells) for axis in found.cuboid.axes)
        others = [i for i in range(len(self._attributes)) if i not in found.cuboid.axes]
        excess = float(self._evidence.excess[cells].sum())
        return Cause(
            values=values,
            implied=tuple(self._value(axis, cells) for axis in others if self._is_one(axis, cells)),
            gain=found.net,
            share=max(excess, 0.0) / max(excess, self._excess, 1e-12),
            effect=float(self._evidence.strengths[found.strength]),
            probability=self._probability(found),
        )

    def _probability(self, found: _Found) -> float:
        among = exp(min(0.0, found.net - self._best) / self._temper) / self._all
        return among / (1.0 + exp(-min(found.net, 500.0)))

    def _value(self, axis: int, cells: Mask) -> tuple[str, str]:
        attribute = self._attributes[axis]
        return attribute.name, attribute.values[int(attribute.codes[np.argmax(cells)])]

    def _is_one(self, axis: int, cells: Mask) -> bool:
        codes = self._attributes[axis].codes
        inside = codes[cells]
        return bool((inside == inside[0]).all()) and bool(codes.min() != codes.max())


@numba.njit(nogil=True, cache=True, boundscheck=False, fastmath=True)
def _best(
    group: IntArray, groups: int, table: Table, cells: IntArray, most: int
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Add up the table over groups; give the ``most`` best groups, each at its best strength."""
    strengths = table.shape[1]
    sums = np.zeros((groups, strengths), np.float32)
    for i in cells:
        g = group[i]
        for h in range(strengths):
            sums[g, h] += table[i, h]
    gains = np.zeros(most, np.float32)
    best_groups = np.zeros(most, np.int64)
    best_strengths = np.zeros(most, np.int64)
    for g in range(groups):
        at = 0
        for h in range(1, strengths):
            if sums[g, h] > sums[g, at]:
                at = h
        place = most
        while place > 0 and sums[g, at] > gains[place - 1]:
            place -= 1
        if place < most:
            for k in range(most - 1, place, -1):
                gains[k] = gains[k - 1]
                best_groups[k] = best_groups[k - 1]
                best_strengths[k] = best_strengths[k - 1]
            gains[place] = sums[g, at]
            best_groups[place] = g
            best_strengths[place] = at
    return gains, best_groups, best_strengths
