"""An adaptive video player over a changing rate: its bitrates, its buffer, its stalls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray

LADDER_KBPS = np.array([300.0, 750.0, 1600.0, 3200.0, 5800.0])
SEGMENT_S = 4.0
MOST_BUFFER_S = 24.0
SAFETY = 0.75  # of the rate that the player trusts itself to use
SHORTEST_STALL_S = 0.1
PATIENCE_S = 25.0  # of waiting, then the viewer gives up


@dataclass(frozen=True, slots=True, kw_only=True)
class Playback:
    """Sessions as their players saw them; arrays of shape (sessions, segments) unless said.

    ``request_s`` counts from the first request. ``is_starved``: the buffer ran dry since the
    request before. ``is_startup``: nothing was played yet. ``is_asked`` is False for segments that
    the viewer never asked for. ``initial_s``, ``stall_s`` and ``stalls`` have shape (sessions,).
    """

    request_s: FloatArray
    arrive_s: FloatArray
    buffer_s: FloatArray
    bitrate_kbps: FloatArray
    rate_kbps: FloatArray
    is_starved: BoolArray
    is_startup: BoolArray
    is_asked: BoolArray
    initial_s: FloatArray
    stall_s: FloatArray
    stalls: IntArray

    @property
    def played_s(self) -> FloatArray:
        """Media that was asked for, in seconds; shape (sessions,)."""
        return self.is_asked.sum(axis=1) * SEGMENT_S


def play(rate_kbps: FloatArray, *, rtt_ms: FloatArray, segments: IntArray) -> Playback:
    """Play sessions in step, segment by segment.

    Parameters
    ----------
    rate_kbps
        What the network gives to each segment, shape (sessions, segments).
    rtt_ms
        Shape (sessions,).
    segments
        How many segments the viewer wants, shape (sessions,).
    """
    state = _Players(rate_kbps, rtt_ms, segments)
    for k in range(rate_kbps.shape[1]):
        state.fetch(k)
    return state.seen()


class _Players:
    """All players at the request of one segment."""

    def __init__(self, rate_kbps: FloatArray, rtt_ms: FloatArray, segments: IntArray) -> None:
        shape = rate_kbps.shape
        self._rate = rate_kbps
        self._rtt_s = rtt_ms / 1000.0
        self._segments = segments
        self._clock = 2.0 * self._rtt_s  # the manifest came first
        self._buffer = np.zeros(shape[0])
        self._stalled = np.zeros(shape[0])
        self._count = np.zeros(shape[0], dtype=np.int64)
        self._initial = np.zeros(shape[0])
        self._trusted = rate_kbps[:, 0] * 0.5
        self._was_dry = np.zeros(shape[0], dtype=np.bool_)
        self._floats = {name: np.zeros(shape) for name in ("ask", "come", "full", "kbps")}
        self._bools = {name: np.zeros(shape, dtype=np.bool_) for name in ("dry", "start", "asked")}

    def fetch(self, k: int) -> None:
        """Ask for segment ``k`` in every session and let it arrive."""
        wait = (self._buffer - (MOST_BUFFER_S - SEGMENT_S)).clip(0.0)
        self._clock, self._buffer = self._clock + wait, self._buffer - wait
        rung = np.searchsorted(LADDER_KBPS, SAFETY * self._trusted, side="right") - 1
        kbps = LADDER_KBPS[np.clip(rung, 0, 1 if k == 0 else len(LADDER_KBPS) - 1)]
        asked = (k < self._segments) & (self._stalled <= PATIENCE_S)
        self._note(k, kbps, asked)
        took = self._rtt_s + kbps * SEGMENT_S / self._rate[:, k]
        dry = (took - self._buffer).clip(0.0) if k else np.zeros(len(took))
        if k == 0:
            self._initial = self._clock + took
        self._was_dry = (dry > SHORTEST_STALL_S) & asked
        self._stalled += np.where(self._was_dry, dry, 0.0)
        self._count += self._was_dry
        drained = np.minimum(self._buffer, took) if k else 0.0
        self._buffer = self._buffer - drained + SEGMENT_S
        self._clock = self._clock + took
        self._floats["come"][:, k] = self._clock
        self._trusted = 0.6 * self._trusted + 0.4 * self._rate[:, k]

    def _note(self, k: int, kbps: FloatArray, asked: BoolArray) -> None:
        self._floats["ask"][:, k] = self._clock
        self._floats["full"][:, k] = self._buffer
        self._floats["kbps"][:, k] = kbps
        self._bools["dry"][:, k] = self._was_dry
        self._bools["start"][:, k] = k == 0
        self._bools["asked"][:, k] = asked

    def seen(self) -> Playback:
        return Playback(
            request_s=self._floats["ask"],
            arrive_s=self._floats["come"],
            buffer_s=self._floats["full"],
            bitrate_kbps=self._floats["kbps"],
            rate_kbps=self._rate,
            is_starved=self._bools["dry"],
            is_startup=self._bools["start"],
            is_asked=self._bools["asked"],
            initial_s=self._initial,
            stall_s=self._stalled,
            stalls=self._count,
        )


def rates(
    rng: np.random.Generator, rate_kbps: FloatArray, segments: int, *, spread: float = 0.35
) -> npt.NDArray[np.float64]:
    """Let a session's rate waver from segment to segment, shape (sessions, segments)."""
    step = rng.normal(0.0, spread * 0.6, (len(rate_kbps), segments))
    walk = np.zeros_like(step)
    for k in range(segments):  # each step forgets a part of the ones before
        walk[:, k] = (0.8 * walk[:, k - 1] if k else 0.0) + step[:, k]
    return np.maximum(rate_kbps[:, None] * np.exp(walk), 20.0)
