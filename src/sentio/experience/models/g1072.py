"""Opinion of cloud gaming from the network's parameters (ITU-T G.1072 01/2020).

Made for 0.3 to 50 Mbit/s, 10 to 60 frames a second, 480p to 1080p, round trips up to 400 ms. The
effect of loss within a frame (slicing) stands in one source only: it is not cross-checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sentio.experience.columns import FloatArray

ClassArray: TypeAlias = npt.NDArray[np.integer]  # 0 low, 1 medium, 2 high
Table: TypeAlias = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]

CLASSES = ("low", "medium", "high")
MOS_WORST, MOS_BEST = 1.3, 4.64
FRAME_WORST, VIDEO_FRAME_WORST, INPUT_WORST, CODING_WORST = 68.98, 61.29, 68.98, 78.78
CODING_IN_R_WORST = 65.0  # the published code's own limit, in R as well as before slicing
FREEZING_FROM_MS = 16.0  # frame loss is ignored on shorter round trips

# Rows: low, medium, high. Columns: c0, c1, ... of the Recommendation's tables.
_FRAME: Table = (
    (23.43, 0.008574, -0.9253, 5.855),
    (54.71, 0.02589, -2.485, 9.306),
    (54.71, 0.02589, -2.485, 9.306),
)
_VIDEO_FRAME: Table = (
    (29.13, 0.01344, -1.283, 6.724),
    (47.03, 0.01747, -1.823, 10.7),
    (47.03, 0.01747, -1.823, 10.7),
)
_INPUT: Table = (
    (47.97, 2.097, 0.01073, -4.567),
    (90.0, 1.191, 0.009775, -18.73),
    (90.0, 1.191, 0.009775, -18.73),
)
_CODING: Table = (
    (52.505238, -28.0170325, -2.68405109, 5.46647668, 12.4214486, -28.0191642, 0.215799183),
    (37.9882097, -13.7207634, 8.57836656, 3.2658129, 6.83275916, -127.997288, 0.479594798),
    (47.7463038, -12.0699723, 9.05167501, 3.41919377, 7.62306351, -167.837954, 0.0760332685),
)
_SLICING: Table = (  # c7 to c13
    (
        *(19.7091683, 3358.30546, 28.369915, 0.000460029723),
        *(0.0234972977, 0.00164739513, 0.0895913579),
    ),
    (0.612878511, 0.00139396166, 56.2892863, 0.00046, 0.00475669545, 0.0581327058, 2.38014343),
    (
        *(1.57176227, 3.68595885, 74.0570804, 0.000459999348),
        *(0.00406000335, 2.58892015e-8, 0.868406685),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GamingUse:
    """What the network and the game give the player; each of shape (rows,).

    Losses are fractions. ``frame_loss_ratio`` freezes the picture (TCP-like recovery),
    ``slice_loss_ratio`` damages it (UDP with concealment). Classes are 0 low, 1 medium, 2 high.
    """

    bitrate_mbps: FloatArray
    pixels: FloatArray
    fps: FloatArray
    rtt_ms: FloatArray
    frame_loss_ratio: FloatArray
    slice_loss_ratio: FloatArray
    interaction_class: ClassArray
    video_class: ClassArray


@dataclass(frozen=True, slots=True, kw_only=True)
class GamingRating:
    """Each impairment of the Recommendation, the rating R and the MOS; shape (rows,)."""

    frame_loss_rate_percent: FloatArray
    coding: FloatArray
    transmission: FloatArray
    video_frame: FloatArray
    frame: FloatArray
    interaction: FloatArray
    r: FloatArray
    mos: FloatArray


def gaming_rating(use: GamingUse) -> GamingRating:
    """Rate uses of a cloud game."""
    flr = frame_loss_rate_percent(
        use.bitrate_mbps, fps=use.fps, rtt_ms=use.rtt_ms, frame_loss_ratio=use.frame_loss_ratio
    )
    log_flr = np.log(flr + 1.0)
    frame = frame_loss(use.fps, log_flr, use.interaction_class)
    video_frame = video_frame_loss(use.fps, log_flr, use.video_class)
    interaction = input_delay(use.rtt_ms, use.interaction_class)
    coding = video_coding(
        use.bitrate_mbps, pixels=use.pixels, fps=use.fps, video_class=use.video_class
    )
    transmission = slicing(coding, use.slice_loss_ratio, use.video_class)
    r = rating_of(
        coding=coding,
        transmission=transmission,
        video_frame=video_frame,
        frame=frame,
        interaction=interaction,
    )
    return GamingRating(
        frame_loss_rate_percent=flr,
        coding=coding,
        transmission=transmission,
        video_frame=video_frame,
        frame=frame,
        interaction=interaction,
        r=r,
        mos=mos_from_r(r),
    )


def rating_of(
    *,
    coding: FloatArray,
    transmission: FloatArray,
    video_frame: FloatArray,
    frame: FloatArray,
    interaction: FloatArray,
) -> FloatArray:
    """Give the rating R of all impairments, [0, 100]."""
    r = 100.0 - 0.788 * coding - 0.896 * transmission
    return np.clip(r - 0.227 * video_frame - 0.625 * frame - 0.848 * interaction, 0.0, 100.0)


def mos_from_r(r: FloatArray) -> FloatArray:
    """Give the MOS of a rating in [0, 100], [1.3, 4.64]."""
    mos = MOS_WORST + r * ((MOS_BEST - MOS_WORST) / 100.0 + (r - 60.0) * (100.0 - r) * 7e-6)
    return np.clip(mos, MOS_WORST, MOS_BEST)


def frame_loss_rate_percent(
    bitrate_mbps: FloatArray,
    *,
    fps: FloatArray,
    rtt_ms: FloatArray,
    frame_loss_ratio: FloatArray,
) -> FloatArray:
    """How many frames freezing takes away, in percent; 0 on round trips under 16 ms."""
    flr = np.zeros(len(fps))
    rows = np.flatnonzero((frame_loss_ratio > 0.0) & (rtt_ms >= FREEZING_FROM_MS))
    if len(rows):
        slope = 0.08526 + 0.00073 * fps[rows] + 1.425e-4 * bitrate_mbps[rows] * fps[rows]
        lost = slope * (0.09656 * rtt_ms[rows] - 1.5) * frame_loss_ratio[rows]
        flr[rows] = -100.0 * np.expm1(-lost)
    return flr


def frame_loss(fps: FloatArray, log_flr: FloatArray, interaction_class: ClassArray) -> FloatArray:
    """Impairment of control by lost frames, of ln(frame loss rate + 1)."""
    frame = _frame(_FRAME, interaction_class, fps=fps, log_flr=log_flr)
    return np.clip(frame, 0, FRAME_WORST)


def video_frame_loss(fps: FloatArray, log_flr: FloatArray, video_class: ClassArray) -> FloatArray:
    """Impairment of the picture by lost frames, of ln(frame loss rate + 1)."""
    frame = _frame(_VIDEO_FRAME, video_class, fps=fps, log_flr=log_flr)
    return np.clip(frame, 0, VIDEO_FRAME_WORST)


def input_delay(rtt_ms: FloatArray, interaction_class: ClassArray) -> FloatArray:
    """Impairment of control by the round trip, I_INP."""
    c0, c1, c2, c3 = _of_class(_INPUT, interaction_class)
    return np.clip(c0 / (1.0 + np.exp(c1 - c2 * rtt_ms)) + c3, 0.0, INPUT_WORST)


def video_coding(
    bitrate_mbps: FloatArray, *, pixels: FloatArray, fps: FloatArray, video_class: ClassArray
) -> FloatArray:
    """Impairment of the picture by its compression, I_VQ,cod as R uses it (limited to 65)."""
    c0, c1, c2, c3, c4, c5, c6 = _of_class(_CODING, video_class)
    bits_per_pixel = bitrate_mbps * 1e6 / (pixels * fps)
    complexity = c4 * np.exp(c5 * bits_per_pixel) + c6
    coding = c0 * np.exp(c1 * bits_per_pixel) + c2 * complexity + c3
    return np.minimum(np.clip(coding, 0.0, CODING_WORST), CODING_IN_R_WORST)


def slicing(
    coding: FloatArray, slice_loss_ratio: FloatArray, video_class: ClassArray
) -> FloatArray:
    """Impairment of the picture by losses within frames, I_VQ,trans; no second source."""
    harm = np.zeros(len(coding))
    rows = np.flatnonzero(slice_loss_ratio > 0.0)
    if len(rows):
        c7, c8, c9, _, c11, c12, c13 = _of_class(_SLICING, video_class[rows])
        p, coded = slice_loss_ratio[rows], coding[rows]
        # What coding has spoilt already, loss cannot spoil again: the magnitude ends at 0.
        magnitude = np.maximum(c9 - coded, 0.0) * p / (coded * c11 + p)
        harm[rows] = c7 * np.log(c8 * c12 * np.expm1(c13 * magnitude) + 1.0)
    return harm


def _frame(
    table: Table, classes: ClassArray, *, fps: FloatArray, log_flr: FloatArray
) -> FloatArray:
    c0, c1, c2, c3 = _of_class(table, classes)
    return c0 + (c1 * fps + c2) * fps + c3 * log_flr


def _of_class(table: Table, classes: ClassArray) -> list[FloatArray]:
    return [np.array(column).take(classes, mode="clip") for column in zip(*table, strict=True)]
