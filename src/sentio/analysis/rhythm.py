"""How often elements usually report: the gap between reports that fills most of the time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

ALIKE = 0.25  # by which a gap may differ and still be the same: files come early and late
REMEMBERS_NS = 86_400_000_000_000  # a day of another rhythm is usual whatever was before


class Rhythm:
    """Follows elements, which are numbered from 0.

    Gaps vote for themselves with their length (R. S. Boyer, J. S. Moore, MJRTY: a fast majority
    vote algorithm, 1981). So neither an outage nor some hours of finer reports are usual.
    """

    def __init__(self) -> None:
        self._seen: Ints = np.zeros((3, 0), dtype=np.int64)  # last report, gap, votes, in ns

    def see(self, elements: Ints, at_ns: int) -> None:
        """Take in that elements, each named once, have reported at a moment."""
        self._make_room(int(elements.max(initial=-1)) + 1)
        last, gap, votes = self._seen[:, elements]
        now = np.where(last > 0, np.maximum(at_ns - last, 0), 0)
        votes = np.where(np.abs(now - gap) <= ALIKE * gap, votes + now, votes - now)
        gap = np.where(votes < 0, now, gap)
        votes = np.minimum(np.abs(votes), REMEMBERS_NS)
        self._seen[:, elements] = np.stack([np.maximum(last, at_ns), gap, votes])

    def usual_ns(self, element: int) -> int | None:
        """Give how often an element reports; None if it has not reported twice."""
        gap_ns = int(self._seen[1, element]) if element < self._seen.shape[1] else 0
        return gap_ns or None

    def _make_room(self, elements: int) -> None:
        missing = elements - self._seen.shape[1]
        if missing > 0:
            more = np.zeros((3, max(missing, self._seen.shape[1], 64)), dtype=np.int64)
            self._seen = np.concatenate([self._seen, more], axis=1)
