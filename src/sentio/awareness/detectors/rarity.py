"""Many views of one series, each judged by its own past; speaks when several find it rare at once.

Views: level, means, spreads, changes, steps, residuals of the hour of the day. Each deviation from
a view's usual value is held against the largest peaks so far (`sentio.awareness.peaks`), so that no
threshold has a unit and streams compare. After it spoke, it gets used to what it saw for a while.
I. Weissman, Estimation of parameters and large quantiles, JASA 73 (1978) 812-815.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from sentio.awareness.detector import Detector, FloatArray, State
from sentio.awareness.peaks import PEAKS, rarity
from sentio.awareness.views import ONE_SIDED_FROM, VIEWS, ViewState, fresh_views, look

GREATEST = 1e150  # what is greater counts as missing: its square is no number
SILENT_ROWS = 32  # too few to call anything rare
MEMORY_ROWS = 10_000  # over which the usual value of a view is averaged, in the end
USUAL_SPREADS = 1.0  # an outlier pulls the usual value no further; tuned by benchmarks/nab.py, as
QUIET_NATS = 0.5  # what is quieter is not told, and wears nothing out
LOUDER_RATIO = 1.7  # by which a value must be louder than what it just got used to
REST_ROWS, REST_RATIO = 50.0, 0.05  # it forgets over so many rows, or this share of all rows
SPOKEN = 16  # times that it spoke are remembered ...
REPEATED_DISCOUNT = 0.1  # ... and each that was as loud takes this much off
HALF_NATS = 7.5  # loudness that scores 0.5


class Memory(NamedTuple):
    """All that is remembered of one series."""

    views: ViewState
    usual: np.ndarray  # (2, VIEWS): mean, mean deviation
    peaks: np.ndarray  # (VIEWS, 2, PEAKS)
    event: np.ndarray  # (VIEWS, 2, 2)
    largest: np.ndarray  # (VIEWS, 2, 1)
    voice: np.ndarray  # (1 + SPOKEN,): what it is used to, the last times it spoke
    spoken: np.ndarray  # (1,)


def start() -> State:
    """Remember nothing yet."""
    return _flat(
        Memory(
            views=fresh_views(),
            usual=np.zeros((2, VIEWS)),
            peaks=np.zeros((VIEWS, 2, PEAKS)),
            event=np.full((VIEWS, 2, 2), -1),
            largest=np.zeros((VIEWS, 2, 1)),
            voice=np.zeros(1 + SPOKEN),
            spoken=np.zeros(1, np.int64),
        )
    )


def see(
    state: State, values: FloatArray, times_s: FloatArray | None = None
) -> tuple[State, FloatArray]:
    """Score values as they come; costs about a microsecond each."""
    arrays = tuple(array.copy() for array in state)
    fields = len(ViewState._fields)
    memory = Memory(ViewState(*arrays[:fields]), *arrays[fields:])
    series = np.ascontiguousarray(values, dtype=np.float64)
    hours = _hours(times_s, len(series))
    return arrays, _scores(memory, series, hours)


def _hours(times_s: FloatArray | None, rows: int) -> np.ndarray:
    """Hour of the day, or -1 where the time is not known."""
    if times_s is None:
        return np.full(rows, -1)
    hours = np.floor(np.asarray(times_s, dtype=np.float64) / 3600.0) % 24.0
    return np.where(np.isfinite(hours), hours, -1.0).astype(np.int64)


def _flat(memory: Memory) -> State:
    return (*memory.views, *memory[1:])


@numba.njit(nogil=True, cache=True)
def _scores(m: Memory, values: np.ndarray, hours: np.ndarray) -> np.ndarray:
    scores = np.zeros(len(values))
    views = np.empty(VIEWS)
    for i in range(len(values)):
        if abs(values[i]) < GREATEST:  # not so for a missing one
            look(m.views, values[i], hours[i], views)
            nats = _concord(m, views)
            loud = _speak(m.voice, m.spoken, nats, m.views.counts[0] - 1)
            scores[i] = loud / (loud + HALF_NATS)
    return scores


@numba.njit(nogil=True, cache=True)
def _concord(m: Memory, views: np.ndarray) -> float:
    """Add up how rare each view is."""
    row = m.views.counts[0] - 1
    total = 0.0
    for view in range(VIEWS):
        mean, spread = m.usual[0, view], m.usual[1, view]
        deviation = views[view] - mean if row > 0 else 0.0
        nats = rarity(deviation, row, m.peaks[view, 0], m.event[view, 0], m.largest[view, 0])
        if view < ONE_SIDED_FROM:
            below = rarity(-deviation, row, m.peaks[view, 1], m.event[view, 1], m.largest[view, 1])
            nats = max(nats, below)
        total += nats
        share = 1.0 / min(row + 1, MEMORY_ROWS)
        most = USUAL_SPREADS * spread if row >= 8 else np.inf
        m.usual[1, view] += share * (abs(deviation) - spread)
        m.usual[0, view] += share * min(max(deviation, -most), most) if row > 0 else views[view]
    return total if row >= SILENT_ROWS else 0.0


@numba.njit(nogil=True, cache=True)
def _speak(voice: np.ndarray, spoken: np.ndarray, nats: float, row: int) -> float:
    """Tell only what is louder than what it is used to, less if it was often as loud."""
    voice[0] *= np.exp(-1.0 / max(REST_ROWS, REST_RATIO * row))
    if nats <= LOUDER_RATIO * voice[0] or nats <= QUIET_NATS:
        return 0.0
    as_loud = 0
    for k in range(SPOKEN):
        as_loud += voice[1 + k] >= nats
    voice[0] = nats
    voice[1 + spoken[0] % SPOKEN] = nats
    spoken[0] += 1
    return nats / (1.0 + REPEATED_DISCOUNT * as_loud)


DETECTOR = Detector(
    name="rarity",
    title="Views of a series, each judged by its own largest peaks",
    standard="Weissman 1978 (tail probability), Hill 1975 (tail index)",
    threshold=0.5,
    start=start,
    see=see,
)
