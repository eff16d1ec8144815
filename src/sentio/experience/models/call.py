"""What every voice model reads of a call, and the loss that the ear hears (ITU-T G.107 Ppl)."""

from __future__ import annotations

import numpy as np

from sentio.experience.columns import Columns, FloatArray
from sentio.experience.models.outcome import RETAINED, SUCCEEDED
from sentio.experience.service import Input

CALL_INPUTS: tuple[Input, ...] = (
    # Up to 100 ms nobody notices a delay (mT of G.107): that is what nothing wrong looks like.
    Input(name="one_way_delay_ms", nominal=100.0, need="either", weight=0.25),
    Input(name="packet_loss_ratio", nominal=0.0, need="either", weight=0.4),
    Input(name="discard_ratio", nominal=0.0, weight=0.05),
    SUCCEEDED,
    RETAINED,
)
BURST = Input(name="burst_ratio", nominal=1.0, weight=0.05)


def lost_percent(columns: Columns) -> FloatArray:
    """Packets that the ear misses: lost in the network, or too late for the jitter buffer.

    Both shares are of the packets sent (RFC 3611 clause 4.7.1), so they add up.
    """
    lost = np.asarray(columns["packet_loss_ratio"]) + np.asarray(columns["discard_ratio"])
    return np.minimum(lost, 1.0) * 100.0
