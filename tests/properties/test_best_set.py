"""The set that is named agrees best with who comes: as good as any other set, by trying all."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sentio.loop.care.chance import best_set

some = st.lists(st.floats(0.01, 0.99), min_size=1, max_size=6)


def expected(named: frozenset[int], chance: list[float]) -> float:
    """Work the expected Jaccard index out over all that may come."""
    total = 0.0
    for comes in product((False, True), repeat=len(chance)):
        p = np.prod([c if yes else 1.0 - c for c, yes in zip(chance, comes, strict=True)])
        came = {at for at, yes in enumerate(comes) if yes}
        either = len(came | named)
        total += p * (len(came & named) / either if either else 1.0)
    return float(total)


@given(some)
def test_the_likeliest_are_named_and_the_threshold_follows_from_the_index(chance):
    rows, agreement = best_set(np.array(chance))

    left = [chance[at] for at in range(len(chance)) if at not in set(rows.tolist())]
    assert all(chance[at] >= each - 1e-12 for at in rows for each in left)
    threshold = agreement / (1.0 + agreement)
    assert all(chance[at] >= threshold - 1e-9 for at in rows)
    assert all(each <= threshold + 1e-9 for each in left)


@given(some)
def test_of_the_sets_of_the_likeliest_hardly_any_is_better(chance):
    rows, _ = best_set(np.array(chance))
    order = np.argsort(-np.array(chance), kind="stable")

    mine = expected(frozenset(rows.tolist()), chance)
    best = max(expected(frozenset(order[:n].tolist()), chance) for n in range(1, len(chance) + 1))
    assert mine >= best - 0.12  # the ratio of means is exact for many only
