"""The fitted numbers of `stream_kpi`, and the place of a content nobody has seen (ours)."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from sentio.experience.columns import BoolArray, FloatArray


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
class Viewing:
    """What the video is seen on and coded by, shape (rows,)."""

    is_handheld: BoolArray
    is_large: BoolArray
    is_newer_codec: BoolArray


@cache
def shipped_curves() -> tuple[OpinionCurve, OpinionCurve]:
    """Read the curves that were fitted to Waterloo SQoE-IV: by mean KPIs, by the time course."""
    path = files("sentio") / "experience" / "models" / "stream_kpi.toml"
    tables = tomllib.loads(path.read_text("utf-8"))
    return OpinionCurve(**tables["mean"]), OpinionCurve(**tables["course"])


def midpoint_of(curve: OpinionCurve, viewing: Viewing) -> FloatArray:
    """Midpoint of the curve on what each row is seen on, in ln(kbit/s)."""
    shift = viewing.is_handheld * curve.handheld_midpoint + viewing.is_large * curve.large_midpoint
    return curve.midpoint + shift


def offset_of(curve: OpinionCurve, viewing: Viewing) -> FloatArray:
    """How much more or less the same picture pleases on what each row is seen on."""
    return viewing.is_handheld * curve.handheld_offset + viewing.is_large * curve.large_offset


def averaged_slope(curve: OpinionCurve, viewing: Viewing) -> FloatArray:
    """Slope for a content nobody has seen: of the mean logistic of all contents that may be.

    Notes
    -----
    A logistic of slope s whose midpoint is normal with variance v is, in the mean, nearly a
    logistic of slope s / sqrt(1 + pi s^2 v / 8) (MacKay 1992).
    """
    older, newer = (
        curve.slope / math.sqrt(1.0 + math.pi / 8.0 * curve.slope**2 * variance)
        for variance in (
            curve.content_spread**2,
            curve.content_spread**2 + curve.codec_spread**2,
        )
    )
    return np.where(viewing.is_newer_codec, newer, older)
