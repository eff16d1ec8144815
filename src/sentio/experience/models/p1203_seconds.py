"""How the coded quality of one session feels over its seconds (ITU-T P.1203.3, O34 to O35)."""

from __future__ import annotations

import math

import numba
import numpy as np

from sentio.experience.columns import FloatArray

MOST_STEPS = 3600
NOTICEABLE = 0.2  # a change of O22 that counts
PAD, WINDOW, STRIDE = 4, 5, 3  # of the moving average that direction changes are counted on
LN2 = math.log(2.0)


@numba.njit(nogil=True, cache=True)
def seconds_of(media_s: float) -> tuple[int, float]:
    """How many steps a session is scored in, at least 1, and how long each is."""
    if media_s > MOST_STEPS:
        return MOST_STEPS, media_s / MOST_STEPS
    return max(1, int(media_s + 0.5)), 1.0


@numba.njit(nogil=True, cache=True)
def seconds_on_air(
    duration_s: FloatArray, o22: FloatArray, o21: FloatArray, seconds: int, step_s: float
) -> tuple[FloatArray, FloatArray]:
    """O22 and O34 of each second: those of the segment on air in its middle."""
    video, both = np.empty(seconds), np.empty(seconds)
    segment, ends_s = 0, duration_s[0]
    for t in range(seconds):
        middle_s = (t + 0.5) * step_s
        while segment < len(duration_s) - 1 and middle_s >= ends_s:
            segment += 1
            ends_s += duration_s[segment]
        seen, heard = o22[segment], o21[segment]
        mixed = -0.00069084 + 0.15374283 * heard + 0.97153861 * seen + 0.02461776 * heard * seen
        video[t], both[t] = seen, min(max(mixed, 1.0), 5.0)
    return video, both


@numba.njit(nogil=True, cache=True)
def coding_quality(o34: FloatArray) -> float:
    """O35 before corrections: a mean in which late and poor seconds weigh more."""
    seconds = len(o34)
    growth = math.exp(1.0 / (0.156497800436237 * seconds))
    late, total, weights = 0.0000404018840273729, 0.0, 0.0
    for x in o34:
        weight = (0.00666620027943848 + late) * (0.143179744942738 - 0.0238641564518876 * x)
        total += weight * x
        weights += weight
        late *= growth
    return total / weights


@numba.njit(nogil=True, cache=True)
def negative_bias(o34: FloatArray, base: float) -> float:
    """Tell what the worst tenth of the seconds takes away, the last ones weighing most."""
    seconds = len(o34)
    dips = np.empty(seconds)
    decay, past = math.exp(-LN2 / 7.85416481), 1.0
    for t in range(seconds - 1, -1, -1):
        dips[t] = (1.87403625 + (1.0 - 1.87403625) * past) * (o34[t] - base)
        past *= decay
    place = 0.1 * (seconds - 1)
    below = int(place)
    tenth, above = _neighbours(dips, below)
    if below + 1 < seconds:
        tenth += (place - below) * (above - tenth)
    return 0.0185382 * max(0.0, -tenth)


@numba.njit(nogil=True, cache=True)
def _neighbours(values: FloatArray, place: int) -> tuple[float, float]:
    """Values at a place and behind it, were they sorted; faster than numba's partition."""
    heap = np.full(place + 2, np.inf)  # the smallest ones; each is at least its two children
    for value in values:
        if value >= heap[0]:
            continue
        at, child = 0, 1
        while child < len(heap):
            if child + 1 < len(heap) and heap[child + 1] > heap[child]:
                child += 1
            if heap[child] <= value:
                break
            heap[at] = heap[child]
            at, child = child, 2 * child + 1
        heap[at] = value
    return heap[1:3].max(), heap[0]


@numba.njit(nogil=True, cache=True)
def direction_changes(o22: FloatArray) -> tuple[int, int]:
    """How often the smoothed quality turns up or down, and its longest calm period in seconds."""
    seconds = len(o22)
    signs = (seconds + PAD - 1) // STRIDE
    changes, longest, last_sign, last_at = 0, 0, 0, 0
    before = _smoothed(o22, 0)
    for i in range(signs):
        after = _smoothed(o22, STRIDE * (i + 1))
        sign = int(after - before > NOTICEABLE) - int(after - before < -NOTICEABLE)
        before = after
        if sign not in (0, last_sign):
            longest = max(longest, i - last_at)
            changes, last_sign, last_at = changes + 1, sign, i
    return changes, STRIDE * max(longest, signs - last_at)


@numba.njit(nogil=True, cache=True)
def _smoothed(o22: FloatArray, at: int) -> float:
    total = 0.0
    for i in range(at, at + WINDOW):
        total += o22[min(max(i - PAD, 0), len(o22) - 1)]
    return total / WINDOW


@numba.njit(nogil=True, cache=True)
def adaptation(o22: FloatArray, spread: float, changes: int, longest_s: int) -> tuple[float, float]:
    """Tell what swings of quality take away: by their turns (oscillation), by their size."""
    seconds = len(o22)
    if longest_s / seconds >= 0.25:
        return 0.0, 0.0
    steps = 0
    for t in range(1, seconds):
        steps += abs(o22[t] - o22[t - 1]) > NOTICEABLE
    adapt = 0.17332553 * spread * steps / seconds - 0.01035647
    turns = 0.0
    if longest_s < 30:
        size = max(0.0, 1.0 + math.log10(spread + 0.001))
        # Beyond 40 turns the exponential only overflows: the clamp below is long reached.
        turns = size * math.exp(0.6775608 * min(changes, 40) - 8.05533303)
    return min(max(turns, 0.0), 1.5), min(max(adapt, 0.0), 0.5)
