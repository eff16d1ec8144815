"""How much of a streaming session's opinion its waiting leaves, from totals alone.

By the fitted costs (ours), and by P.1203.3 for stalls that may lie anywhere in the session.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np

from sentio.experience.columns import FloatArray
from sentio.experience.models.p1203_stalls import HALF_LIFE_S, LENGTH, NUMBER, OLD_WEIGHT
from sentio.experience.models.stream_curve import OpinionCurve
from sentio.experience.models.vector_math import exp

CLIP_S = 28.0  # length of the rated clips: longer sessions dilute their stalls
COUNT_SPAN_S = 300.0  # stalls are counted over five minutes at most, the span of P.1203
AGE_A_S = math.log(2.0) / HALF_LIFE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How long sessions and their waits are, and how many stalls they have; shape (rows,)."""

    initial_s: FloatArray
    stall_s: FloatArray
    stalls: FloatArray
    media_s: FloatArray


def patience(waiting: Waiting, curve: OpinionCurve) -> FloatArray:
    """Share of the people's opinion that is left, (0, 1], shape (rows,)."""
    return _patience(
        waiting.initial_s,
        waiting.stall_s,
        waiting.stalls,
        waiting.media_s,
        (curve.initial, curve.stall, curve.stall_span_s, curve.count),
    )


def stalling_index(waiting: Waiting) -> FloatArray:
    """SI of P.1203.3 for stalls that may lie anywhere in the session, (0, 1], shape (rows,)."""
    return _stalling_index(waiting.initial_s, waiting.stall_s, waiting.stalls, waiting.media_s)


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _patience(
    initial_s: FloatArray,
    stall_s: FloatArray,
    stalls: FloatArray,
    media_s: FloatArray,
    costs: tuple[float, float, float, float],
) -> FloatArray:
    initial, stall, stall_span_s, count = costs
    left = np.empty(len(initial_s))
    for i in range(len(left)):
        diluted_s = stall_s[i] * CLIP_S / max(media_s[i], CLIP_S)
        annoyance = stall * (1.0 - exp(-diluted_s / stall_span_s))
        annoyance += count * stalls[i] * min(1.0, COUNT_SPAN_S / media_s[i])
        left[i] = exp(-annoyance - initial * math.sqrt(initial_s[i]))
    return left


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _stalling_index(
    initial_s: FloatArray, stall_s: FloatArray, stalls: FloatArray, media_s: FloatArray
) -> FloatArray:
    index = np.empty(len(initial_s))
    for i in range(len(index)):
        age = media_s[i] * AGE_A_S
        past = exp(-age)
        weighted_s = initial_s[i] * (OLD_WEIGHT + (1.0 - OLD_WEIGHT) * past)
        weighted_s += stall_s[i] * (OLD_WEIGHT + (1.0 - OLD_WEIGHT) * (1.0 - past) / age)
        number = stalls[i] * min(1.0, COUNT_SPAN_S / media_s[i])
        number += 1.0 if initial_s[i] > 0.0 else 0.0
        index[i] = exp(-number / NUMBER - weighted_s / (media_s[i] * LENGTH))
    return index
