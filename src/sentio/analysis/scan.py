"""Scanning: the groups of cuboids whose cells gain most likelihood together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from typing import TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

from sentio.analysis.cuboid import Cuboid
from sentio.analysis.localiser import IntArray

Table: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]

RANKED = 5
"""How many groups are kept of each cuboid, and told as alternatives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A group and its net gain, the price paid."""

    net: float
    cuboid: Cuboid
    group: int
    strength: int

    @property
    def cells(self) -> Mask:
        """Tell which cells are in the group."""
        return self.cuboid.group == self.group


def scan(grown: Sequence[Cuboid], table: Table, cells: IntArray) -> list[Found]:
    """Rank the best groups of every cuboid, looking at some cells only."""
    return ranked(each for cuboid in grown for each in best_groups(cuboid, table, cells))


def ranked(found: Iterable[Found]) -> list[Found]:
    """Put the best first; of equals, the one of fewest attributes."""
    return sorted(found, key=lambda each: (-each.net, each.cuboid.axes, each.group))


def best_groups(cuboid: Cuboid, table: Table, cells: IntArray) -> list[Found]:
    """Give the best groups of one cuboid, each at its best strength."""
    gains, groups, strengths = _best(cuboid.group, cuboid.groups, table, cells, RANKED)
    price = cuboid.price + log(table.shape[1])
    return [
        Found(net=float(gain) - price, cuboid=cuboid, group=int(group), strength=int(strength))
        for gain, group, strength in zip(gains, groups, strengths, strict=True)
        if gain > 0.0
    ]


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
