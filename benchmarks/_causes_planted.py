"""Declines planted in healthy windows, at every element that can hurt the target.

All issues of PetShop's training part have one and the same cause, so naming that one always would
look perfect. Here every element has its turn. What callers get of a loss is the share that the
graph says, but off by a random factor on every edge, which the method does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from _causes_petshop import Floats
from sentio.analysis.dependency_causes import Healthy, explain_by
from sentio.analysis.dependency_graph import DependencyGraph, carried, passed_on
from sentio.analysis.loss_course import LossCourse

SEED = 20260
TIMES = 3  # each element
SPREADS = 6.0  # of a tick of the target: what the decline costs it
HANDED_ON = (0.6, 1.2)  # of the share by the graph
LEAST_USES = 5.0  # a tick: who is used less hardly can hurt
LEAST_PLANTED = 0.5  # of the decline: what fails always cannot fail more


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A window with a decline, and the element where it was planted."""

    window: LossCourse
    cause: str


def planted_ranks(healthy: Healthy, later: LossCourse, *, ticks: int) -> Iterator[tuple[int, int]]:
    """Yield rank of the true cause (0: not named) and answers, for every decline."""
    for each in _plant(healthy, later, ticks):
        named = [told.element for told in explain_by(healthy, each.window).hypotheses]
        yield named.index(each.cause) + 1 if each.cause in named else 0, len(named)


def _plant(healthy: Healthy, later: LossCourse, ticks: int) -> Iterator[Planted]:
    rng = np.random.default_rng(SEED)
    target = healthy.who.target
    for cause in healthy.who.causes[healthy.loss.uses[healthy.who.causes] >= LEAST_USES]:
        for _ in range(TIMES):
            begin = int(rng.integers(0, len(later.uses) - ticks))
            window = later.ticks(slice(begin, begin + ticks))
            share = _handed_on(healthy.graph, healthy.loss.uses, rng)[:, cause]
            loss = SPREADS * healthy.loss.spread[target] / max(float(share[target]), 0.05)
            spoilt = _spoil(window, share * loss, rng)
            gained = np.nan_to_num(window.uses * (spoilt.loss_per_use - window.loss_per_use))
            if gained[:, cause].max() >= LEAST_PLANTED * loss:
                yield Planted(window=spoilt, cause=healthy.graph.elements[cause])


def _handed_on(graph: DependencyGraph, uses: Floats, rng: np.random.Generator) -> Floats:
    part = carried(graph, uses)
    return passed_on(np.minimum(part * rng.uniform(*HANDED_ON, part.shape), 1.0))


def _spoil(window: LossCourse, loss: Floats, rng: np.random.Generator) -> LossCourse:
    """Add a loss of two or three ticks, of changing height."""
    ticks = len(window.uses)
    begin = int(rng.integers(0, 3))
    height = np.zeros((ticks, 1))
    height[begin : begin + int(rng.integers(2, 4))] = 1.0
    more = height * rng.uniform(0.5, 1.0, (ticks, 1)) * loss
    if window.is_count:
        more = np.minimum(rng.poisson(more), window.uses * (1.0 - window.loss_per_use))
    per_use = more / np.maximum(window.uses, 1.0)
    return replace(window, loss_per_use=window.loss_per_use + per_use)
