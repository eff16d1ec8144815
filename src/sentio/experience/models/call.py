"""What every voice model reads of a call, and the loss that the ear hears (ITU-T G.107 Ppl)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sentio.experience.columns import Columns, FloatArray
from sentio.experience.models.outcome import RETAINED, SUCCEEDED, given_outcome
from sentio.experience.service import Input
from sentio.experience.terms import InTerms, Term

CALL_INPUTS: tuple[Input, ...] = (
    # Up to 100 ms nobody notices a delay (mT of G.107): that is what nothing wrong looks like.
    Input(name="one_way_delay_ms", nominal=100.0, need="either", weight=0.25),
    Input(name="packet_loss_ratio", nominal=0.0, need="either", weight=0.4),
    Input(name="discard_ratio", nominal=0.0, weight=0.05),
    SUCCEEDED,
    RETAINED,
)
BURST = Input(name="burst_ratio", nominal=1.0, weight=0.05)
LOSS = ("packet_loss_ratio", "discard_ratio")
OUTCOME = ("is_success", "is_retained")


def call_model(
    *,
    by_delay: Callable[[FloatArray], FloatArray],
    by_loss: Callable[[Columns], FloatArray],
    loss_reads: tuple[str, ...],
    mos_of: Callable[[FloatArray], FloatArray],
) -> InTerms:
    """Make the model of a voice call: R = (what the delay leaves) - Ie,eff, then MOS and outcome.

    Parameters
    ----------
    by_delay
        Rating before codec and loss, of the one-way delay in milliseconds.
    by_loss, loss_reads
        Impairment by codec and loss, Ie,eff, and the columns that it reads.
    mos_of
        MOS of a rating.
    """

    def mos(columns: Columns) -> FloatArray:
        r = np.asarray(columns["by_delay"]) - np.asarray(columns["ie_eff"])
        return given_outcome(mos_of(r), columns, *OUTCOME)

    def delayed(columns: Columns) -> FloatArray:
        return by_delay(np.asarray(columns["one_way_delay_ms"]))

    return InTerms(
        (
            Term(name="by_delay", reads=("one_way_delay_ms",), of=delayed),
            Term(name="ie_eff", reads=loss_reads, of=by_loss),
            Term(name="mos", reads=("by_delay", "ie_eff", *OUTCOME), of=mos),
        )
    )


def lost_percent(columns: Columns) -> FloatArray:
    """Packets that the ear misses: lost in the network, or too late for the jitter buffer.

    Both shares are of the packets sent (RFC 3611 clause 4.7.1), so they add up.
    """
    lost = np.asarray(columns["packet_loss_ratio"]) + np.asarray(columns["discard_ratio"])
    return np.minimum(lost, 1.0) * 100.0
