"""Cloud gaming by delay, frame loss and coding (ITU-T G.1072 01/2020).

Confidence 0.8 is our estimate. R uses the coding impairment limited to 65, as the published code
does in effect; whether the printed text means that for R too is not verified.
"""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import Columns, FloatArray, Texts
from sentio.experience.models.g1072 import (
    CLASSES,
    ClassArray,
    frame_loss,
    frame_loss_rate_percent,
    input_delay,
    mos_from_r,
    rating_of,
    slicing,
    video_coding,
    video_frame_loss,
)
from sentio.experience.models.outcome import SUCCEEDED, given_outcome
from sentio.experience.service import Example, Input, Service
from sentio.experience.terms import InTerms, Term

BITRATE_KBPS = (300.0, 50_000.0)  # scope of G.1072
FPS = (10.0, 60.0)
RTT_MS = (0.0, 400.0)
LOSS_RATIO = (0.0, 0.5)
WIDTH_PX, HEIGHT_PX = (640.0, 1920.0), (480.0, 1080.0)
CLASS_CODES = {name: float(code) for code, name in enumerate(CLASSES)}


def _log_lost(x: Columns) -> FloatArray:
    lost_percent = frame_loss_rate_percent(
        _bitrate_mbps(x),
        fps=np.asarray(x["fps"]),
        rtt_ms=_clipped(x, "rtt_ms", RTT_MS),
        frame_loss_ratio=_clipped(x, "frame_loss_ratio", LOSS_RATIO),
    )
    return np.log(lost_percent + 1.0)


def _frame(x: Columns) -> FloatArray:
    fps, log_lost = np.asarray(x["fps"]), np.asarray(x["log_lost"])
    return frame_loss(fps, log_lost, _codes(x, "interaction_class"))


def _video_frame(x: Columns) -> FloatArray:
    fps, log_lost = np.asarray(x["fps"]), np.asarray(x["log_lost"])
    return video_frame_loss(fps, log_lost, _codes(x, "video_class"))


def _interaction(x: Columns) -> FloatArray:
    return input_delay(_clipped(x, "rtt_ms", RTT_MS), _codes(x, "interaction_class"))


def _coding(x: Columns) -> FloatArray:
    width = _clipped(x, "stream_width_px", WIDTH_PX)
    return video_coding(
        _bitrate_mbps(x),
        pixels=width * _clipped(x, "stream_height_px", HEIGHT_PX),
        fps=np.asarray(x["fps"]),
        video_class=_codes(x, "video_class"),
    )


def _transmission(x: Columns) -> FloatArray:
    slice_loss_ratio = _clipped(x, "slice_loss_ratio", LOSS_RATIO)
    return slicing(np.asarray(x["coding"]), slice_loss_ratio, _codes(x, "video_class"))


def _mos(x: Columns) -> FloatArray:
    r = rating_of(**{name: np.asarray(x[name]) for name in IMPAIRMENTS})
    return given_outcome(mos_from_r(r), x, "is_success")


def _bitrate_mbps(x: Columns) -> FloatArray:
    return _clipped(x, "stream_bitrate_kbps", BITRATE_KBPS) * 1e-3


def _clipped(x: Columns, name: str, scope: tuple[float, float]) -> FloatArray:
    return np.clip(np.asarray(x[name]), *scope)


def _codes(columns: Columns, name: str) -> ClassArray:
    texts = columns[name]
    assert isinstance(texts, Texts)  # noqa: S101  (the catalogue says so)
    return texts.look_up(CLASS_CODES, CLASS_CODES["high"]).astype(np.intp)


IMPAIRMENTS = ("coding", "transmission", "video_frame", "frame", "interaction")
LOSING = ("stream_bitrate_kbps", "fps", "rtt_ms", "frame_loss_ratio")
CODED = (
    "stream_bitrate_kbps",
    "fps",
    "stream_width_px",
    "stream_height_px",
    "video_class",
)
MODEL = InTerms(  # outside the scope, a use scores as on its nearest edge
    (
        Term(name="fps", reads=("stream_fps",), of=lambda x: _clipped(x, "stream_fps", FPS)),
        Term(name="log_lost", reads=LOSING, of=_log_lost),
        Term(name="frame", reads=("fps", "log_lost", "interaction_class"), of=_frame),
        Term(name="video_frame", reads=("fps", "log_lost", "video_class"), of=_video_frame),
        Term(name="interaction", reads=("rtt_ms", "interaction_class"), of=_interaction),
        Term(name="coding", reads=CODED, of=_coding),
        Term(
            name="transmission",
            reads=("coding", "slice_loss_ratio", "video_class"),
            of=_transmission,
        ),
        Term(name="mos", reads=(*IMPAIRMENTS, "is_success"), of=_mos),
    )
)
"""MOS of uses of a cloud game, [1.3, 4.64]."""


def _context(name: str, nominal: float | str, scope: tuple[float, float] | frozenset[str]) -> Input:
    return Input(
        name=name, nominal=nominal, need="grounds", weight=0.05, scope=scope, is_driver=False
    )


SERVICE = Service(
    name="gaming",
    title="Cloud gaming",
    standard="ITU-T G.1072 (01/2020)",
    version="1",
    subject_kind="user",
    inputs=(
        Input(name="rtt_ms", nominal=10.0, need="either", weight=0.3, scope=RTT_MS),
        Input(
            name="stream_bitrate_kbps",
            nominal=50_000.0,
            assumed=20_000.0,
            need="either",
            weight=0.25,
            scope=BITRATE_KBPS,
        ),
        Input(name="stream_fps", nominal=60.0, need="grounds", weight=0.1, scope=FPS),
        Input(name="frame_loss_ratio", nominal=0.0, need="grounds", weight=0.1, scope=LOSS_RATIO),
        # Loss within frames stands in one source only: where there is any, nothing is grounded.
        Input(name="slice_loss_ratio", nominal=0.0, weight=0.02, scope=(0.0, 0.0)),
        _context("stream_width_px", 1920.0, WIDTH_PX),
        _context("stream_height_px", 1080.0, HEIGHT_PX),
        _context("interaction_class", "high", frozenset(CLASSES)),
        _context("video_class", "high", frozenset(CLASSES)),
        SUCCEEDED,
    ),
    mos=MODEL,
    confidence=0.8,
    examples=(
        Example(
            given={"stream_bitrate_kbps": 50_000.0, "rtt_ms": 0.0, "frame_loss_ratio": 0.2},
            mos=4.580889112437288,
            tolerance=1e-9,
            source="G.1072 reference case: 50 Mbit/s, 60 fps, 1080p, high, high",
        ),
        Example(
            given={"stream_bitrate_kbps": 20_000.0, "rtt_ms": 200.0},
            mos=3.053,
            source="G.1072 at 1080p60, high, high",
        ),
        Example(
            given={
                "stream_bitrate_kbps": 20_000.0,
                "rtt_ms": 200.0,
                "interaction_class": "low",
                "video_class": "low",
            },
            mos=4.155,
            source="G.1072 at 1080p60, low, low",
        ),
        Example(given={"is_success": 0.0}, mos=1.0, source="a game that never started"),
    ),
)
