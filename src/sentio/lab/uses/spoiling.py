"""What goes wrong with the records and not with the uses: lost, doubled, of another clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sentio.kernel.arrays import IntArray
from sentio.lab.faults.effect import within
from sentio.lab.faults.truth import Distortion


def shown_rows(
    path: Mapping[str, IntArray],
    spans: Mapping[str, slice],
    distortions: Sequence[Distortion],
    rng: np.random.Generator,
) -> tuple[dict[str, IntArray], IntArray]:
    """Tell which uses are recorded, and how wrong their clocks are.

    Returns
    -------
    rows_of
        Numbers of the uses by service; a doubled one stands twice.
    skew_ns
        Shape (uses,).
    """
    uses = len(path["cell"])
    copies, skew_ns = np.ones(uses, dtype=np.int64), np.zeros(uses, dtype=np.int64)
    for each in distortions:
        if each.kind not in {"drop", "double", "skew"}:
            continue
        inside = within(each.scope, path)
        if each.kind == "skew":
            skew_ns[inside] += round(each.amount)
        else:
            hit = inside & (rng.random(uses) < each.amount)
            copies[hit] = 0 if each.kind == "drop" else 2
    rows_of = {
        name: np.repeat(np.arange(rows.start, rows.stop), copies[rows])
        for name, rows in spans.items()
    }
    return {name: rows for name, rows in rows_of.items() if len(rows)}, skew_ns
