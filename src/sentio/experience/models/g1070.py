"""Video quality of video telephony by bitrate, frame rate and loss (ITU-T G.1070, clause 11.2).

Five coefficient sets seen in public code. The Recommendation's integration with speech and delay
is not here: its coefficients were not found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.experience.columns import FloatArray

SETS: dict[int, tuple[float, ...]] = {
    1: (1.431, 0.02228, 3.759, 184.1, 1.161, 1.446, 0.0003881, 2.116, 467.4, 2.736, 15.28, 4.170),
    2: (7.160, 0.02215, 3.461, 111.9, 2.091, 1.382, 0.0005881, 0.8401, 113.9, 6.047, 46.87, 10.87),
    3: (4.78, 0.0122, 2.614, 51.68, 1.063, 0.898, 0.0006923, 0.7846, 85.15, 1.32, 539.48, 356.6),
    4: (
        1.182,
        0.0111,
        4.286,
        607.86,
        1.184,
        2.738,
        -0.000998,
        0.896,
        187.24,
        5.212,
        254.11,
        268.24,
    ),
    5: (5.517, 0.0129, 3.459, 178.53, 1.02, 1.15, 0.000355, 0.114, 513.77, 0.736, -6.451, 13.684),
}
"""v1 to v12: 1 MPEG-4 QVGA, 2 MPEG-4 QQVGA, 3 MPEG-2 VGA, 4 MPEG-4 VGA, 5 H.264 VGA (9.2 inch)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoRating:
    """The terms of the Recommendation and the video quality ``vq`` in [1, 5]; shape (rows,)."""

    best_fps: FloatArray  # Ofr
    best_quality: FloatArray  # IOfr
    fps_tolerance: FloatArray  # DFr
    coding: FloatArray  # Icoding
    loss_robustness_percent: FloatArray  # DPpl
    vq: FloatArray


def video_rating(
    bitrate_kbps: FloatArray, fps: FloatArray, *, ppl_percent: FloatArray, coefficients: int
) -> VideoRating:
    """Rate a video stream.

    Parameters
    ----------
    bitrate_kbps, fps, ppl_percent
        Shape (rows,); above 0, above 0, and in [0, 100].
    coefficients
        Which of `SETS`, by its number.
    """
    v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12 = SETS[coefficients]
    best_fps = np.clip(v1 + v2 * bitrate_kbps, 1.0, 30.0)
    # Public codes disagree where the exponent stands; only (Br / v4)^v5 gives sane results.
    best_quality = np.clip(v3 - v3 / (1.0 + (bitrate_kbps / v4) ** v5), 0.0, 4.0)
    fps_tolerance = v6 + v7 * bitrate_kbps
    off = np.log(fps) - np.log(best_fps)
    coding = best_quality * np.exp(-(off * off) / (2.0 * fps_tolerance * fps_tolerance))
    robustness = v10 + v11 * np.exp(-fps / v8) + v12 * np.exp(-bitrate_kbps / v9)
    return VideoRating(
        best_fps=best_fps,
        best_quality=best_quality,
        fps_tolerance=fps_tolerance,
        coding=coding,
        loss_robustness_percent=robustness,
        vq=1.0 + coding * np.exp(-ppl_percent / robustness),
    )
