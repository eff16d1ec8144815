"""Wideband voice (VoLTE, AMR-WB) by the wideband E-model (ITU-T G.107.1), codecs of ITU-T G.113.

Confidence 0.65 is our estimate. Read in public code, not in the Recommendation: see `provisional`.
"""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import Columns, FloatArray, Texts
from sentio.experience.models.call import BURST, CALL_INPUTS, LOSS, call_model, lost_percent
from sentio.experience.models.emodel import absolute_delay, equipment, mos_from_r
from sentio.experience.service import Example, Input, Service

R_BEST = 129.0  # Ro,WB; Is,WB = 0, A = 0
SCALE = 1.29  # wideband over narrowband rating; for the delay by analogy with G.107.2

# Ie,WB of G.113 (09/2024) Table IV.1, heard with one ear (handset). Not monotonic: so published.
IE = {
    "amr-wb-6.6": 41.0,
    "amr-wb-8.85": 26.0,
    "amr-wb-12.65": 13.0,
    "amr-wb-14.25": 10.0,
    "amr-wb-15.85": 7.0,
    "amr-wb-18.25": 5.0,
    "amr-wb-19.85": 3.0,
    "amr-wb-23.05": 1.0,
    "amr-wb-23.85": 8.0,
    "g722": 13.0,
}
# Bpl,WB of Table IV.4: three modes only, heard with both ears, random loss only.
BPL = {"amr-wb-12.65": 4.3, "amr-wb-23.05": 4.6, "amr-wb-23.85": 4.9}
IE_UNKNOWN, BPL_UNKNOWN = IE["amr-wb-12.65"], BPL["amr-wb-12.65"]  # the usual VoLTE mode


def by_delay(delay_ms: FloatArray) -> FloatArray:
    """Rating before codec and loss, on the wideband scale."""
    return R_BEST - SCALE * absolute_delay(delay_ms)


def ie_eff(columns: Columns) -> FloatArray:
    """Impairment by codec and loss, Ie,eff,WB."""
    codec = columns["voice_codec"]
    assert isinstance(codec, Texts)  # noqa: S101  (the catalogue says so)
    return np.asarray(
        equipment(
            codec.look_up(IE, IE_UNKNOWN),
            codec.look_up(BPL, BPL_UNKNOWN),
            ppl_percent=lost_percent(columns),
            burst_r=np.asarray(columns["burst_ratio"]),
        )
    )


SERVICE = Service(
    name="voice_wb",
    title="Voice, wideband (VoLTE)",
    standard="ITU-T G.107.1 (06/2019)",
    version="1",
    subject_kind="user",
    inputs=(
        Input(
            name="voice_codec",
            nominal="amr-wb-23.05",
            assumed="amr-wb-12.65",
            need="grounds",
            weight=0.2,
            scope=frozenset(IE),
        ),
        *CALL_INPUTS,
        BURST,
    ),
    mos=call_model(
        by_delay=by_delay,
        by_loss=ie_eff,
        loss_reads=("voice_codec", *LOSS, "burst_ratio"),
        mos_of=lambda r: mos_from_r(r / SCALE),
    ),
    confidence=0.65,
    provisional=(
        "provisional codec table: loss robustness is published for three modes and another way of "
        "listening only; the delay term is scaled by analogy with G.107.2"
    ),
    examples=(
        Example(
            given={"voice_codec": "amr-wb-12.65", "packet_loss_ratio": 0.0},
            mos=4.3371,
            source="G.107.1: R = 129 - 13 = 116, R / 1.29 = 89.92",
        ),
        Example(
            given={"voice_codec": "amr-wb-6.6", "packet_loss_ratio": 0.0},
            mos=3.5123,
            source="G.107.1: R = 129 - 41 = 88, R / 1.29 = 68.22",
        ),
        Example(given={"is_success": 0.0}, mos=1.0, source="a call that failed"),
    ),
)
