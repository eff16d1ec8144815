"""The smallest combination of attributes that explains what a sample of uses lost.

Every group of one, two or three attributes is scored by how unlikely its loss is (in nats), less
what looking at so many groups costs; a group that only repeats a larger one gains nothing, for the
larger one holds all that it lost and more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray

FEWEST_USES = 5
KEPT_PAIRS = 6
ATTRIBUTE_NATS = 1.0
TIES = (
    *("app", "app_version", "device_model", "firmware", "cell", "gnb", "link", "ring", "router"),
    *("server", "slice", "edge", "upf"),
)
"""Of combinations that hold the same uses the first is named: what is of one kind with radio cells
are their slices, not the functions that happen to serve these."""
OTHERS = 8
Attributes = Mapping[str, tuple[IntArray, list[str]]]
Law = Callable[[FloatArray, FloatArray], FloatArray]
"""``law(uses, mean deviation) -> nats``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A combination of attributes, how surely it lost, and which rows it holds.

    An empty scope says that no part of the sample lost more surely than the whole.

    ``others`` are the next best combinations, each with its own evidence.
    """

    scope: Mapping[str, str]
    nats: float  # after what the search costs
    uses: int
    lost: float
    rows: IntArray
    others: tuple[tuple[Mapping[str, str], float], ...] = ()


@dataclass(frozen=True, slots=True)
class _Group:
    names: tuple[str, ...]
    rows: IntArray
    nats: float


def find_scope(attributes: Attributes, deviation: FloatArray, *, law: Law) -> Found | None:
    """Find the combination that explains most; None where the sample lost nothing.

    Parameters
    ----------
    attributes
        Codes of each attribute, shape (rows,), -1 for none, and the names behind them.
    deviation
        How far each use fell, in its own standard deviations, positive is worse; shape (rows,).
    law
        Evidence of a mean deviation over a number of uses.
    """
    whole = _whole(deviation, law)
    if whole is None:
        return None
    names = sorted(attributes, key=lambda name: TIES.index(name) if name in TIES else len(TIES))
    several = {n: attributes[n][0] for n in names if len(np.unique(attributes[n][0])) > 1}
    singles, cost = _best(several, [(name,) for name in several], deviation, law, cost=0.0)
    pairs, cost = _best(several, list(combinations(several, 2)), deviation, law, cost=cost)
    triples, _ = _best(several, list(_wider(pairs, several)), deviation, law, cost=cost)
    best = max((whole, *singles, *pairs, *triples), key=lambda g: g.nats)
    ranked = sorted((whole, *singles, *pairs, *triples), key=lambda g: -g.nats)
    return Found(
        scope=_scope(best, attributes),
        nats=best.nats,
        uses=len(best.rows),
        lost=float(deviation[best.rows].sum()),
        rows=best.rows,
        others=tuple((_scope(g, attributes), g.nats) for g in ranked[1 : 1 + OTHERS]),
    )


def _whole(deviation: FloatArray, law: Law) -> _Group | None:
    lost, uses = float(deviation.sum()), len(deviation)
    if uses < FEWEST_USES or lost <= 0:
        return None
    nats = float(law(np.array([float(uses)]), np.array([lost / uses]))[0])
    return _Group((), np.arange(uses), nats)


def _wider(pairs: list[_Group], several: Mapping[str, IntArray]) -> Iterator[tuple[str, ...]]:
    seen: set[tuple[str, ...]] = set()
    for group in sorted(pairs, key=lambda g: -g.nats)[:KEPT_PAIRS]:
        for name in several:
            wider = tuple(sorted({*group.names, name}))
            if len(wider) == 3 and wider not in seen:
                seen.add(wider)
                yield wider


def _best(
    codes: Mapping[str, IntArray],
    wanted: list[tuple[str, ...]],
    deviation: FloatArray,
    law: Law,
    *,
    cost: float,
) -> tuple[list[_Group], float]:
    """Score every group of each set of attributes, less what so wide a search costs.

    Keeps the best two of each set. ``cost`` is that of the search for smaller sets; a larger set
    costs more by the choice of one attribute at least.
    """
    kept: list[_Group] = []
    tried = 0
    for names in wanted:
        joint, is_whole = _joined([codes[name] for name in names])
        _, group = np.unique(joint[is_whole], return_inverse=True)
        lost = np.bincount(group, deviation[is_whole])
        uses = np.bincount(group).astype(np.float64)
        big = (uses >= FEWEST_USES) & (lost > 0)
        tried += int(big.sum())
        nats = np.where(big, law(uses, np.where(big, lost / uses, 0.0)), 0.0)
        rows = np.flatnonzero(is_whole)
        kept += [
            _Group(names, rows[group == best], float(nats[best]))
            for best in np.argsort(-nats)[:2].tolist()
            if nats[best] > 0
        ]
    cost = max(float(np.log(max(tried, 1))), cost + ATTRIBUTE_NATS)
    return [_Group(g.names, g.rows, g.nats - cost) for g in kept], cost


def _joined(codes: list[IntArray]) -> tuple[IntArray, BoolArray]:
    joint = np.zeros(len(codes[0]), dtype=np.int64)
    is_whole = np.ones(len(joint), dtype=np.bool_)
    for each in codes:
        joint = joint * (int(each.max(initial=0)) + 2) + each + 1
        is_whole &= each >= 0
    return joint, is_whole


def _scope(group: _Group, attributes: Attributes) -> dict[str, str]:
    first = group.rows[0]
    return {name: attributes[name][1][int(attributes[name][0][first])] for name in group.names}
