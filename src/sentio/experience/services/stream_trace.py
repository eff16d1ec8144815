"""Video streaming as a virtual player would have had it over a throughput trace (P.1203, ours).

For traces of drive tests, speed tests and active probes, where nobody streamed: the score says what
this network could have carried, not what somebody saw. Confidence 0.5 is our estimate.
"""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import Columns, FloatArray
from sentio.experience.models.blocks import in_blocks
from sentio.experience.models.p1203_audio import UNKNOWN_AUDIO
from sentio.experience.models.p1203_integration import Sessions, integrate
from sentio.experience.models.p1203_video import video_score
from sentio.experience.models.player import LADDER_KBPS, LADDER_PIXELS, play
from sentio.experience.models.segments import lists_of
from sentio.experience.service import Example, Input, Service

DISPLAY_PIXELS, FPS = 1920.0 * 1080.0, 30.0
BLOCK_TRACES = 1024


def mos(columns: Columns) -> FloatArray:
    """MOS of the virtual viewings, [1, 4.94]; 1 where nothing arrives."""
    return in_blocks(_viewed, columns, rows=BLOCK_TRACES)


def _viewed(columns: Columns) -> FloatArray:
    trace = lists_of(columns, "throughput_trace_kbps")
    viewing = play(trace, np.asarray(columns["sample_interval_ms"]) * 1e-3)
    of_rung = video_score(LADDER_KBPS, LADDER_PIXELS, display_pixels=DISPLAY_PIXELS, fps=FPS)
    sessions = Sessions(
        duration_s=viewing.duration_s,
        o22=of_rung[viewing.rung],
        o21=np.full(len(viewing.rung), UNKNOWN_AUDIO),
        stall_position_s=viewing.stall_position_s,
        stall_duration_s=viewing.stall_duration_s,
    )
    return integrate(sessions).o46


SERVICE = Service(
    name="stream_trace",
    title="Video streaming, as a virtual player would have it",
    standard="ITU-T P.1203 mode 0 without its forest, on segments of a player of our own",
    version="1",
    subject_kind="user",
    inputs=(
        Input(name="throughput_trace_kbps", nominal=25_000.0, need="must", weight=0.5),
        Input(
            name="sample_interval_ms",
            nominal=1000.0,
            need="grounds",
            weight=0.2,
            is_driver=False,
        ),
    ),
    mos=mos,
    confidence=0.5,
    provisional="what a virtual player would have shown: nobody streamed",
    examples=(
        Example(
            # A segment of 1200 kbit takes 12 s: stalls of 12 s at 0, of 8 s at 4, 8, 12 and (cut
            # by the end) 16 s. O34 = 1.97762; weighted length 34.7651 s;
            # SI = exp(-5 / 9.35159 - 34.7651 / 16 / 0.91891 - 4 / 16 / 11.05676) = 0.053834.
            given={"throughput_trace_kbps": [100.0] * 60, "sample_interval_ms": 1000.0},
            mos=1.061140,
            tolerance=1e-5,
            source="by hand, P.1203.3",
        ),
        Example(given={"throughput_trace_kbps": [0.0]}, mos=1.0, source="nothing arrives"),
    ),
)
