"""A virtual player: what an adaptive player would have shown over a throughput trace (ours).

It fetches one segment after the other. Its rate rule: the highest rung under 0.8 of the harmonic
mean of the last three segments' throughput, less where the buffer is short, one rung more where it
is long and the plain mean allows. Requests cost no time; nobody seeks, pauses or gives up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from sentio.experience.columns import FloatArray, IntArray, Lists

LADDER_KBPS = np.array([300.0, 700.0, 1200.0, 2500.0, 4500.0, 8000.0])
LADDER_PIXELS = np.array(
    [426.0 * 240, 640.0 * 360, 854.0 * 480, 1280.0 * 720, 1920.0 * 1080, 1920.0 * 1080]
)
SEGMENT_S = 4.0
FULL_S, SHORT_S, LONG_S = 24.0, 8.0, 16.0  # of buffer: where it stops, is careful, dares
SAFETY = 0.8
SHORTEST_S, LONGEST_S = 60.0, 3600.0  # a shorter trace is repeated, a longer one cut

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """What the player showed of each trace: rung and length of its segments, and its stalls.

    ``rung`` counts along `LADDER_KBPS`, one a segment. The last segment is as long as it was seen;
    a trace on which nothing arrives has no segments, and one stall.
    """

    duration_s: Lists
    rung: Codes
    stall_position_s: Lists
    stall_duration_s: Lists


def play(throughput_kbps: Lists, interval_s: FloatArray) -> Viewing:
    """Play a video over each trace, from its start to its end.

    Parameters
    ----------
    throughput_kbps
        What the network would carry, one number an interval; NaN and less than 0 count as 0.
    interval_s
        Length of an interval of each trace, shape (traces,).
    """
    spans_s = np.clip(throughput_kbps.counts * interval_s, SHORTEST_S, LONGEST_S)
    spans_s = np.where(throughput_kbps.counts > 0, spans_s, 0.0)
    most = np.ceil((spans_s + FULL_S) / SEGMENT_S).astype(np.int64) + 2
    room = np.concatenate([[0], np.cumsum(most)]).astype(np.int64)
    duration_s, rung, position_s, stall_s = np.zeros((4, room[-1]))
    segments, stalls = np.zeros((2, len(most)), dtype=np.int64)
    _play_all(
        throughput_kbps.values,
        throughput_kbps.offsets,
        interval_s,
        spans_s,
        room,
        duration_s,
        rung,
        position_s,
        stall_s,
        segments,
        stalls,
    )
    return Viewing(
        duration_s=_packed(duration_s, room, segments),
        rung=_packed(rung, room, segments).values.astype(np.int64),
        stall_position_s=_packed(position_s, room, stalls),
        stall_duration_s=_packed(stall_s, room, stalls),
    )


def _packed(values: FloatArray, room: IntArray, counts: IntArray) -> Lists:
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], counts)
    return Lists(values[np.repeat(room[:-1], counts) + within], offsets)


@numba.njit(nogil=True, cache=True)
def _play_all(
    kbps: FloatArray,
    offsets: IntArray,
    interval_s: FloatArray,
    span_s: FloatArray,
    room: IntArray,
    duration_s: FloatArray,
    rung: FloatArray,
    position_s: FloatArray,
    stall_s: FloatArray,
    segments: IntArray,
    stalls: IntArray,
) -> None:
    for i in range(len(span_s)):
        here = slice(room[i], room[i + 1])
        if span_s[i] > 0.0:
            segments[i], stalls[i] = _play_one(
                kbps[offsets[i] : offsets[i + 1]],
                interval_s[i],
                span_s[i],
                duration_s[here],
                rung[here],
                position_s[here],
                stall_s[here],
            )


@numba.njit(nogil=True, cache=True)
def _play_one(
    kbps: FloatArray,
    interval_s: float,
    span_s: float,
    duration_s: FloatArray,
    rung: FloatArray,
    position_s: FloatArray,
    stall_s: FloatArray,
) -> tuple[int, int]:
    now_s, buffer_s, fetched, stalls, chosen = 0.0, 0.0, 0, 0, 0
    recent = np.zeros(3)
    while now_s < span_s:
        idle_s = min(max(0.0, buffer_s + SEGMENT_S - FULL_S), span_s - now_s)
        now_s, buffer_s = now_s + idle_s, buffer_s - idle_s
        arrived_s = _arrival(kbps, interval_s, now_s, LADDER_KBPS[chosen] * SEGMENT_S, span_s)
        took_s = min(arrived_s, span_s) - now_s
        if took_s > buffer_s:  # the first segment always comes to an empty buffer
            position_s[stalls] = fetched * SEGMENT_S
            stall_s[stalls] = took_s - buffer_s
            stalls += 1
        now_s, buffer_s = now_s + took_s, max(buffer_s - took_s, 0.0)
        if arrived_s > span_s:
            break
        rung[fetched] = chosen
        duration_s[fetched] = SEGMENT_S
        recent[fetched % 3] = LADDER_KBPS[chosen] * SEGMENT_S / max(took_s, 1e-6)
        fetched, buffer_s = fetched + 1, buffer_s + SEGMENT_S
        chosen = _next_rung(recent[: min(fetched, 3)], buffer_s)
    return _cut(duration_s, fetched, buffer_s), stalls


@numba.njit(nogil=True, cache=True)
def _arrival(
    kbps: FloatArray, interval_s: float, now_s: float, kbit: float, span_s: float
) -> float:
    """When so many kbit asked for now have come; beyond the span where they never do."""
    step = int(now_s / interval_s)
    while now_s < span_s:
        ends_s = (step + 1) * interval_s
        rate = kbps[step % len(kbps)]
        if rate > 0.0:
            if rate * (ends_s - now_s) >= kbit:
                return now_s + kbit / rate
            kbit -= rate * (ends_s - now_s)
        now_s, step = ends_s, step + 1
    return np.inf


@numba.njit(nogil=True, cache=True)
def _next_rung(recent_kbps: FloatArray, buffer_s: float) -> int:
    steady = len(recent_kbps) / np.sum(1.0 / recent_kbps)
    bound = SAFETY * steady * min(1.0, buffer_s / SHORT_S)
    rung = max(0, int(np.searchsorted(LADDER_KBPS, bound, side="right")) - 1)
    dares = buffer_s >= LONG_S and rung + 1 < len(LADDER_KBPS)
    return rung + 1 if dares and LADDER_KBPS[rung + 1] <= steady else rung


@numba.njit(nogil=True, cache=True)
def _cut(duration_s: FloatArray, fetched: int, unseen_s: float) -> int:
    """Take what was fetched and not seen off the end; give how many segments are left."""
    while fetched > 0 and unseen_s >= duration_s[fetched - 1]:
        fetched -= 1
        unseen_s -= duration_s[fetched]
    if fetched > 0:
        duration_s[fetched - 1] -= max(unseen_s, 0.0)
    return fetched
