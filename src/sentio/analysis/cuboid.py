"""Cuboids: all cells grouped by one combination of attributes, as one small whole number a cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, log

import numba
import numpy as np
from numpy.typing import NDArray

from sentio.analysis.localiser import IntArray

DENSE = 1
"""Groups per cell up to which empty groups are kept rather than renumbered."""

HASH = 0x9E3779B97F4A7C15
"""Odd, near 2^64 over the golden ratio: spreads keys by multiplication (Knuth, vol. 3, 6.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuboid:
    """The cells of each group of one attribute combination.

    Attributes
    ----------
    axes
        Places of its attributes, ascending.
    group
        int32, shape (cells,): number of the group of each cell, below ``groups``.
    price
        Nats that naming one of its groups costs: every order is as likely as another, so is every
        combination of one order, so is every group of one combination.
    """

    axes: tuple[int, ...]
    group: IntArray
    groups: int
    price: float


def cuboids(
    codes: Sequence[IntArray],
    promise: Callable[[Cuboid], float],
    *,
    max_order: int,
    most: int,
) -> list[Cuboid]:
    """Group the cells by every combination of up to ``max_order`` attributes.

    Where these are more than about ``most``, the last orders keep those that promise most, judged
    by the combinations of one attribute less. An attribute of one value is part of none.
    """
    found: dict[tuple[int, ...], Cuboid] = {}
    axes = [i for i, code in enumerate(codes) if len(code) and code.min() != code.max()]
    orders = min(max_order, len(axes))
    for order in range(1, orders + 1):
        wanted = list(combinations(axes, order))
        price = log(orders) + log(comb(len(axes), order))
        room = max(most - len(found), most // 4)
        if len(wanted) > room:
            wanted = _promising(wanted, found, promise)[:room]
        for each in wanted:
            found[each] = _cuboid(each, codes, found, price)
    return list(found.values())


def _promising(
    wanted: list[tuple[int, ...]],
    found: dict[tuple[int, ...], Cuboid],
    promise: Callable[[Cuboid], float],
) -> list[tuple[int, ...]]:
    order = len(wanted[0])
    told = {axes: promise(each) for axes, each in found.items() if len(axes) == order - 1}

    def of(axes: tuple[int, ...]) -> float:
        return -sum(told.get(less, 0.0) for less in combinations(axes, order - 1))

    return sorted(wanted, key=of) if told else wanted


def _cuboid(
    axes: tuple[int, ...],
    codes: Sequence[IntArray],
    found: dict[tuple[int, ...], Cuboid],
    price: float,
) -> Cuboid:
    code = codes[axes[-1]]
    size = int(code.max()) + 1
    if len(axes) == 1:
        return Cuboid(axes=axes, group=code, groups=size, price=price + log(size))
    parent = found.get(axes[:-1]) or _cuboid(axes[:-1], codes, found, 0.0)
    group, groups = parent.group.astype(np.int64) * size + code, parent.groups * size
    if groups > DENSE * len(code):
        group, groups = _renumbered(group)
    return Cuboid(axes=axes, group=group.astype(np.int32), groups=groups, price=price + log(groups))


@numba.njit(nogil=True, cache=True)
def _renumbered(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Give each different key a number, in the order in which they are met (open addressing)."""
    bits = 4
    while (1 << bits) < 2 * len(keys):
        bits += 1
    mask = (1 << bits) - 1
    slots = np.full(1 << bits, -1, np.int64)
    numbers = np.empty(1 << bits, np.int64)
    group = np.empty(len(keys), np.int64)
    groups = 0
    for i in range(len(keys)):
        key = keys[i]
        slot = int((np.uint64(key) * np.uint64(HASH)) >> np.uint64(64 - bits)) & mask
        while slots[slot] not in (-1, key):
            slot = (slot + 1) & mask
        if slots[slot] == -1:
            slots[slot] = key
            numbers[slot] = groups
            groups += 1
        group[i] = numbers[slot]
    return group, groups
