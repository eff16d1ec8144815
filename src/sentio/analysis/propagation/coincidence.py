"""Alarm kinds that come near each other more often than chance, and how quiet it was before."""

from __future__ import annotations

import numba
import numpy as np
from scipy import stats

from sentio.analysis.propagation.log import AlarmLog, Codes, Floats

WINDOW_S = 300.0
"""Two alarms coincide within this time, in seconds: the five minutes of alarm correlation."""
QUIET_S = (1.0, 86_400.0)
"""Quiet times count between the clock's second and a day."""


def coincidence(log: AlarmLog) -> Floats:
    """Chance that two kinds meet so often near each other, were they independent.

    Each kind may come more often on some elements than on others; that is allowed for. Storms
    are not: in a storm everything meets everything, and probabilities are too small.

    Returns
    -------
    p_values
        float, shape (kinds, kinds), symmetric; of the Poisson distribution.
    """
    elements = len(log.near.sizes)
    order = np.argsort(log.element, kind="stable")
    first = np.searchsorted(log.element[order], np.arange(elements + 1)).astype(np.int64)
    met = _meetings(
        log.time_s[order],
        log.kind[order],
        first,
        log.near.starts,
        log.near.members,
        WINDOW_S,
        log.kinds,
    )
    each = np.zeros((log.kinds, elements))
    np.add.at(each, (log.kind, log.element), 1.0)
    around = np.add.reduceat(each[:, log.near.members], log.near.starts[:-1], axis=1)
    expected = each @ around.T * 2.0 * WINDOW_S / log.span_s
    return stats.poisson.sf(met - 1.0, np.maximum(expected, 1e-9))


def quiet_before(log: AlarmLog) -> Floats:
    """Mean of ln(seconds) since the last alarm of another kind nearby, shape (kinds,).

    Roots come out of the quiet, symptoms into the storm. Kinds without alarms have 0.
    """
    waited_s = _waits(log.time_s, log.kind, log.element, log.near.starts, log.near.members)
    total = np.bincount(log.kind, np.log(np.clip(waited_s, *QUIET_S)), minlength=log.kinds)
    return total / np.maximum(log.counts, 1)


@numba.njit(nogil=True, cache=True)
def _meetings(
    time_s: Floats,
    kind: Codes,
    first: Codes,
    starts: Codes,
    members: Codes,
    window_s: float,
    kinds: int,
) -> Floats:
    met = np.zeros((kinds, kinds))
    for element in range(len(starts) - 1):
        for place in range(starts[element], starts[element + 1]):
            near = members[place]
            inside = np.zeros(kinds)
            low = high = first[near]
            for row in range(first[element], first[element + 1]):
                while high < first[near + 1] and time_s[high] <= time_s[row] + window_s:
                    inside[kind[high]] += 1.0
                    high += 1
                while low < high and time_s[low] < time_s[row] - window_s:
                    inside[kind[low]] -= 1.0
                    low += 1
                met[kind[row]] += inside
    return met


@numba.njit(nogil=True, cache=True)
def _waits(time_s: Floats, kind: Codes, element: Codes, starts: Codes, members: Codes) -> Floats:
    alarms, elements = len(time_s), len(starts) - 1
    waited = np.full(alarms, np.inf)
    # For each element: its latest alarm, and its latest of any kind but that one's.
    latest_kind = np.full(elements, -1)
    latest = np.full(elements, -np.inf)
    latest_other = np.full(elements, -np.inf)
    first = 0
    while first < alarms:
        last = first
        while last < alarms and time_s[last] == time_s[first]:
            row = last
            for place in range(starts[element[row]], starts[element[row] + 1]):
                near = members[place]
                before = latest_other[near] if latest_kind[near] == kind[row] else latest[near]
                waited[row] = min(waited[row], time_s[row] - before)
            last += 1
        for row in range(first, last):
            here = element[row]
            if latest_kind[here] != kind[row]:
                latest_other[here] = latest[here]
                latest_kind[here] = kind[row]
            latest[here] = time_s[row]
        first = last
    return waited
