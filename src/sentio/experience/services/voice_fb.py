"""Fullband and super-wideband voice (VoNR, EVS, Opus) by the fullband E-model (ITU-T G.107.2).

Confidence 0.65 is our estimate: the equations are complete, the codec table is not.
"""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import Columns, FloatArray, Texts
from sentio.experience.models.call import CALL_INPUTS, LOSS, call_model, lost_percent
from sentio.experience.models.emodel_fb import (
    BPL_ONLY,
    IE_ONLY,
    fullband_delayed,
    fullband_equipment,
    fullband_mos,
)
from sentio.experience.service import Example, Input, Service

WIDEBAND_HANDICAP = 19.0  # G.113: Ie,fb = Ie,wb + 19
IE = {
    "evs": IE_ONLY,
    "opus": IE_ONLY,
    "amr-wb-12.65": 13.0 + WIDEBAND_HANDICAP,
    "amr-wb-23.05": 1.0 + WIDEBAND_HANDICAP,
    "amr-wb-23.85": 8.0 + WIDEBAND_HANDICAP,
    "amr-wb": 13.0 + WIDEBAND_HANDICAP,
    "g722": 13.0 + WIDEBAND_HANDICAP,
}


def ie_eff(columns: Columns) -> FloatArray:
    """Impairment by codec and loss, Ie,eff,FB."""
    codec = columns["voice_codec"]
    assert isinstance(codec, Texts)  # noqa: S101  (the catalogue says so)
    ie = codec.look_up(IE, IE_ONLY)
    return np.asarray(fullband_equipment(ie, BPL_ONLY, ppl_percent=lost_percent(columns)))


SERVICE = Service(
    name="voice_fb",
    title="Voice, fullband (VoNR, EVS, Opus)",
    standard="ITU-T G.107.2 (06/2019)",
    version="1",
    subject_kind="user",
    inputs=(
        Input(name="voice_codec", nominal="evs", need="grounds", weight=0.15, scope=frozenset(IE)),
        *CALL_INPUTS,
    ),
    mos=call_model(
        by_delay=fullband_delayed,
        by_loss=ie_eff,
        loss_reads=("voice_codec", *LOSS),
        mos_of=fullband_mos,
    ),
    confidence=0.65,
    provisional=(
        "provisional codec table: one pair (Ie 10.2, Bpl 4.3) stands for every fullband codec; "
        "the values of ITU-T G.113 for each are not in it"
    ),
    examples=(
        Example(
            given={"one_way_delay_ms": 100.0, "packet_loss_ratio": 0.0},
            mos=4.4075,
            source="G.107.2: R = 148 - 10.2 = 137.8, R / 1.48 = 93.11",
        ),
        Example(
            given={"one_way_delay_ms": 0.0, "packet_loss_ratio": 0.005},
            mos=4.18327,
            source="G.107.2: Ie,eff 22.8875, R / 1.48 = 84.54",
        ),
        Example(given={"is_success": 0.0}, mos=1.0, source="a call that failed"),
    ),
)
