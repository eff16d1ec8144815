"""The choice of a set of causes: extended while that pays, split where parts explain more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sentio.analysis.cuboid import Cuboid
from sentio.analysis.localiser import IntArray
from sentio.analysis.scan import Found, Table, best_groups, scan

MOST_PARTS = 12
"""How many parts a cause may fall into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Several causes, the cells that each explains (none twice), and the cells left."""

    net: float
    causes: tuple[Found, ...]
    taken: tuple[IntArray, ...]
    left: IntArray

    def and_also(self, found: Found) -> Chosen:
        """Add a cause; it takes what is left of its cells."""
        is_in = found.cuboid.group[self.left] == found.group
        return Chosen(
            net=self.net + found.net,
            causes=(*self.causes, found),
            taken=(*self.taken, self.left[is_in]),
            left=self.left[~is_in],
        )


def nothing(cells: IntArray) -> Chosen:
    """Give the empty choice, which leaves all cells."""
    return Chosen(net=0.0, causes=(), taken=(), left=cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """What a choice is made from, and at what price.

    Attributes
    ----------
    least
        Net gain that a cause must have to beat chance.
    toll
        Net gain that each further cause must add.
    """

    grown: Sequence[Cuboid]
    table: Table
    least: float
    toll: float
    max_causes: int

    def choose(self, firsts: Sequence[Found]) -> Chosen:
        """Extend each first cause by the best further one, as long as that pays."""
        every = nothing(np.arange(len(self.table), dtype=np.int32))
        sets = [self._extended(every, each) for each in firsts if each.net > self.least]
        best = sets[0] if sets else every
        while sets and len(best.causes) < self.max_causes:
            further = [(each, scan(self.grown, self.table, each.left)) for each in sets]
            sets = [
                self._extended(each, found[0])
                for each, found in further
                if found and found[0].net > self.least
            ]
            if not sets or max(each.net for each in sets) <= best.net + self.toll:
                break
            sets.sort(key=lambda each: -each.net)
            best = sets[0]
        return self._absorbed(best)

    def _extended(self, given: Chosen, found: Found) -> Chosen:
        for part in self._split(found, given.left):
            given = given.and_also(part)
        return given

    def _split(self, found: Found, left: IntArray) -> list[Found]:
        """Give the parts of a cause that explain more than it as a whole, and maybe its rest."""
        axes = set(found.cuboid.axes)
        finer = [each for each in self.grown if axes < set(each.axes)]
        inside = left[found.cuboid.group[left] == found.group]
        given = nothing(inside)
        while len(given.causes) < MOST_PARTS and len(given.left):
            whole = best_groups(found.cuboid, self.table, given.left) if given.causes else []
            options = [*scan(finer, self.table, given.left)[:1], *whole[:1]]
            best = max(options, key=lambda each: each.net, default=None)
            if best is None or best.net <= self.least:
                break
            given = given.and_also(best)
        if given.net <= found.net + self.toll:
            return [found]
        parts: list[Found] = []
        for cause, cells in zip(given.causes, given.taken, strict=True):
            parts += [cause] if cause.cuboid is found.cuboid else self._split(cause, cells)
        # the rest of the whole comes last: it takes what its parts leave
        return sorted(parts, key=lambda each: each.cuboid is found.cuboid)

    def _absorbed(self, chosen: Chosen) -> Chosen:
        """Drop a cause that lies in a wider one, where the wider one explains its cells as well."""
        kept = list(zip(chosen.causes, chosen.taken, strict=True))
        for cause, cells in sorted(kept, key=lambda each: -len(each[0].cuboid.axes)):
            wider = [other for other, _ in kept if other is not cause and _holds(other, cells)]
            gained = [float(self.table[cells, each.strength].sum()) for each in wider]
            if gained and max(gained) > cause.net - self.least:
                kept = [each for each in kept if each[0] is not cause]
        return Chosen(
            net=chosen.net,
            causes=tuple(cause for cause, _ in kept),
            taken=tuple(cells for _, cells in kept),
            left=chosen.left,
        )


def _holds(found: Found, cells: IntArray) -> bool:
    return bool((found.cuboid.group[cells] == found.group).all())
