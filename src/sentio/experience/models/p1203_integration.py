"""From seconds and stalls to one score a session (ITU-T P.1203.3 Pq, without its random forest).

The Recommendation takes a quarter of its score from twenty trees; what they add is small (PLCC
0.865 without against 0.869 with them on personal computers), so here the first part stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from sentio.experience.columns import FloatArray, IntArray, Lists
from sentio.experience.models.p1203_seconds import (
    adaptation,
    coding_quality,
    direction_changes,
    negative_bias,
    seconds_of,
    seconds_on_air,
)
from sentio.experience.models.p1203_stalls import stalling_index

LINEAR_A, LINEAR_B = 0.02833052, 0.98117059  # last step of P.1203.3
COLUMNS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Streaming sessions: the segments of each and its stalls.

    Attributes
    ----------
    duration_s, o22, o21
        Media time, video and audio score of each segment; three equal sets of lists.
    stall_position_s, stall_duration_s
        Media time and length of each stall; position 0 is the initial loading. A stall without
        its partner in the other list does not count.
    """

    duration_s: Lists
    o22: FloatArray
    o21: FloatArray
    stall_position_s: Lists
    stall_duration_s: Lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """What the Recommendation works out on the way to O46, each of shape (sessions,)."""

    o35_base: FloatArray
    negative_bias: FloatArray
    direction_changes: FloatArray
    longest_period_s: FloatArray
    spread: FloatArray
    oscillation: FloatArray
    adaptation: FloatArray
    o35: FloatArray
    stalling_index: FloatArray

    @property
    def o23(self) -> FloatArray:
        """How the stalls alone feel, [1, 5]."""
        return 1.0 + 4.0 * self.stalling_index

    @property
    def o46(self) -> FloatArray:
        """How the session feels, [1.01, 4.94]; 1 where no segment was played."""
        return overall(self.o35, self.stalling_index)


def integrate(sessions: Sessions) -> Integration:
    """Integrate sessions over time; made for 1 to 5 minutes, finite for any length.

    A session is scored second by second: second t shows the segment on air at t + 0.5. Above an
    hour it is scored in 3600 equal steps.

    Returns
    -------
    integration
        NaN throughout where a session has no media; only `Integration.o46` says 1 there.
    """
    out = over_seconds(sessions.duration_s, sessions.o22, sessions.o21)
    return Integration(
        o35_base=out[0],
        negative_bias=out[1],
        direction_changes=out[2],
        longest_period_s=out[3],
        spread=out[4],
        oscillation=out[5],
        adaptation=out[6],
        o35=out[7],
        stalling_index=stalling_indices(
            sessions.duration_s, sessions.stall_position_s, sessions.stall_duration_s
        ),
    )


def over_seconds(duration_s: Lists, o22: FloatArray, o21: FloatArray) -> FloatArray:
    """Integrate the coded quality alone: `Integration` up to ``o35``, shape (8, sessions)."""
    out = np.full((COLUMNS, len(duration_s)), np.nan)
    _integrate_all(out, duration_s.offsets, duration_s.values, o22, o21)
    return out


def stalling_indices(
    duration_s: Lists, stall_position_s: Lists, stall_duration_s: Lists
) -> FloatArray:
    """SI of each session, (0, 1]; NaN where it has no media."""
    return _stalls_all(
        duration_s.offsets,
        duration_s.values,
        stall_position_s.offsets,
        stall_position_s.values,
        stall_duration_s.offsets,
        stall_duration_s.values,
    )


def overall(o35: FloatArray, stalling_index: FloatArray) -> FloatArray:
    """O46, [1.01, 4.94], of the coded quality and the stalls; 1 where no segment was played."""
    mos = np.clip(1.0 + (o35 - 1.0) * stalling_index, 1.0, 5.0)
    return np.where(np.isnan(mos), 1.0, LINEAR_A + LINEAR_B * mos)


@numba.njit(nogil=True, cache=True)
def _integrate_all(
    out: FloatArray, offsets: IntArray, duration_s: FloatArray, o22: FloatArray, o21: FloatArray
) -> None:
    for i in range(len(offsets) - 1):
        start, end = offsets[i], offsets[i + 1]
        media_s = duration_s[start:end].sum()
        if end == start or not media_s > 0.0:
            continue
        seconds, step_s = seconds_of(media_s)
        video, both = seconds_on_air(
            duration_s[start:end], o22[start:end], o21[start:end], seconds, step_s
        )
        base = coding_quality(both)
        bias = negative_bias(both, base)
        changes, longest = direction_changes(video)
        spread = video.max() - video.min()
        osc, adapt = adaptation(video, spread, changes, longest)
        out[0, i], out[1, i], out[2, i], out[3, i] = base, bias, changes, longest
        out[4, i], out[5, i], out[6, i] = spread, osc, adapt
        out[7, i] = base - bias - osc - adapt


@numba.njit(nogil=True, cache=True)
def _stalls_all(
    offsets: IntArray,
    duration_s: FloatArray,
    position_offsets: IntArray,
    position_s: FloatArray,
    stall_offsets: IntArray,
    stall_s: FloatArray,
) -> FloatArray:
    index = np.full(len(offsets) - 1, np.nan)
    for i in range(len(index)):
        media_s = duration_s[offsets[i] : offsets[i + 1]].sum()
        if not media_s > 0.0:
            continue
        first, at = position_offsets[i], stall_offsets[i]
        stalls = min(position_offsets[i + 1] - first, stall_offsets[i + 1] - at)
        index[i] = stalling_index(
            position_s[first : first + stalls], stall_s[at : at + stalls], max(media_s, 1.0)
        )
    return index
