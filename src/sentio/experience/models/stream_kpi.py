"""Streaming experience from network KPIs: a curve fitted to people, held by P.1203 (ours).

How good a video looks at a bitrate depends on what it shows, which no network sees. So the curve is
fitted with each content's own place on the bitrate axis, and used with that place averaged out: a
gentler slope, more so for codecs after H.264. A third of the score is P.1203 on the same KPIs.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

import numpy as np

from sentio.experience.columns import BoolArray, FloatArray, IntArray, Lists, take
from sentio.experience.models.p1203_stalls import HALF_LIFE_S, LENGTH, NUMBER, OLD_WEIGHT
from sentio.experience.models.p1203_video import video_quality

STANDARD_SHARE = 1.0 / 3.0  # of P.1203 in the score; the rest is the fitted curve
CLIP_S = 28.0  # length of the rated clips: longer sessions dilute their stalls
COUNT_SPAN_S = 300.0  # stalls are counted over five minutes at most, the span of P.1203
START_S, END_S = 4.0, 6.0  # how fast the weight of the first and of the last picture fades
STANDARD_SWITCH = 0.4  # O22 that a mean switch by a factor e costs where no time course is known
HD_PIXELS = 1920.0 * 1080.0  # the largest display P.1203 knows
FPS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionCurve:
    """The fitted numbers, on the raters' scale of 0 to 100; costs and weights are >= 0.

    Attributes
    ----------
    floor, top
        Opinion of the poorest and the best picture, without stalls.
    midpoint, slope
        ln(kbit/s) of the opinion half way, and steepness there, of one content.
    content_spread, codec_spread
        Standard deviation of the midpoint between contents, and what newer codecs add to it.
    handheld_midpoint, large_midpoint, handheld_offset, large_offset
        How handhelds, and displays beyond 1080p, shift the midpoint and the opinion.
    switch_cost
        ln(kbit/s) that a mean switch by a factor e costs (without a time course).
    start_weight, end_weight
        Extra weight of the first and of the last picture (with a time course).
    initial, stall, stall_span_s, count
        Cost of the root of the initial delay in seconds; of stalls much longer than
        ``stall_span_s`` in all; of each stall.
    standard_offset
        What P.1203's own part is off the raters' scale.
    """

    floor: float
    top: float
    midpoint: float
    slope: float
    content_spread: float
    codec_spread: float
    handheld_midpoint: float
    large_midpoint: float
    handheld_offset: float
    large_offset: float
    switch_cost: float
    start_weight: float
    end_weight: float
    initial: float
    stall: float
    stall_span_s: float
    count: float
    standard_offset: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamKpis:
    """What the network knows of sessions, each of shape (rows,).

    ``course_ln_kbps`` holds ln(kbit/s) of the segments in order, rows without segments being
    scored by their mean and their switches alone.
    """

    mean_ln_kbps: FloatArray
    ln_pixels: FloatArray
    mean_abs_ln_switch: FloatArray
    initial_s: FloatArray
    stall_s: FloatArray
    stalls: FloatArray
    media_s: FloatArray
    is_handheld: BoolArray
    is_large: BoolArray
    is_newer_codec: BoolArray
    course_ln_kbps: Lists


@cache
def shipped_curves() -> tuple[OpinionCurve, OpinionCurve]:
    """Read the curves that were fitted to Waterloo SQoE-IV: by mean KPIs, by the time course."""
    path = files("sentio") / "experience" / "models" / "stream_kpi.toml"
    tables = tomllib.loads(path.read_text("utf-8"))
    return OpinionCurve(**tables["mean"]), OpinionCurve(**tables["course"])


def stream_opinion(kpis: StreamKpis, by_mean: OpinionCurve, by_course: OpinionCurve) -> FloatArray:
    """Opinion of sessions as the raters gave it, about 0 to 100, shape (rows,).

    Rows with a time course go by ``by_course``, all others by ``by_mean``.
    """
    has_course = kpis.course_ln_kbps.counts > 0
    if has_course.all() or not has_course.any():
        return _opinion(kpis, by_course if has_course.any() else by_mean)
    opinion = np.empty(len(has_course))
    for curve, chosen in ((by_mean, ~has_course), (by_course, has_course)):
        opinion[chosen] = _opinion(_of_rows(kpis, np.flatnonzero(chosen)), curve)
    return opinion


def _of_rows(kpis: StreamKpis, rows: IntArray) -> StreamKpis:
    course = take(kpis.course_ln_kbps, rows)
    assert isinstance(course, Lists)  # noqa: S101  (what it was taken from is one)
    others = (field.name for field in fields(kpis) if field.name != "course_ln_kbps")
    return StreamKpis(course_ln_kbps=course, **{name: getattr(kpis, name)[rows] for name in others})


def _opinion(kpis: StreamKpis, curve: OpinionCurve) -> FloatArray:
    people = people_opinion(kpis, curve, *averaged_place(kpis, curve))
    standard = standard_opinion(kpis) + curve.standard_offset
    return people + STANDARD_SHARE * (standard - people)


def averaged_place(kpis: StreamKpis, curve: OpinionCurve) -> tuple[FloatArray, FloatArray]:
    """Midpoint and slope of a content nobody has seen: the mean logistic of all that may be.

    Notes
    -----
    A logistic of slope s whose midpoint is normal with variance v is, in the mean, nearly a
    logistic of slope s / sqrt(1 + pi s^2 v / 8) (MacKay 1992).
    """
    variance = curve.content_spread**2 + kpis.is_newer_codec * curve.codec_spread**2
    slope = curve.slope / np.sqrt(1.0 + math.pi / 8.0 * curve.slope**2 * variance)
    return _midpoint(kpis, curve), slope


def known_place(
    kpis: StreamKpis, curve: OpinionCurve, shift: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Midpoint and slope of contents whose place is known; for fitting."""
    return _midpoint(kpis, curve) + shift, np.full(len(shift), curve.slope)


def _midpoint(kpis: StreamKpis, curve: OpinionCurve) -> FloatArray:
    by_device = kpis.is_handheld * curve.handheld_midpoint + kpis.is_large * curve.large_midpoint
    return curve.midpoint + by_device


def people_opinion(
    kpis: StreamKpis, curve: OpinionCurve, midpoint: FloatArray, slope: FloatArray
) -> FloatArray:
    """Opinion by the fitted curve alone; every row has a time course, or none has."""
    if len(kpis.course_ln_kbps.values):
        seen = _seen_over_time(kpis, curve, midpoint, slope)
    else:
        ln_kbps = kpis.mean_ln_kbps - curve.switch_cost * kpis.mean_abs_ln_switch
        seen = _logistic(slope * (ln_kbps - midpoint))
    offset = kpis.is_handheld * curve.handheld_offset + kpis.is_large * curve.large_offset
    opinion = curve.floor + (curve.top - curve.floor) * seen + offset
    return np.maximum(opinion, 0.0) * np.exp(-_annoyance(kpis, curve))


def standard_opinion(kpis: StreamKpis) -> FloatArray:
    """Opinion by P.1203 on a 1080p display: mean O22 times SI, stalls anywhere; 0 to 100."""
    course = kpis.course_ln_kbps
    if len(course.values):
        shape = _shape(course)
        o22 = _o22(
            np.repeat(kpis.mean_ln_kbps, course.counts) + shape,
            np.repeat(kpis.ln_pixels, course.counts) + shape,
        )
        o22 = np.add.reduceat(o22, course.offsets[:-1]) / course.counts
    else:
        o22 = _o22(kpis.mean_ln_kbps, kpis.ln_pixels) - STANDARD_SWITCH * kpis.mean_abs_ln_switch
    return 25.0 * np.maximum(o22 - 1.0, 0.0) * _stalling_index(kpis)


def _seen_over_time(
    kpis: StreamKpis, curve: OpinionCurve, midpoint: FloatArray, slope: FloatArray
) -> FloatArray:
    course, counts = kpis.course_ln_kbps, kpis.course_ln_kbps.counts
    ln_kbps = np.repeat(kpis.mean_ln_kbps - midpoint, counts) + _shape(course)
    seen = _logistic(np.repeat(slope, counts) * ln_kbps)
    length_s = np.repeat(kpis.media_s / counts, counts)
    since_start = np.arange(len(seen)) - np.repeat(course.offsets[:-1], counts)
    to_end = np.repeat(course.offsets[1:] - 1, counts) - np.arange(len(seen))
    weight = (
        1.0
        + curve.start_weight * np.exp(-since_start * length_s / START_S)
        + curve.end_weight * np.exp(-to_end * length_s / END_S)
    )
    starts = course.offsets[:-1]
    return np.add.reduceat(weight * seen, starts) / np.add.reduceat(weight, starts)


def _shape(course: Lists) -> FloatArray:
    """How far each segment lies from its session's mean; every row has segments."""
    means = np.add.reduceat(course.values, course.offsets[:-1]) / course.counts
    return course.values - np.repeat(means, course.counts)


def _annoyance(kpis: StreamKpis, curve: OpinionCurve) -> FloatArray:
    diluted_s = kpis.stall_s * CLIP_S / np.maximum(kpis.media_s, CLIP_S)
    stalled = curve.stall * -np.expm1(-diluted_s / curve.stall_span_s)
    return stalled + curve.count * _count(kpis) + curve.initial * np.sqrt(kpis.initial_s)


def _count(kpis: StreamKpis) -> FloatArray:
    return kpis.stalls * np.minimum(1.0, COUNT_SPAN_S / kpis.media_s)


def _stalling_index(kpis: StreamKpis) -> FloatArray:
    """SI of P.1203.3 for stalls that may lie anywhere in the session."""
    age = kpis.media_s * (math.log(2.0) / HALF_LIFE_S)
    past = np.exp(-age)
    initial_s = kpis.initial_s * (OLD_WEIGHT + (1.0 - OLD_WEIGHT) * past)
    stall_s = kpis.stall_s * (OLD_WEIGHT + (1.0 - OLD_WEIGHT) * (1.0 - past) / age)
    count = _count(kpis) + (kpis.initial_s > 0.0)
    return np.exp(-count / NUMBER - (initial_s + stall_s) / (kpis.media_s * LENGTH))


def _o22(ln_kbps: FloatArray, ln_pixels: FloatArray) -> FloatArray:
    return video_quality(np.exp(ln_kbps), np.exp(ln_pixels), display_pixels=HD_PIXELS, fps=FPS).o22


def _logistic(x: FloatArray) -> FloatArray:
    return 1.0 / (1.0 + np.exp(-x))
