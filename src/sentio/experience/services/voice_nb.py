"""Narrowband voice by the E-model (ITU-T G.107 06/2015), with the codecs of ITU-T G.113.

Confidence 0.8 is our estimate: G.107 is a planning model, right on the mean of many calls.
"""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import Columns, FloatArray, Texts
from sentio.experience.models.call import BURST, CALL_INPUTS, LOSS, call_model, lost_percent
from sentio.experience.models.emodel import equipment, mos_from_r
from sentio.experience.models.emodel_over_ip import rating_over_ip
from sentio.experience.service import Example, Input, Service

PUBLISHED: dict[str, tuple[float, float]] = {  # Ie, Bpl of G.113 Appendix I
    "g711": (0.0, 4.3),  # lost packets are not concealed
    "g711-plc": (0.0, 25.1),
    "g729": (10.0, 19.0),
    "g729a-vad": (11.0, 19.0),
    "g723.1": (15.0, 16.1),
}
BORROWED: dict[str, tuple[float, float]] = {  # no published pair for these: never grounded
    "amr-12.2": (5.0, 10.0),
    "amr": (5.0, 10.0),
    "gsm-efr": (5.0, 10.0),
    "pcmu": (0.0, 25.1),
    "pcma": (0.0, 25.1),
}
CODECS = {**BORROWED, **PUBLISHED}
IE = {name: ie for name, (ie, _) in CODECS.items()}
BPL = {name: bpl for name, (_, bpl) in CODECS.items()}
IE_UNKNOWN, BPL_UNKNOWN = CODECS["amr-12.2"]  # between G.711 and G.729: our guess


def ie_eff(columns: Columns) -> FloatArray:
    """Impairment by codec and loss, Ie,eff, on the narrowband scale."""
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
    name="voice_nb",
    title="Voice, narrowband (2G, 3G, VoIP)",
    standard="ITU-T G.107 (06/2015)",
    version="1",
    subject_kind="user",
    inputs=(
        Input(
            name="voice_codec",
            nominal="g711-plc",
            need="grounds",
            weight=0.15,
            scope=frozenset(PUBLISHED),
        ),
        *CALL_INPUTS,
        BURST,
    ),
    mos=call_model(
        by_delay=rating_over_ip,
        by_loss=ie_eff,
        loss_reads=("voice_codec", *LOSS, "burst_ratio"),
        mos_of=mos_from_r,
    ),
    confidence=0.8,
    examples=(
        Example(
            given={"voice_codec": "g711", "one_way_delay_ms": 100.0, "packet_loss_ratio": 0.0},
            mos=4.355,
            source="G.107 with TELR 65, T = Ta, Tr = 2T: R 90.66",
        ),
        Example(
            given={"voice_codec": "g711", "one_way_delay_ms": 400.0, "packet_loss_ratio": 0.0},
            mos=3.216,
            source="G.107 with TELR 65, T = Ta, Tr = 2T: R 62.25",
        ),
        Example(
            given={"voice_codec": "g711", "one_way_delay_ms": 0.0, "packet_loss_ratio": 0.0},
            mos=4.409,
            source="G.107 defaults: R 93.206",
        ),
        Example(given={"is_success": 0.0}, mos=1.0, source="a call that failed"),
    ),
)
