"""Video calls: the weaker of sound (ITU-T G.107.2) and picture counts most (our own combination).

The picture follows the form that open WebRTC scoring uses: bits per pixel, frame rate and delay.
G.1070 would be the Recommendation; its integration of sound and picture was not found. Confidence
0.45 is our estimate.
"""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import Columns, FloatArray
from sentio.experience.models.call import CALL_INPUTS, LOSS, OUTCOME, lost_percent
from sentio.experience.models.emodel_fb import fullband_mos, fullband_rating
from sentio.experience.models.outcome import given_outcome
from sentio.experience.service import Example, Input, Service
from sentio.experience.terms import InTerms, Term

WEAKER_SHARE = 0.7  # how much the weaker of sound and picture counts: ours, not tuned
EXPECTED_FPS = 30.0
FEWEST_FPS, FEWEST_PIXELS, LOWEST_KBPS = 1.0, 160.0 * 90.0, 1.0  # below lies no video call


def sound_mos(columns: Columns) -> FloatArray:
    """MOS of the sound alone, [1, 4.5]."""
    delay_ms = np.asarray(columns["one_way_delay_ms"])
    return fullband_mos(fullband_rating(delay_ms, ppl_percent=lost_percent(columns)))


def coded_mos(columns: Columns) -> FloatArray:
    """MOS of the picture as it was sent, less its jerks, without delay and freezes."""
    fps = np.maximum(np.asarray(columns["stream_fps"]), FEWEST_FPS)
    width, height = np.asarray(columns["stream_width_px"]), np.asarray(columns["stream_height_px"])
    kbps = np.maximum(np.asarray(columns["stream_bitrate_kbps"]), LOWEST_KBPS)
    bits_per_pixel = kbps * 1e3 / (np.maximum(width * height, FEWEST_PIXELS) * fps)
    coded = np.clip(0.56 * np.log(bits_per_pixel) + 5.36, 1.0, 5.0)
    return coded - 1.9 * np.log(EXPECTED_FPS / np.minimum(fps, EXPECTED_FPS))


def picture_mos(columns: Columns) -> FloatArray:
    """MOS of the picture, [1, 5]; one that stands still all the time scores 1."""
    delayed = np.asarray(columns["coded"]) - 0.002 * np.asarray(columns["one_way_delay_ms"])
    moving = np.clip(delayed, 1.0, 5.0)
    return 1.0 + (moving - 1.0) * (1.0 - np.asarray(columns["freeze_ratio"]))


def mos(columns: Columns) -> FloatArray:
    """MOS of video calls, [1, 4.7]."""
    sound, picture = np.asarray(columns["sound"]), np.asarray(columns["picture"])
    weaker, better = np.minimum(sound, picture), np.maximum(sound, picture)
    both = WEAKER_SHARE * weaker + (1.0 - WEAKER_SHARE) * better
    return given_outcome(both, columns, *OUTCOME)


SENT = ("stream_bitrate_kbps", "stream_fps", "stream_width_px", "stream_height_px")
MODEL = InTerms(
    (
        Term(name="sound", reads=("one_way_delay_ms", *LOSS), of=sound_mos),
        Term(name="coded", reads=SENT, of=coded_mos),
        Term(
            name="picture",
            reads=("coded", "one_way_delay_ms", "freeze_ratio"),
            of=picture_mos,
        ),
        Term(name="mos", reads=("sound", "picture", *OUTCOME), of=mos),
    )
)

SERVICE = Service(
    name="video_call",
    title="Video call",
    standard="ITU-T G.107.2 for the sound; the picture and the combination are ours",
    version="1",
    subject_kind="user",
    inputs=(
        *CALL_INPUTS,
        Input(name="stream_bitrate_kbps", nominal=5000.0, need="either", weight=0.2),
        Input(name="stream_fps", nominal=30.0, weight=0.1),
        Input(name="freeze_ratio", nominal=0.0, weight=0.1),
        Input(name="stream_width_px", nominal=1280.0, weight=0.05, is_driver=False),
        Input(name="stream_height_px", nominal=720.0, weight=0.05, is_driver=False),
    ),
    mos=MODEL,
    confidence=0.45,
    provisional="the picture, and how it is joined to the sound, are ours: no published model",
    examples=(
        Example(
            # Sound: R 137.8, MOS 4.4075. Picture: 5e6 / (1280 x 720 x 30) = 0.18084 bit a pixel,
            # 0.56 ln + 5.36 = 4.4023, less 0.2 for 100 ms.
            given={"one_way_delay_ms": 100.0, "packet_loss_ratio": 0.0},
            mos=0.7 * 4.2023 + 0.3 * 4.4075,
            source="by hand",
        ),
        Example(given={"freeze_ratio": 1.0}, mos=0.7 + 0.3 * 4.4075, source="by hand"),
        Example(given={"is_success": 0.0}, mos=1.0, source="a call that failed"),
    ),
)
