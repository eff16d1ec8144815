"""Quality of a coded picture by bitrate, size and frame rate (ITU-T P.1203.1 mode 0, H.264)."""

from __future__ import annotations

from functools import cache

import numpy as np

from sentio.experience.columns import FloatArray

A1, A2, A3, A4 = 11.9983519, -2.99991847, 41.2475074001, 0.13183165961
Q1, Q2 = 4.66, 0.07
HIGHEST_FPS = 120.0
LOWEST_KBPS, FEWEST_PIXELS, LOWEST_FPS = 0.1, 1.0, 0.1  # a picture that is not there scores 1


def picture_mos(
    bitrate_kbps: FloatArray, pixels: FloatArray, *, display_px: FloatArray | float, fps: FloatArray
) -> FloatArray:
    """Score pictures as a person would who sees them on a display of so many pixels.

    Published for up to 1080p, H.264, 10 s of stream and more; blind to what the encoder did with
    the bits.

    Returns
    -------
    mos
        O22 of the Recommendation, shape (rows,), [1.04, 4.9].

    Examples
    --------
    >>> one = np.ones(1)
    >>> picture_mos(135.8 * one, 921600.0 * one, display_px=921600.0, fps=29.97 * one).round(3)[0]
    3.731
    """
    fps = np.clip(fps, LOWEST_FPS, HIGHEST_FPS)
    kbps, pixels = np.maximum(bitrate_kbps, LOWEST_KBPS), np.maximum(pixels, FEWEST_PIXELS)
    per_pixel = np.log(kbps * kbps / (pixels * fps) + A4)
    inner = np.maximum(A3 + np.log(kbps) + per_pixel, 1e-9)
    coded = np.clip(Q1 - Q2 * np.exp(4.06 * (A1 + A2 * np.log(inner))), 1.0, 5.0)
    d_quant = np.clip(100.0 - r_of_mos(coded), 0.0, 100.0)
    scaling = np.maximum(1.0, display_px / pixels)
    d_upscale = np.clip(72.61 * np.log10(0.32 * (scaling - 1.0) + 1.0), 0.0, 100.0)
    jerk = (100.0 - d_quant - d_upscale) * (30.98 - 1.29 * fps) / (64.65 + fps)
    d_time = np.where(fps < 24.0, np.clip(jerk, 0.0, 100.0), 0.0)
    return mos_of_r(100.0 - np.minimum(100.0, d_quant + d_upscale + d_time))


def mos_of_r(r: FloatArray) -> FloatArray:
    """MOS of a rating on the Recommendation's own scale, [1.04, 4.9]; it dips just above 0."""
    held = np.clip(r, 0.0, 100.0)
    return 1.05 + 3.85 * held / 100.0 + held * (held - 60.0) * (100.0 - held) * 7e-6


def r_of_mos(mos: FloatArray) -> FloatArray:
    """Rating of a MOS, [0, 100]: the inverse of `mos_of_r` on its rising branch."""
    moses, ratings = _rising_branch()
    return np.interp(mos, moses, ratings, left=0.0)


@cache
def _rising_branch() -> tuple[FloatArray, FloatArray]:
    ratings = np.linspace(0.0, 100.0, 200_001)
    moses = mos_of_r(ratings)
    rises = moses > 1.05
    return moses[rises], ratings[rises]
