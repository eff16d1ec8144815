"""Put things in the order that agrees best with what each pair says (linear ordering problem)."""

from __future__ import annotations

import numpy as np

from sentio.analysis.propagation.log import Codes, Floats


def best_order(before: Floats) -> Codes:
    """Rank things so that ``before[i, j]``, summed over i ahead of j, is great.

    Moves one thing at a time to its best place until nothing gains: a local optimum, near the
    global one for hundreds of things. Takes time with the square of their number.

    Returns
    -------
    ranks
        int, shape (things,); 0 is ahead of all.

    Examples
    --------
    >>> best_order(np.array([[0.0, 0.0, 2.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])).tolist()
    [1, 0, 2]
    """
    lead = before - before.T
    order = [int(each) for each in np.argsort(-lead.sum(axis=1), kind="stable")]
    has_moved = True
    while has_moved:
        has_moved = False
        for thing in range(len(order)):
            at = order.index(thing)
            others = order[:at] + order[at + 1 :]
            worth = np.append(np.cumsum(lead[thing, others[::-1]])[::-1], 0.0)
            best = int(worth.argmax())
            if worth[best] > worth[at] + 1e-9:
                order = [*others[:best], thing, *others[best:]]
                has_moved = True
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks
