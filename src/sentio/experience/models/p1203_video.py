"""Video quality per segment from bitrate, size and frame rate (ITU-T P.1203.1 mode 0, Pv)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np

from sentio.experience.columns import FloatArray, Texts
from sentio.experience.models.vector_math import arcsin, exp, log

A1, A2, A3, A4 = 11.9983519, -2.99991847, 41.2475074001, 0.13183165961
HIGHEST_FPS = 120.0
LN10 = math.log(10.0)
MOS_WORST, MOS_BEST = 1.05, 4.9
LOWEST_KBPS, FEWEST_PIXELS, LOWEST_FPS = 1.0, 1.0, 1.0  # keep logarithms finite where nothing comes

H264 = (0.0, 0.0, 1.0, 0.0)
H265 = (-0.05196039, 0.39430046, 0.17486221, 0.50008018)
VP9 = (-0.04129014, 0.30953836, 0.32314399, 0.5284358)
CODECS: dict[str, tuple[float, float, float, float]] = {
    **dict.fromkeys(("h264", "avc", "avc1"), H264),
    **dict.fromkeys(("h265", "hevc", "hvc1", "hev1"), H265),
    **dict.fromkeys(("vp9", "vp09"), VP9),
    **dict.fromkeys(("av1", "av01"), VP9),  # no curve is published for AV1: taken as VP9
}
"""Cubic on O22 per codec: a x^3 + b x^2 + c x + d (codec extension of P.1203, MIT-like)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoQuality:
    """What the Recommendation works out on the way to O22, each of shape (segments,)."""

    quant: FloatArray
    coded_mos: FloatArray
    d_quantisation: FloatArray
    d_upscaling: FloatArray
    d_temporal: FloatArray
    o22: FloatArray


def video_quality(
    bitrate_kbps: FloatArray,
    pixels: FloatArray,
    *,
    display_pixels: FloatArray | float,
    fps: FloatArray | float,
) -> VideoQuality:
    """Score H.264 segments on a screen of up to 1080p; arguments broadcast.

    Blind to what the picture shows: an easy and a hard scene of one bitrate score alike.

    Parameters
    ----------
    bitrate_kbps, pixels
        Video bitrate and coded pixels (width times height).
    display_pixels
        Pixels of the area that shows the video.
    fps
        Frames a second; above 120 counts as 120.

    Returns
    -------
    quality
        ``o22`` in [1.04, 4.9].

    Examples
    --------
    >>> one = np.ones(1)
    >>> found = video_quality(135.8 * one, 921600 * one, display_pixels=921600, fps=29.97)
    >>> float(found.o22[0].round(3))
    3.731

    References
    ----------
    ITU-T P.1203.1 (01/2019) clause 8, mode 0.
    """
    out = rated(*_alike(bitrate_kbps, pixels, display_pixels, fps))
    return VideoQuality(
        quant=out[0],
        coded_mos=out[1],
        d_quantisation=out[2],
        d_upscaling=out[3],
        d_temporal=out[4],
        o22=out[5],
    )


def video_score(
    bitrate_kbps: FloatArray,
    pixels: FloatArray,
    *,
    display_pixels: FloatArray | float,
    fps: FloatArray | float,
) -> FloatArray:
    """O22 alone, as `video_quality` gives it."""
    return rated(*_alike(bitrate_kbps, pixels, display_pixels, fps))[5]


def handheld(o22: FloatArray) -> FloatArray:
    """Score the same video on a handheld screen, [1, 5]: small screens forgive."""
    return np.clip(-0.60293 + o22 * (2.12382 + o22 * (-0.36936 + o22 * 0.03409)), 1.0, 5.0)


def of_codec(o22: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Score the same bitrate in another codec, [1, 5].

    Parameters
    ----------
    coefficients
        shape (4, segments) or (4,): a, b, c, d of `CODECS`, as `codec_coefficients` gives them.
    """
    a, b, c, d = coefficients
    return np.clip(((a * o22 + b) * o22 + c) * o22 + d, 1.0, 5.0)


def codec_coefficients(codec: Texts) -> FloatArray:
    """Look up each row's codec (an unknown one counts as H.264), shape (4, rows)."""
    tables = ({name: row[i] for name, row in CODECS.items()} for i in range(4))
    return np.array([codec.look_up(table, H264[i]) for i, table in enumerate(tables)])


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def mos_of_r(r: FloatArray) -> FloatArray:
    """MOS of ratings on P.1203's own scale, [1.04, 4.9]; it dips just above r = 0."""
    mos = np.empty(len(r))
    for i in range(len(r)):
        mos[i] = _mos_of_r(r[i])
    return mos


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def r_of_mos(mos: FloatArray) -> FloatArray:
    """Ratings of MOS, [0, 100]: the inverse of `mos_of_r` on its rising branch, in closed form."""
    r = np.empty(len(mos))
    for i in range(len(mos)):
        r[i] = _r_of_mos(mos[i])
    return r


_P = 500.0 - 160.0**2 / 3.0  # u^3 + P u + Q = 0, where Q goes up with the MOS
_Q_AT_WORST = 160.0 * 500.0 / 3.0 - 2.0 * 160.0**3 / 27.0
_AMPLITUDE = 2.0 * math.sqrt(-_P / 3.0)
_SINE_B = 1.5 / _P * math.sqrt(-3.0 / _P) / 7e-6
_SINE_A = 1.5 * _Q_AT_WORST / _P * math.sqrt(-3.0 / _P) - _SINE_B * MOS_WORST


def _alike(*arguments: FloatArray | float) -> list[FloatArray]:
    return [np.array(one, dtype=np.float64, order="C") for one in np.broadcast_arrays(*arguments)]


@numba.njit(nogil=True, cache=True, inline="always", error_model="numpy", fastmath={"contract"})
def _mos_of_r(r: float) -> float:
    held = min(max(r, 0.0), 100.0)
    return MOS_WORST + 0.0385 * held + held * (held - 60.0) * (100.0 - held) * 7e-6


@numba.njit(nogil=True, cache=True, inline="always", error_model="numpy", fastmath={"contract"})
def _r_of_mos(mos: float) -> float:
    """Solve mos_of_r(r) = mos.

    Notes
    -----
    It is r^3 - 160 r^2 + 500 r + (mos - 1.05) / 7e-6 = 0; with r = u + 160/3 the square goes, and
    of the three real roots the middle one is wanted (Viete). Its sine is of at most 30 degrees,
    where the series is exact to 1e-13.
    """
    held = min(max(mos, MOS_WORST), MOS_BEST)
    third = arcsin(_SINE_A + _SINE_B * held) * (1.0 / 3.0)
    x2 = third * third
    sine = third * (
        1 + x2 * (-1 / 6 + x2 * (1 / 120 + x2 * (-1 / 5040 + x2 * (1 / 362880 - x2 / 39916800))))
    )
    r = min(max(160.0 / 3.0 - _AMPLITUDE * sine, 0.0), 100.0)
    return 0.0 if mos <= MOS_WORST else r


@numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
def rated(
    bitrate_kbps: FloatArray, pixels: FloatArray, display_pixels: FloatArray, fps: FloatArray
) -> FloatArray:
    """All terms of `VideoQuality` in its order, shape (6, segments); for kernels.

    One loop a step, not one for all: the steps wait for each other, the segments do not.
    """
    out = np.empty((6, len(bitrate_kbps)))
    quant, coded_mos, d_q, d_u, d_t, o22 = out[0], out[1], out[2], out[3], out[4], out[5]
    for i in range(len(o22)):
        kbps = max(bitrate_kbps[i], LOWEST_KBPS)
        pixel_rate = _frame_rate(fps[i]) * max(pixels[i], FEWEST_PIXELS)
        quant[i] = A3 + log(kbps * (kbps * kbps / pixel_rate + A4))  # ln a + ln b as ln ab
    for i in range(len(o22)):
        quant[i] = A1 + A2 * log(quant[i])
    for i in range(len(o22)):
        coded_mos[i] = min(max(4.66 - 0.07 * exp(4.06 * quant[i]), 1.0), 5.0)
    for i in range(len(o22)):
        d_q[i] = 100.0 - _r_of_mos(coded_mos[i])
    for i in range(len(o22)):
        scaling = max(1.0, display_pixels[i] / max(pixels[i], FEWEST_PIXELS))
        d_u[i] = min(max(72.61 / LN10 * log(0.32 * (scaling - 1.0) + 1.0), 0.0), 100.0)
    for i in range(len(o22)):
        rate = _frame_rate(fps[i])
        jerk = (30.98 - 1.29 * rate) / (64.65 + rate) if rate < 24.0 else 0.0
        d_t[i] = max((100.0 - d_q[i] - d_u[i]) * jerk, 0.0)
        o22[i] = _mos_of_r(100.0 - min(100.0, d_q[i] + d_u[i] + d_t[i]))
    return out


@numba.njit(nogil=True, cache=True, inline="always", error_model="numpy", fastmath={"contract"})
def _frame_rate(fps: float) -> float:
    return min(max(fps, LOWEST_FPS), HIGHEST_FPS)
