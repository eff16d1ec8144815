"""How stalls feel: their number, weighted length and spacing (ITU-T P.1203.3, SI)."""

from __future__ import annotations

import math

import numba

from sentio.experience.columns import FloatArray

NUMBER, LENGTH, INTERVAL = 9.35158684, 0.91890815, 11.0567558
OLD_WEIGHT, HALF_LIFE_S = 0.48412879, 10.0  # what is long past weighs half, soon


@numba.njit(nogil=True, cache=True)
def stalling_index(position_s: FloatArray, stall_s: FloatArray, media_s: float) -> float:
    """Share of the quality that the stalls of one session leave, (0, 1].

    Stalls beyond the media, and those of no length, do not count.

    Parameters
    ----------
    position_s, stall_s
        Media time and length of each stall, in order; position 0 is the initial loading.
    media_s
        Media time of the session.
    """
    count, weighted_s = 0, 0.0
    first_s, last_s = 0.0, 0.0
    for position, length in zip(position_s, stall_s):  # noqa: B905  (numba knows no strict)
        if not length > 0.0 or not 0.0 <= position <= media_s:
            continue
        past = math.exp(-(media_s - position) * math.log(2.0) / HALF_LIFE_S)
        weighted_s += length * (OLD_WEIGHT + (1.0 - OLD_WEIGHT) * past)
        if count == 0:
            first_s = position
        last_s = position
        count += 1
    # The mean of the gaps between neighbours is what lies between first and last.
    interval_s = (last_s - first_s) / (count - 1) if count > 1 else 0.0
    length_share = weighted_s / media_s / LENGTH
    return math.exp(-count / NUMBER - length_share - interval_s / media_s / INTERVAL)
