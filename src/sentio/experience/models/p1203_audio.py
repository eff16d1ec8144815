"""Audio quality from codec and bitrate (ITU-T P.1203.2, Pa)."""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import FloatArray, Texts
from sentio.experience.models.p1203_video import mos_of_r

UNKNOWN_AUDIO = 5.0  # O21 where nothing is known of the audio, P.1203

CODECS: dict[str, tuple[float, float, float]] = {
    "mp2": (100.0, -0.02, 15.48),
    **dict.fromkeys(("ac3", "eac3"), (100.0, -0.03, 15.70)),
    **dict.fromkeys(("aaclc", "aac"), (100.0, -0.05, 14.60)),
    **dict.fromkeys(("heaac", "aacplus"), (100.0, -0.11, 20.06)),
}
"""a1, a2, a3 of Qcod = a1 exp(a2 kbps) + a3; eac3 is taken as ac3."""


def audio_quality(codec: Texts, bitrate_kbps: FloatArray) -> FloatArray:
    """O21 of each row, [1.04, 4.9], or 5 where the codec is unknown.

    Examples
    --------
    >>> audio_quality(Texts.of(["mp2"]), np.array([34.05])).round(4).tolist()
    [1.9462]
    """
    a1, a2, a3 = (
        codec.look_up({name: row[i] for name, row in CODECS.items()}, np.nan) for i in range(3)
    )
    o21 = mos_of_r(100.0 - coding_impairment(a1, a2, a3, bitrate_kbps))
    return np.where(np.isnan(a1), UNKNOWN_AUDIO, o21)


def coding_impairment(
    a1: FloatArray | float, a2: FloatArray | float, a3: FloatArray | float, bitrate_kbps: FloatArray
) -> FloatArray:
    """Qcod of the Recommendation: what coding takes away, on the scale of 100."""
    return a1 * np.exp(a2 * bitrate_kbps) + a3
