"""Web browsing by the log law of the page load (ITU-T G.1030), parts blamed for what they add.

Confidence 0.6 is our estimate; G.1030 reports 0.72 to 0.93 between times and opinions, on weighted
page times that nobody has in a network.
"""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import Columns, FloatArray
from sentio.experience.models.g1030 import instant_ms, page_mos
from sentio.experience.models.outcome import SUCCEEDED, given_outcome
from sentio.experience.service import Example, Input, Service


def mos(columns: Columns) -> FloatArray:
    """MOS of page loads, [1, 5]; 1 where the page never came."""
    return given_outcome(page_mos(np.asarray(columns["page_load_ms"])), columns, "is_success")


def _part(name: str, nominal_ms: float) -> Input:
    return Input(name=name, nominal=nominal_ms, weight=0.03, part_of="page_load_ms")


SERVICE = Service(
    name="web",
    title="Web browsing",
    standard="ITU-T G.1030 (02/2014)",
    version="1",
    subject_kind="user",
    inputs=(
        Input(name="page_load_ms", nominal=instant_ms(), need="must", weight=0.5),
        _part("dns_ms", 5.0),
        _part("tcp_connect_ms", 20.0),
        _part("first_response_ms", 40.0),
        _part("transfer_ms", 100.0),
        SUCCEEDED,
    ),
    mos=mos,
    confidence=0.6,
    provisional="the constants of G.1030 are from memory; all are taken to expect 15 s at most",
    poor_below=2.5,  # a page of 2.8 s
    examples=(
        Example(given={"page_load_ms": 1000.0}, mos=3.40, tolerance=0.005, source="G.1030, 15 s"),
        Example(given={"page_load_ms": 4000.0}, mos=2.17, tolerance=0.005, source="G.1030, 15 s"),
        Example(given={"is_success": 0.0}, mos=1.0, source="a page that never came"),
    ),
)
