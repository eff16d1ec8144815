"""The customer experience index of the subjects in the span, as a histogram."""

from __future__ import annotations

import numpy as np

from sentio.experience.aggregate import experience_index, service_scores
from sentio.experience.columns import FloatArray
from sentio.experience.uses import numbers
from sentio.report.asked import Asked
from sentio.report.page import Index

ROWS_READ = 2_000_000
BINS = 20
HALF = 50.0


def index(asked: Asked, *, uses: int) -> Index | None:
    """Work the index out for all subjects, or for one in so many where there are too many uses."""
    one_in = max(1, -(-uses // ROWS_READ))
    services = asked.services or None
    table = asked.table("uses_of_some", services=services, one_in=one_in)
    if not table.num_rows:
        return None
    cei = numbers(experience_index(service_scores(table)), "cei")
    known: FloatArray = cei[~np.isnan(cei)]
    if not len(known):
        return None
    counts, _ = np.histogram(known, bins=BINS, range=(0.0, 100.0))
    return Index(
        bins=tuple(int(n) for n in counts),
        subjects=len(known),
        one_in=one_in,
        p10=float(np.percentile(known, 10)),
        median=float(np.median(known)),
        below_50=int((known < HALF).sum()),
    )
