"""Streaming experience from network KPIs: a curve fitted to people, held by P.1203 (ours).

How good a video looks at a bitrate depends on what it shows, which no network sees. So the curve is
fitted with each content's own place on the bitrate axis, and used with that place averaged out: a
gentler slope, more so for codecs after H.264. A third of the score is P.1203 on the same KPIs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from sentio.experience.columns import Columns, FloatArray, Lists, take
from sentio.experience.models.blocks import in_blocks
from sentio.experience.models.outcome import given_outcome
from sentio.experience.models.segments import HANDHELD, fitted, ladder_pixels, lists_of, texts_of
from sentio.experience.models.stream_curve import (
    OpinionCurve,
    Viewing,
    averaged_slope,
    midpoint_of,
    offset_of,
)
from sentio.experience.models.stream_picture import (
    HD_PIXELS,
    means_of,
    o22_at_mean,
    o22_over_time,
    seen_at_mean,
    seen_over_time,
)
from sentio.experience.models.stream_stalls import Waiting, patience, stalling_index
from sentio.experience.terms import InTerms, Term

STANDARD_SHARE = 1.0 / 3.0  # of P.1203 in the score; the rest is the fitted curve
STANDARD_SWITCH = 0.4  # O22 that a mean switch by a factor e costs where no time course is known
UNKNOWN_LN_KBPS, UNKNOWN_KBPS, UNKNOWN_LN_PIXELS = -10.0, 0.0, 0.0  # where nothing was told
LOWEST_KBPS, SHORTEST_S = 1.0, 1.0
BLOCK_VALUES, FEWEST_ROWS = 16_384, 64  # in a block
H264: dict[str, float] = {"h264": 0.0, "avc": 0.0, "avc1": 0.0}

KBPS = ("mean_ln_bitrate", "mean_bitrate_kbps", "course")
WAITS = ("initial_delay_ms", "stall_total_ms", "stall_count", "play_duration_ms")
SHOWN = (
    "play_duration_ms",
    "device_class",
    "display_width_px",
    "display_height_px",
    "video_codec",
)
PARTS = ("people_picture", "patience", "standard_picture", "stalling_index")

OfCurve: TypeAlias = Callable[[Columns, OpinionCurve], FloatArray]


def stream_model(by_mean: OpinionCurve, by_course: OpinionCurve) -> InTerms:
    """Make the model of two curves: one for sessions with a time course, one for all others."""

    def term(name: str, of: OfCurve, *reads: str) -> Term:
        return Term(name=name, reads=(*reads, "course"), of=_by_curve(of, by_mean, by_course))

    return InTerms(
        (
            Term(name="course", reads=("segment_bitrate_kbps",), of=course_ln_kbps),
            Term(name="ln_kbps", reads=KBPS, of=mean_ln_kbps),
            Term(name="ln_pixels", reads=("mean_ln_pixels", "ln_kbps"), of=mean_ln_pixels),
            term("people_picture", people_picture, "ln_kbps", "mean_abs_ln_switch", *SHOWN),
            term(
                "standard_picture", standard_picture, "ln_kbps", "ln_pixels", "mean_abs_ln_switch"
            ),
            term("patience", lambda x, curve: patience(waiting(x), curve), *WAITS),
            Term(name="stalling_index", reads=WAITS, of=lambda x: stalling_index(waiting(x))),
            term("mos", mos, *PARTS, "is_success"),
        )
    )


def course_ln_kbps(columns: Columns) -> Lists:
    """ln(kbit/s) of the segments of each session; empty where they are not known."""
    bitrates = lists_of(columns, "segment_bitrate_kbps")
    kbps = fitted(bitrates, bitrates, otherwise=LOWEST_KBPS)
    return Lists(np.log(np.maximum(kbps, LOWEST_KBPS)), bitrates.offsets)


def mean_ln_kbps(columns: Columns) -> FloatArray:
    """Mean of the logarithm where it was told; else of the segments; else of the mean bitrate."""
    told, course = np.asarray(columns["mean_ln_bitrate"]), lists_of(columns, "course")
    is_unknown = told <= UNKNOWN_LN_KBPS
    if not is_unknown.any():
        return told
    of_mean = np.log(np.maximum(np.asarray(columns["mean_bitrate_kbps"]), LOWEST_KBPS))
    of_segments = means_of(course.values, course.offsets)
    of_rest = np.where(course.counts > 0, of_segments, of_mean)
    return np.where(is_unknown, of_rest, told)


def mean_ln_pixels(columns: Columns) -> FloatArray:
    """Mean of the logarithm of the coded pixels; of those usual at the bitrate where not told."""
    told = np.asarray(columns["mean_ln_pixels"])
    is_unknown = told <= UNKNOWN_LN_PIXELS
    if not is_unknown.any():
        return told
    usual = np.log(ladder_pixels(np.exp(np.asarray(columns["ln_kbps"]))))
    return np.where(is_unknown, usual, told)


def people_picture(
    columns: Columns, curve: OpinionCurve, *, shift: FloatArray | None = None
) -> FloatArray:
    """Opinion of the picture alone by the fitted curve, 0 or more.

    Parameters
    ----------
    shift
        Places of the contents on the bitrate axis, where they are known (for fitting); else they
        are averaged out.
    """
    view, course = viewing(columns), lists_of(columns, "course")
    midpoint, slope = midpoint_of(curve, view), averaged_slope(curve, view)
    if shift is not None:
        midpoint, slope = midpoint + shift, np.full(len(shift), curve.slope)
    ln_kbps = np.asarray(columns["ln_kbps"])
    if len(course.values):
        seen = seen_over_time(
            ln_kbps,
            midpoint,
            slope,
            (course.values, course.offsets),
            media_s(columns),
            (curve.start_weight, curve.end_weight),
        )
    else:
        switched = ln_kbps - curve.switch_cost * np.asarray(columns["mean_abs_ln_switch"])
        seen = seen_at_mean(switched, midpoint, slope)
    seen *= curve.top - curve.floor
    seen += curve.floor + offset_of(curve, view)
    return np.maximum(seen, 0.0, out=seen)


def standard_picture(columns: Columns, _curve: OpinionCurve) -> FloatArray:
    """Opinion of the picture alone by P.1203 on a 1080p display, 0 to 100."""
    ln_kbps, ln_pixels = np.asarray(columns["ln_kbps"]), np.asarray(columns["ln_pixels"])
    course = lists_of(columns, "course")
    if len(course.values):
        o22 = o22_over_time(ln_kbps, ln_pixels, course.values, course.offsets)
    else:
        o22 = o22_at_mean(ln_kbps, ln_pixels)
        o22 -= STANDARD_SWITCH * np.asarray(columns["mean_abs_ln_switch"])
    return 25.0 * np.maximum(o22 - 1.0, 0.0)


def mos(columns: Columns, curve: OpinionCurve) -> FloatArray:
    """MOS of sessions, [1, 5], from the terms before."""
    looks, left, standard, index = (np.asarray(columns[name]) for name in PARTS)
    opinion, of_standard = looks * left, standard * index
    opinion *= 1.0 - STANDARD_SHARE
    of_standard += curve.standard_offset
    of_standard *= STANDARD_SHARE
    opinion += of_standard
    np.clip(opinion, 0.0, 100.0, out=opinion)
    opinion /= 25.0
    opinion += 1.0
    return given_outcome(opinion, columns, "is_success")


def waiting(columns: Columns) -> Waiting:
    """Bring the waits to seconds; a total without a count is one stall at least."""
    stall_s = np.asarray(columns["stall_total_ms"]) * 1e-3
    return Waiting(
        initial_s=np.asarray(columns["initial_delay_ms"]) * 1e-3,
        stall_s=stall_s,
        stalls=np.maximum(np.asarray(columns["stall_count"]), stall_s > 0.0),
        media_s=media_s(columns),
    )


def viewing(columns: Columns) -> Viewing:
    """Tell what the video is seen on, and by what it is coded."""
    is_handheld = texts_of(columns, "device_class").look_up(HANDHELD, 0.0) > 0.0
    shown = np.asarray(columns["display_width_px"]) * np.asarray(columns["display_height_px"])
    return Viewing(
        is_handheld=is_handheld,
        is_large=~is_handheld & (shown > HD_PIXELS),
        is_newer_codec=texts_of(columns, "video_codec").look_up(H264, 1.0) > 0.0,
    )


def media_s(columns: Columns) -> FloatArray:
    """Length of what was played, a second at least."""
    return np.maximum(np.asarray(columns["play_duration_ms"]) * 1e-3, SHORTEST_S)


def _by_curve(
    of: OfCurve, by_mean: OpinionCurve, by_course: OpinionCurve
) -> Callable[[Columns], FloatArray]:
    """Work out rows with and without a time course by the curve of each, a block at a time."""

    def of_rows(columns: Columns, curve: OpinionCurve) -> FloatArray:
        course = lists_of(columns, "course")
        rows = BLOCK_VALUES // (1 + len(course.values) // max(len(course), 1))
        return in_blocks(lambda block: of(block, curve), columns, rows=max(rows, FEWEST_ROWS))

    def of_all(columns: Columns) -> FloatArray:
        has_course = lists_of(columns, "course").counts > 0
        if has_course.all() or not has_course.any():
            return of_rows(columns, by_course if has_course.any() else by_mean)
        out = np.empty(len(has_course))
        for curve, chosen in ((by_mean, ~has_course), (by_course, has_course)):
            rows = np.flatnonzero(chosen)
            some = {name: take(column, rows) for name, column in columns.items()}
            out[rows] = of_rows(some, curve)
        return out

    return of_all
