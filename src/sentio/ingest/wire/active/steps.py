"""Whether one answer follows the one before: steps of the sequence number, and breaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.ingest.wire.active.windows import spacing_ns
from sentio.ingest.wire.times.iso8601 import SECOND_NS
from sentio.kernel.arrays import BoolArray, FloatArray, IntArray

NUMBERS = 65_536
"""icmp_seq has 16 bits and starts again at 0 (RFC 792)."""
MAX_GAP = 20_000
"""A larger step is no outage but a damaged line or another run."""
MAX_LATE = 1_000
"""An answer may come this many messages late."""
MAX_LOST_AT_ONCE = 500_000
"""Losses that one block may tell of; past that only short gaps are believed."""
SHORT_GAP = 100
FEW = 3
"""Steps up to this need not agree with the time: senders catch up after a pause."""
PAUSE_NS = 600 * SECOND_NS
"""A longer silence between consecutive numbers is a pause of the log, or a changed clock."""
STEP_BACK_NS = 5 * SECOND_NS
"""A later message does not leave this much before an earlier one, unless the clock was set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Echoes:
    """Lines of one run: number as printed, time sent (0 if unknown), RTT (NaN if lost)."""

    line: IntArray
    number: IntArray
    sent_ns: IntArray
    rtt_ms: FloatArray

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.line)

    def where(self, chosen: BoolArray | slice) -> Echoes:
        """Keep some of the lines."""
        return Echoes(
            line=self.line[chosen],
            number=self.number[chosen],
            sent_ns=self.sent_ns[chosen],
            rtt_ms=self.rtt_ms[chosen],
        )


def steps(
    echoes: Echoes, before: tuple[int, int] | None, interval_ns: float | None
) -> tuple[IntArray, BoolArray]:
    """Compare each line with the one before it.

    Parameters
    ----------
    echoes
        At least one line.
    before
        Number (as printed) and time of the line before the first; None at the start of a run.
    interval_ns
        Time between two messages, if known already.

    Returns
    -------
    step, is_break
        By how much the message number moves, shape (lines,), wrapped into half of its range and
        0 at a break; and where a line cannot follow the one before it.
    """
    number, sent = echoes.number, echoes.sent_ns
    if before is None:
        before = (int(number[0]), int(sent[0]))
    interval = interval_ns or spacing_ns(number, sent) or 0.0
    former = np.concatenate([[before[0]], number[:-1]]), np.concatenate([[before[1]], sent[:-1]])
    step, is_break = _compare(former, (number, sent), interval)
    if np.where(is_break, 0, np.maximum(step - 1, 0)).sum() > MAX_LOST_AT_ONCE:
        is_break |= step > SHORT_GAP
    return np.where(is_break, 0, step), is_break


def strays(
    echoes: Echoes, is_break: BoolArray, before: tuple[int, int] | None, *, interval_ns: float
) -> BoolArray:
    """Tell which lines are damaged: between two breaks, and their neighbours go together."""
    number, sent = echoes.number, echoes.sent_ns
    alone = _alone(is_break, is_first=before is None)
    if before is None:
        before = (int(number[0]), int(sent[0]))
    former = np.concatenate([[before[0]], number[:-1]]), np.concatenate([[before[1]], sent[:-1]])
    later = np.append(number[1:], number[-1]), np.append(sent[1:], sent[-1])
    bridged = alone & ~_compare(former, later, interval_ns)[1]
    return bridged if bridged.any() else alone


Points = tuple[IntArray, IntArray]


def _compare(former: Points, later: Points, interval_ns: float) -> tuple[IntArray, BoolArray]:
    """Give the step from one line to another, and whether it cannot be."""
    step = (later[0] - former[0] + NUMBERS // 2) % NUMBERS - NUMBERS // 2
    is_break = (step > MAX_GAP) | (step < -MAX_LATE)
    if later[1].any():
        return step, is_break | _is_against_time(step, later[1] - former[1], interval_ns)
    return step, is_break | ((step < 0) & (later[0] <= 1))


def _is_against_time(step: IntArray, elapsed: IntArray, interval_ns: float) -> BoolArray:
    is_rushed = (step > FEW) & (elapsed < 0.1 * interval_ns * step)
    is_restart = (step < 0) & (elapsed > 0)
    is_paused = elapsed > np.maximum(PAUSE_NS, 20 * interval_ns * step)
    is_back = (elapsed < -PAUSE_NS) | ((step >= 0) & (elapsed < -STEP_BACK_NS))
    return is_rushed | is_restart | is_paused | is_back


def _alone(is_break: BoolArray, *, is_first: bool) -> BoolArray:
    """Tell which lines belong neither to what stands before nor to what comes after."""
    before = is_break.copy()
    before[0] |= is_first
    return before & np.append(is_break[1:], False)
