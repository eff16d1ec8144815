"""The search that all localisers share, for the combinations that gain most likelihood.

A localiser gives a table: how much likelier each cell becomes, in nats, if it belongs to a cause of
a given strength than if nothing is wrong with it. Cells are taken as independent, so the gain of a
combination is the sum over its cells, at its best strength. Any such sum g satisfies
P(g - price >= x) <= exp(-x) by Markov's inequality, as the mean of a likelihood ratio is 1; with
prices that add up to one choice, the bound holds for the best of all combinations. So it is known
without permutations when an answer is better than chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log

import numpy as np

from sentio.analysis.choice import Chooser
from sentio.analysis.cuboid import Cuboid, cuboids
from sentio.analysis.evidence import Evidence
from sentio.analysis.localiser import Attribute, Localisation
from sentio.analysis.scan import RANKED, Found, Mask, best_groups, ranked
from sentio.analysis.telling import Teller

WEIGHED = 20
"""How many alternatives share the probability."""

TRACE = 1e-3
"""Nats below which a cell says nothing."""


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


def search(attributes: Sequence[Attribute], evidence: Evidence, rules: Rules) -> Localisation:
    """Find the smallest set of combinations that explains most."""
    codes = [attribute.codes for attribute in attributes]
    table = np.ascontiguousarray(evidence.table, np.float32)
    every = np.arange(len(table), dtype=np.int32)
    first: dict[tuple[int, ...], list[Found]] = {}

    def best_of(cuboid: Cuboid) -> list[Found]:
        if cuboid.axes not in first:
            first[cuboid.axes] = best_groups(cuboid, table, every)
        return first[cuboid.axes]

    def promise(cuboid: Cuboid) -> float:
        return max((each.net for each in best_of(cuboid)), default=-inf)

    grown = cuboids(codes, promise, max_order=rules.max_order, most=rules.most_cuboids)
    every_group = ranked(each for cuboid in grown for each in best_of(cuboid))
    ranking = _distinct(every_group, np.abs(table).max(axis=1, initial=0.0) > TRACE)
    if not ranking:
        return Localisation(causes=(), ranking=(), chance=1.0)
    least = -log(rules.chance)
    # What a further cause gains on the cells left it gained before: so other cuboids are let be.
    worthwhile = 0.5 * rules.further_share * ranking[0].net
    chooser = Chooser(
        grown=[cuboid for cuboid in grown if promise(cuboid) >= worthwhile],
        table=table,
        least=least,
        toll=max(least, rules.further_share * ranking[0].net),
        max_causes=rules.max_causes,
    )
    chosen = chooser.choose(ranking[: rules.beam])
    told = Teller(attributes, evidence, ranking, misfit=rules.misfit)
    return Localisation(
        causes=tuple(told.cause(each) for each in chosen.causes),
        ranking=tuple(told.cause(each) for each in ranking[:RANKED]),
        chance=min(1.0, exp(-ranking[0].net)),
    )


def _distinct(ranking: list[Found], matters: Mask) -> list[Found]:
    """Of several names of the same cells keep the first."""
    seen: set[bytes] = set()
    distinct: list[Found] = []
    for each in ranking:
        cells = np.packbits(each.cells[matters]).tobytes()
        if cells not in seen:
            seen.add(cells)
            distinct.append(each)
        if len(distinct) == WEIGHED:
            break
    return distinct
