"""Rates of alarm kinds that excite each other between neighbours: a topological Hawkes process.

Each alarm of kind u raises the rate of kind v on its own and on neighbouring elements, by
``strength[u, v]`` alarms an element in all, which come after a mixture of exponential delays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from sentio.analysis.propagation.log import AlarmLog, Codes, Floats

DELAYS_S = (5.0, 60.0, 600.0)
"""Mean delays of the mixture in seconds, a decade apart: at once, by a timer, by slow decline."""
ROUNDS = 60
"""Rounds of expectation-maximisation; four times as many move no F1 of benchmarks/alarms.py by
more than 0.02."""
SMALLEST_RATE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Excitation:
    """What each kind adds to the rate of each other, and what is spontaneous."""

    base_rate: Floats
    """Spontaneous alarms of each kind, per second and element, shape (kinds,)."""
    weights: Floats
    """Alarms of v that one of u brings to each element it reaches, shape (u, delays, v)."""
    gain_nats: Floats
    """Log-likelihood that is lost when u no longer acts on v, shape (u, v)."""


def fit_excitation(log: AlarmLog, allowed: npt.NDArray[np.bool_]) -> Excitation:
    """Fit rates by expectation-maximisation (Veen and Schoenberg 2008), one kind after another.

    Takes memory for alarms x kinds x delays numbers of four bytes; time in proportion.

    Parameters
    ----------
    allowed
        Whether u may act on v, bool, shape (u, v).
    """
    kinds = log.kinds
    seen = traces(log)
    weights = np.zeros((kinds, len(DELAYS_S), kinds))
    gain = np.zeros((kinds, kinds))
    base = np.zeros(kinds)
    time_in_all = log.span_s * len(log.near.sizes)
    for kind in range(kinds):
        rows = seen[log.kind == kind].astype(np.float64)
        base[kind], weights[:, :, kind] = _fit_kind(
            rows, log.exposure, time_in_all, allowed[:, kind]
        )
        gain[:, kind] = _gains(rows, weights[:, :, kind], base[kind], log.exposure)
    return Excitation(base_rate=base, weights=weights, gain_nats=gain)


def traces(log: AlarmLog) -> npt.NDArray[np.float32]:
    """Sum what fades of earlier alarms near each alarm, shape (alarms, kinds, delays)."""
    return _traces(
        log.time_s,
        log.kind,
        log.element,
        log.near.starts,
        log.near.members,
        np.array(DELAYS_S),
        log.kinds,
    )


def _fit_kind(
    rows: Floats, exposure: Floats, time_in_all: float, allowed: npt.NDArray[np.bool_]
) -> tuple[float, Floats]:
    alarms, kinds, delays = rows.shape
    usable = allowed & (exposure > 0)
    if alarms == 0 or not usable.any():
        return alarms / time_in_all, np.zeros((kinds, delays))
    flat = rows[:, usable].reshape(alarms, -1)
    reach = np.repeat(exposure[usable], delays)
    weights = np.full(flat.shape[1], 0.1 * alarms / reach.sum())
    base = 0.5 * alarms / time_in_all
    for _ in range(ROUNDS):
        inverse = 1.0 / np.maximum(base + flat @ weights, SMALLEST_RATE)
        weights = weights * (inverse @ flat) / reach
        base = base * float(inverse.sum()) / time_in_all
    found = np.zeros((kinds, delays))
    found[usable] = weights.reshape(-1, delays)
    return base, found


def _gains(rows: Floats, weights: Floats, base: float, exposure: Floats) -> Floats:
    if not len(rows):
        return np.zeros(len(weights))
    parts = np.einsum("akd,kd->ak", rows, weights)
    rate = np.maximum(base + parts.sum(axis=1), SMALLEST_RATE)[:, None]
    without = np.maximum(rate - parts, SMALLEST_RATE)
    return np.log(rate / without).sum(axis=0) - weights.sum(axis=1) * exposure


@numba.njit(nogil=True, cache=True)
def _traces(
    time_s: Floats,
    kind: Codes,
    element: Codes,
    starts: Codes,
    members: Codes,
    delays_s: Floats,
    kinds: int,
) -> npt.NDArray[np.float32]:
    alarms, delays = len(time_s), len(delays_s)
    found = np.zeros((alarms, kinds, delays), np.float32)
    level = np.zeros((len(starts) - 1, kinds, delays))
    since = np.zeros(len(starts) - 1)
    decay = np.log1p(1.0 / delays_s)  # geometric in whole seconds, the clock of alarm logs
    height = 1.0 / (1.0 + delays_s)
    first = 0
    while first < alarms:
        last = first
        while last < alarms and time_s[last] == time_s[first]:
            last += 1
        # Alarms of one second may cause each other, but not their own kind.
        for is_other in (False, True):
            for row in range(first, last):
                for place in range(starts[element[row]], starts[element[row] + 1]):
                    near = members[place]
                    fade = np.exp(-decay * (time_s[first] - since[near]))
                    for cause in range(kinds):
                        if (cause != kind[row]) == is_other:
                            for each in range(delays):
                                found[row, cause, each] += fade[each] * level[near, cause, each]
            for row in range(first, 0 if is_other else last):
                place = element[row]
                level[place] *= np.exp(-decay * (time_s[row] - since[place]))
                since[place] = time_s[row]
                level[place, kind[row]] += height
        first = last
    return found
