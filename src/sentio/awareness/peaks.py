"""How rare a value is, by the largest peaks that its series had before (Weissman's estimator)."""

from __future__ import annotations

import numba
import numpy as np

PEAKS = 4  # kept of each tail; tuned by benchmarks/nab.py, as are the following
EVENT_ROWS, EVENT_RATIO = 24.0, 0.01  # so many rows, or share of all, are one event, one peak
TAIL_INDEX_LEAST, TAIL_INDEX_MOST = 0.5, 4.0  # very heavy tails; lighter ones are taken for this
NEGLIGIBLE_RATIO = 0.02  # of the largest value so far: less is never rare
ANY_PEAK_NATS = 0.9  # what the smallest peak that is kept counts for, at least
MOST_NATS = 20.0
MEMORY_ROWS = 20_000.0  # behind which peaks fade


@numba.njit(nogil=True, cache=True)
def rarity(
    value: float, row: int, peaks: np.ndarray, event: np.ndarray, largest: np.ndarray
) -> float:
    """Tell how rare a deviation is, in nats, and remember it if it is a peak.

    With k peaks kept, of which the smallest is ``low``, a value has the tail probability
    (k / n) (value / low) ** -index, where the index is Hill's; so an expected number of earlier
    events as large that falls as the value grows. Blind to what repeats more than k times.

    Parameters
    ----------
    value
        Deviation from the usual, in any unit; nothing below 0 counts.
    peaks, event, largest
        Memory, changed in place: shapes (k,), (2,) (row of the last event's first value, its
        place in ``peaks``) and (1,).
    """
    fading = 1.0 / MEMORY_ROWS if row > MEMORY_ROWS else 0.0
    least, logs = 0, 0.0
    for k in range(len(peaks)):
        peaks[k] -= fading * peaks[k]
        if peaks[k] < peaks[least]:
            least = k
    low = max(peaks[least], NEGLIGIBLE_RATIO * largest[0], 1e-12)
    largest[0] = max(largest[0] - fading * largest[0], value)
    if value <= low:
        return 0.0
    for k in range(len(peaks)):
        logs += np.log(max(peaks[k], low) / low)
    index = (len(peaks) - 1) / max(logs, 1e-9)
    index = min(max(index, TAIL_INDEX_LEAST), TAIL_INDEX_MOST)
    if event[1] >= 0 and row - event[0] <= max(EVENT_ROWS, EVENT_RATIO * row):
        peaks[event[1]] = max(peaks[event[1]], value)
    else:
        peaks[least] = value
        event[0], event[1] = row, least
    return min(index * np.log(value / low) + ANY_PEAK_NATS, MOST_NATS)
