"""How good the picture of a streaming session looks, at its mean bitrate or over its segments.

By the fitted logistic (ours), and by P.1203.1 on a 1080p display. The segments' course says only
how far each lies from the session's mean, which is told by itself.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from sentio.experience.columns import FloatArray, IntArray
from sentio.experience.models.p1203_video import rated
from sentio.experience.models.vector_math import exp

HD_PIXELS = 1920.0 * 1080.0  # the largest display P.1203 knows
FPS = 30.0
START_S, END_S = 4.0, 6.0  # how fast the weight of the first and of the last picture fades


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def o22_at_mean(ln_kbps: FloatArray, ln_pixels: FloatArray) -> FloatArray:
    """O22 of sessions that keep to one bitrate and size, shape (rows,)."""
    return _o22(_exp(ln_kbps), _exp(ln_pixels))


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def o22_over_time(
    ln_kbps: FloatArray, ln_pixels: FloatArray, course_ln_kbps: FloatArray, offsets: IntArray
) -> FloatArray:
    """Mean O22 of the segments of each session, whose sizes go with their bitrates.

    Parameters
    ----------
    ln_kbps, ln_pixels
        Mean of each session, shape (rows,).
    course_ln_kbps, offsets
        ln(kbit/s) of the segments, session i having offsets[i] to offsets[i + 1], one at least.
    """
    times_mean = _exp(_shape(course_ln_kbps, offsets))
    kbps = _scaled(_exp(ln_kbps), times_mean, offsets)
    pixels = _scaled(_exp(ln_pixels), times_mean, offsets)
    return means_of(_o22(kbps, pixels), offsets)


@numba.njit(nogil=True, cache=True)
def _o22(kbps: FloatArray, pixels: FloatArray) -> FloatArray:
    return rated(kbps, pixels, np.full(len(kbps), HD_PIXELS), np.full(len(kbps), FPS))[5]


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _exp(x: FloatArray) -> FloatArray:
    y = np.empty(len(x))
    for i in range(len(x)):
        y[i] = exp(x[i])
    return y


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def seen_at_mean(ln_kbps: FloatArray, midpoint: FloatArray, slope: FloatArray) -> FloatArray:
    """Place of sessions between the poorest picture (0) and the best (1), shape (rows,)."""
    seen = np.empty(len(ln_kbps))
    for i in range(len(ln_kbps)):
        seen[i] = _logistic(slope[i] * (ln_kbps[i] - midpoint[i]))
    return seen


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def seen_over_time(
    ln_kbps: FloatArray,
    midpoint: FloatArray,
    slope: FloatArray,
    course: tuple[FloatArray, IntArray],
    media_s: FloatArray,
    weights: tuple[float, float],
) -> FloatArray:
    """Place of sessions by their segments, of which the first and the last weigh more.

    Parameters
    ----------
    course
        Values and offsets, as for `o22_over_time`.
    media_s
        Length of each session, above 0; its segments are taken as equally long.
    weights
        A segment that starts t seconds after the first weighs ``weights[0]`` exp(-t / 4 s) more,
        one that starts t before the last ``weights[1]`` exp(-t / 6 s).
    """
    offsets, (start_weight, end_weight) = course[1], weights
    shape = _shape(course[0], offsets)
    seen = _scaled(slope, _around(ln_kbps - midpoint, shape, offsets), offsets)
    for i in range(len(seen)):
        seen[i] = _logistic(seen[i])
    means = np.empty(len(offsets) - 1)
    for row in range(len(means)):
        places = seen[offsets[row] : offsets[row + 1]]
        length_s = media_s[row] / len(places)
        start, end = math.exp(-length_s / START_S), math.exp(-length_s / END_S)
        plain, late, lates, early, earlies = 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(len(places)):  # Horner's rule: the weights are powers
            plain += places[i]
            late, lates = late * end + places[i], lates * end + 1.0
            early, earlies = early * start + places[len(places) - 1 - i], earlies * start + 1.0
        total = len(places) + start_weight * earlies + end_weight * lates
        means[row] = (plain + start_weight * early + end_weight * late) / total
    return means


@numba.njit(nogil=True, cache=True, inline="always", error_model="numpy", fastmath={"contract"})
def _logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _shape(course: FloatArray, offsets: IntArray) -> FloatArray:
    """How far each segment lies from its session's mean."""
    return _around(-means_of(course, offsets), course, offsets)


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _around(mean: FloatArray, course: FloatArray, offsets: IntArray) -> FloatArray:
    """Shift the course of each session by its own mean."""
    shifted = np.empty(len(course))
    for row in range(len(offsets) - 1):
        for i in range(offsets[row], offsets[row + 1]):
            shifted[i] = mean[row] + course[i]
    return shifted


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def _scaled(factor: FloatArray, course: FloatArray, offsets: IntArray) -> FloatArray:
    """Multiply the course of each session by its own factor."""
    scaled = np.empty(len(course))
    for row in range(len(offsets) - 1):
        for i in range(offsets[row], offsets[row + 1]):
            scaled[i] = factor[row] * course[i]
    return scaled


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def means_of(values: FloatArray, offsets: IntArray) -> FloatArray:
    """Mean of the numbers of each session, shape (rows,); 0 where there are none."""
    means = np.empty(len(offsets) - 1)
    for row in range(len(means)):
        total = 0.0
        for value in values[offsets[row] : offsets[row + 1]]:
            total += value
        means[row] = total / max(offsets[row + 1] - offsets[row], 1)
    return means
