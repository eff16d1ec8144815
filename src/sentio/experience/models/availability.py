"""Communication service availability of cyclic messages (3GPP TS 22.104 V16.5.0 annex C.3).

A message is good when it is correct and in time. The link is down from the first missed deadline;
the service is down only when the survival time has passed, and up again at the next good message.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from scipy.special import betaincinv

from sentio.experience.columns import BoolArray, FloatArray, IntArray, Lists

Values = float | FloatArray

SLACK = 1e-9  # of an interval: 3 x 0.1 ms must not outlast a survival time of 0.3 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """What became of a service in each window, shape (windows,).

    Attributes
    ----------
    span_ms, down_ms
        Length of the window and of the service's down time in it.
    availability
        1 - down / span; NaN where the window holds no message.
    failures
        How often the service (not the link) went down.
    mtbf_ms
        Mean time between failures, up time over failures; NaN where nothing failed.
    messages, missed
        Messages that should have come, and those that did not come in time.
    """

    span_ms: FloatArray
    down_ms: FloatArray
    availability: FloatArray
    failures: IntArray
    mtbf_ms: FloatArray
    messages: IntArray
    missed: IntArray


def in_time(latency_ms: Lists, limit_ms: Values) -> BoolArray:
    """Tell of each message whether it came within its window's limit; a lost one (NaN) did not.

    Returns
    -------
    good
        bool, shape (messages,).
    """
    limits = _per_window(limit_ms, len(latency_ms))
    return _in_time(latency_ms.values, latency_ms.offsets, limits)


def lost_messages(latency_ms: Lists) -> IntArray:
    """Count the messages of each window that never came (NaN), shape (windows,)."""
    return _lost_messages(latency_ms.values, latency_ms.offsets)


def service_availability(
    is_good: BoolArray,
    offsets: IntArray,
    *,
    transfer_interval_ms: Values,
    survival_time_ms: Values,
    repeats: IntArray | None = None,
) -> Availability:
    """Measure availability, failures and MTBF in many windows at once.

    An outage that a window's edge cuts in two counts in each with its own survival time, so short
    windows flatter long outages: keep windows much longer than the survival time. A survival time
    given as a number of losses is that number times the transfer interval.

    Parameters
    ----------
    is_good
        shape (messages,), in order of time, the windows one after the other.
    offsets
        shape (windows + 1,): window i holds messages offsets[i] to offsets[i + 1].
    transfer_interval_ms, survival_time_ms
        One for all windows, or shape (windows,).
    repeats
        How many equal messages each entry of ``is_good`` stands for, shape (messages,); one each
        unless given. So a long trace can be given as runs.

    Examples
    --------
    >>> good = np.array([1, 1, 0, 0, 1, 1, 1, 1, 1, 1], dtype=bool)
    >>> one = service_availability(
    ...     good, np.array([0, 10]), transfer_interval_ms=10.0, survival_time_ms=10.0
    ... )
    >>> one.down_ms.tolist(), one.availability.tolist(), one.failures.tolist()
    ([10.0], [0.9], [1])
    """
    windows = len(offsets) - 1
    interval_ms = _per_window(transfer_interval_ms, windows)
    survival_ms = _per_window(survival_time_ms, windows)
    messages = _messages(offsets, repeats)
    # An entry that stands for no message does not end an outage.
    misses = np.flatnonzero(~is_good if repeats is None else ~is_good | (repeats == 0))
    counts = np.ones(len(misses), dtype=np.int64) if repeats is None else repeats[misses]
    missed, failures, down_ms = _outages(misses, counts, offsets, interval_ms, survival_ms)
    span_ms = messages * interval_ms
    with np.errstate(divide="ignore", invalid="ignore"):
        share_down = down_ms / span_ms
        mtbf_ms = np.where(failures > 0, (span_ms - down_ms) / failures, np.nan)
    return Availability(
        span_ms=span_ms,
        down_ms=down_ms,
        availability=1.0 - share_down,
        failures=failures,
        mtbf_ms=mtbf_ms,
        messages=messages,
        missed=missed,
    )


def availability_of_reliability(reliability: Values, survivals: Values) -> FloatArray:
    """Availability of a service that survives ``survivals`` lost messages: 1 - (1 - R)^(k + 1).

    Holds for independent losses only (TS 22.104 table 5.1-1 is its case k = 1); bursts make the
    true availability far lower.

    Examples
    --------
    >>> float(availability_of_reliability(0.999, 1))
    0.999999
    """
    loss = 1.0 - np.asarray(reliability, dtype=np.float64)
    return 1.0 - loss ** (np.asarray(survivals) + 1.0)


def nines(share: Values) -> FloatArray:
    """Count the nines of an availability or reliability: 0.999 has 3, 1 has infinitely many."""
    with np.errstate(divide="ignore"):
        return -np.log10(1.0 - np.asarray(share, dtype=np.float64)) + 0.0


def availability_interval(found: Availability, *, level: float = 0.95) -> FloatArray:
    """Bound the true availability of each window (Clopper-Pearson), shape (windows, 2).

    Failures come in bursts, so intervals that are down are no independent trials: the sample is
    counted in outages of the mean length seen (n / length trials, one success of chance each).
    A window without any message gives [0, 1].

    Notes
    -----
    Where nothing failed, the lower bound is about 1 - 3.7 / n for two sides of 95 % (the rule of
    three, 1 - 3 / n, is its one-sided sister): 99.9999 % cannot be shown with a thousand messages,
    see `messages_to_show`.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        down = (1.0 - found.availability) * found.messages
        length = np.where(found.failures > 0, np.maximum(down / found.failures, 1.0), 1.0)
        events = np.nan_to_num(down / length)
    return 1.0 - clopper_pearson(events, found.messages / length, level=level)[:, ::-1]


def clopper_pearson(events: Values, trials: Values, *, level: float = 0.95) -> FloatArray:
    """Bound a probability after so many events in so many trials, shape (cases, 2): [low, high].

    The bounds err on the safe side: they hold the truth in at least ``level`` of all cases.

    Examples
    --------
    >>> clopper_pearson(0, 3000, level=0.90)[0].round(6).tolist()  # 3 / 3000, the rule of three
    [0.0, 0.000998]

    References
    ----------
    C. J. Clopper, E. S. Pearson, Biometrika 26 (1934) 404-413.
    """
    k = np.atleast_1d(np.asarray(events, dtype=np.float64))
    n = np.maximum(np.atleast_1d(np.asarray(trials, dtype=np.float64)), k)
    tail = (1.0 - level) / 2.0
    low = np.where(k > 0, betaincinv(np.maximum(k, 1e-300), n - k + 1.0, tail), 0.0)
    # A beta distribution needs a positive second parameter; the case k = n is set apart.
    room = np.where(n > k, n - k, 1.0)
    high = np.where(n > k, betaincinv(k + 1.0, room, 1.0 - tail), 1.0)
    return np.stack(np.broadcast_arrays(low, high), axis=-1)


def messages_to_show(availability: float, *, level: float = 0.95) -> int:
    """How many messages without one failure show this availability (the rule of three).

    Examples
    --------
    >>> messages_to_show(0.999999)  # at one message each 10 ms: more than 8 hours
    2995731
    """
    return int(np.ceil(np.log(1.0 - level) / np.log(availability)))


def _per_window(value: Values, windows: int) -> FloatArray:
    return np.ascontiguousarray(np.broadcast_to(np.asarray(value, dtype=np.float64), windows))


def _messages(offsets: IntArray, repeats: IntArray | None) -> IntArray:
    if repeats is None:
        return np.diff(offsets)
    before = np.concatenate([[0], np.cumsum(repeats)])
    return before[offsets[1:]] - before[offsets[:-1]]


@numba.njit(nogil=True, cache=True)
def _outages(
    misses: IntArray,
    counts: IntArray,
    offsets: IntArray,
    interval_ms: FloatArray,
    survival_ms: FloatArray,
) -> tuple[IntArray, IntArray, FloatArray]:
    """Missed messages, failures and down time of each window, in one walk along the misses.

    ``misses`` are the places of the entries that do not end an outage, ``counts`` how many messages
    each of them stands for.
    """
    windows = len(offsets) - 1
    missed, failures = np.zeros(windows, dtype=np.int64), np.zeros(windows, dtype=np.int64)
    down_ms, window, outage = np.zeros(windows), 0, 0
    for at, place in enumerate(misses):
        while place >= offsets[window + 1]:
            window += 1
        outage += counts[at]
        follows = place + 1
        if at + 1 < len(misses) and misses[at + 1] == follows < offsets[window + 1]:
            continue
        missed[window] += outage
        if outage > survival_ms[window] / interval_ms[window] + SLACK:
            failures[window] += 1
            down_ms[window] += outage * interval_ms[window] - survival_ms[window]
        outage = 0
    return missed, failures, down_ms


@numba.njit(nogil=True, cache=True)
def _in_time(latency_ms: FloatArray, offsets: IntArray, limit_ms: FloatArray) -> BoolArray:
    is_good = np.empty(len(latency_ms), dtype=np.bool_)
    for window in range(len(offsets) - 1):
        good = is_good[offsets[window] : offsets[window + 1]]
        latencies = latency_ms[offsets[window] : offsets[window + 1]]
        for i in range(len(good)):
            good[i] = latencies[i] <= limit_ms[window]
    return is_good


@numba.njit(nogil=True, cache=True)
def _lost_messages(latency_ms: FloatArray, offsets: IntArray) -> IntArray:
    lost = np.zeros(len(offsets) - 1, dtype=np.int64)
    for window in range(len(lost)):
        for latency in latency_ms[offsets[window] : offsets[window + 1]]:
            lost[window] += np.isnan(latency)
    return lost
