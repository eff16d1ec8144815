"""Adaptive video streaming from segments and stalls (ITU-T P.1203 mode 0, without its forest).

Confidence 0.86 is the correlation with people on the public P.1203 data without the forest (0.865
on personal computers, 0.902 on handhelds). Made for 1 to 5 minutes of H.264 on up to 1080p; other
codecs go through the published codec extension, AV1 (for which there is none) through that of VP9.
"""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import Columns, FloatArray, Lists
from sentio.experience.models.outcome import SUCCEEDED, given_outcome
from sentio.experience.models.p1203_audio import audio_quality
from sentio.experience.models.p1203_integration import over_seconds, overall, stalling_indices
from sentio.experience.models.p1203_video import (
    codec_coefficients,
    handheld,
    of_codec,
    video_score,
)
from sentio.experience.models.segments import (
    HANDHELD,
    fitted,
    ladder_pixels,
    lists_of,
    of_segments,
    texts_of,
)
from sentio.experience.service import Example, Input, Service
from sentio.experience.terms import InTerms, Term
from sentio.model.domain import Domain

SEGMENT_S = 4.0  # assumed length of a segment whose duration is not told
CODECS_PUBLISHED = frozenset({"h264", "avc", "avc1", "h265", "hevc", "hvc1", "hev1", "vp9", "vp09"})
NOMINAL_KBPS = 8000.0


def durations_s(columns: Columns) -> Lists:
    """Media time of each segment; the usual one where it is not told."""
    bitrates = lists_of(columns, "segment_bitrate_kbps")
    told = fitted(lists_of(columns, "segment_duration_s"), bitrates, otherwise=SEGMENT_S)
    return Lists(told, bitrates.offsets)


def o21(columns: Columns) -> FloatArray:
    """Audio score of each session."""
    codec, kbps = texts_of(columns, "audio_codec"), np.asarray(columns["audio_bitrate_kbps"])
    return audio_quality(codec, kbps)


def o22(columns: Columns) -> Lists:
    """Video score of every segment: coded, in its codec, on its device."""
    bitrates = lists_of(columns, "segment_bitrate_kbps")
    return Lists(video_scores(columns, bitrates), bitrates.offsets)


def o35(columns: Columns) -> FloatArray:
    """Score of the coded quality over each session; NaN where nothing was played."""
    durations, video = lists_of(columns, "durations_s"), lists_of(columns, "o22")
    audio = of_segments(np.asarray(columns["o21"]), durations)
    return over_seconds(durations, video.values, audio)[7]


def stalls(columns: Columns) -> FloatArray:
    """How much of it the stalls leave, (0, 1]."""
    position_s, stall_s = (
        lists_of(columns, f"stall_{word}_s") for word in ("position", "duration")
    )
    return stalling_indices(lists_of(columns, "durations_s"), position_s, stall_s)


def mos(columns: Columns) -> FloatArray:
    """MOS of streaming sessions, [1, 4.94]; one in which nothing was played scores 1."""
    whole = overall(np.asarray(columns["o35"]), np.asarray(columns["stalling_index"]))
    return given_outcome(whole, columns, "is_success")


def video_scores(columns: Columns, bitrates: Lists) -> FloatArray:
    """O22 of every segment, shape (segments,): coded, in its codec, on its device."""
    kbps = fitted(bitrates, bitrates, otherwise=0.0)
    width = fitted(lists_of(columns, "segment_width_px"), bitrates, otherwise=0.0)
    height = fitted(lists_of(columns, "segment_height_px"), bitrates, otherwise=0.0)
    pixels = np.where(width * height > 0.0, width * height, ladder_pixels(kbps))
    shown = np.asarray(columns["display_width_px"]) * np.asarray(columns["display_height_px"])
    coded = video_score(
        kbps,
        pixels,
        display_pixels=of_segments(shown, bitrates),
        fps=fitted(lists_of(columns, "segment_fps"), bitrates, otherwise=30.0),
    )
    coefficients = codec_coefficients(texts_of(columns, "video_codec"))
    seen = of_codec(coded, of_segments(coefficients, bitrates))
    in_hand = texts_of(columns, "device_class").look_up(HANDHELD, 0.0)
    return np.where(of_segments(in_hand, bitrates) > 0.0, handheld(seen), seen)


SEEN = (
    "segment_bitrate_kbps",
    "segment_width_px",
    "segment_height_px",
    "segment_fps",
    "display_width_px",
    "display_height_px",
    "video_codec",
    "device_class",
)
DURATIONS = ("segment_bitrate_kbps", "segment_duration_s")
STALLS = ("durations_s", "stall_position_s", "stall_duration_s")
MODEL = InTerms(
    (
        Term(name="durations_s", reads=DURATIONS, of=durations_s),
        Term(name="o21", reads=("audio_codec", "audio_bitrate_kbps"), of=o21),
        Term(name="o22", reads=SEEN, of=o22),
        Term(name="o35", reads=("durations_s", "o22", "o21"), of=o35),
        Term(name="stalling_index", reads=STALLS, of=stalls),
        Term(name="mos", reads=("o35", "stalling_index", "is_success"), of=mos),
    )
)


def _size(name: str, *, nominal: float) -> Input:
    # An adaptive player takes the size that the network carries: the network is to blame.
    return Input(
        name=name, nominal=nominal, assumed=(), need="grounds", weight=0.05, domain=Domain.RAN
    )


MINUTE = {"segment_duration_s": [4.0] * 15, "segment_bitrate_kbps": [8000.0] * 15}

SERVICE = Service(
    name="streaming",
    title="Video streaming",
    standard="ITU-T P.1203 (10/2017) mode 0, without the random forest of P.1203.3",
    version="1",
    subject_kind="user",
    inputs=(
        Input(name="segment_bitrate_kbps", nominal=NOMINAL_KBPS, need="must", weight=0.5),
        Input(
            name="segment_duration_s",
            nominal=SEGMENT_S,
            assumed=(),
            need="grounds",
            weight=0.1,
            is_driver=False,
        ),
        _size("segment_width_px", nominal=1920.0),
        _size("segment_height_px", nominal=1080.0),
        Input(name="segment_fps", nominal=30.0, assumed=(), weight=0.02),
        # One of the two lists is enough to take the blame: without its partner a stall is none.
        Input(name="stall_position_s", nominal=(), need="grounds", weight=0.1, is_driver=False),
        Input(name="stall_duration_s", nominal=(), need="grounds", weight=0.2),
        Input(
            name="video_codec",
            nominal="h264",
            need="grounds",
            weight=0.1,
            is_driver=False,
            scope=CODECS_PUBLISHED,
        ),
        Input(name="audio_codec", nominal="aaclc", assumed="unknown", weight=0.02, is_driver=False),
        Input(name="audio_bitrate_kbps", nominal=192.0, assumed=128.0, weight=0.02),
        Input(name="display_width_px", nominal=1920.0, weight=0.02, is_driver=False),
        Input(name="display_height_px", nominal=1080.0, weight=0.02, is_driver=False),
        Input(name="device_class", nominal="pc", weight=0.05, is_driver=False),
        SUCCEEDED,
    ),
    mos=MODEL,
    confidence=0.86,
    examples=(
        Example(
            # O34 is at its ceiling of 5: 0.02833052 + 0.98117059 x 5.
            given=MINUTE,
            mos=4.93418,
            source="by hand",
        ),
        Example(
            # w(30) = 0.48413 + 0.51587 / 8 = 0.54861; SI = exp(-1 / 9.35159 - 2 x 0.54861 /
            # (60 x 0.91891)) = 0.88088; 0.02833 + 0.98117 x (1 + 4 x 0.88088).
            given={**MINUTE, "stall_position_s": [30.0], "stall_duration_s": [2.0]},
            mos=4.46667,
            source="by hand, P.1203.3",
        ),
        Example(
            # O22 3.73145 of the segment throughout: O34 = 4.85257.
            given={
                "segment_bitrate_kbps": [135.8] * 15,
                "segment_width_px": [1280.0] * 15,
                "segment_height_px": [720.0] * 15,
                "segment_fps": [29.97] * 15,
                "display_width_px": 1280.0,
                "display_height_px": 720.0,
            },
            mos=4.78953,
            source="by hand, P.1203.1 and P.1203.3",
        ),
        Example(given={"segment_bitrate_kbps": []}, mos=1.0, source="nothing was played"),
        Example(given={**MINUTE, "is_success": 0.0}, mos=1.0, source="a session that failed"),
    ),
)
