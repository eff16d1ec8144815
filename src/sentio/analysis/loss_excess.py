"""Excess of windows: what elements lose beyond expectation, in each span of the ticks.

Beginning and end of a decline are not known, so every span is tried. What an element is like
outside of it comes from the ticks outside, and from the healthy level as far as the elements of
this window keep to theirs. So a healthy past of months ago will do: what drifted since then is
in all ticks, a decline is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sentio.analysis.dependency_graph import Floats
from sentio.analysis.loss_course import HealthyLoss, LossCourse, excess_loss

OFFSET_SPREAD = 0.5  # of the level between hours, in spreads of a tick
WANDER_TICKS = 12.0  # until the level has wandered so far; a longer mean is no steadier
UNKNOWN_OFFSET = 1e9  # of an element without a past: its level is what the window says
MOST_EDGES = 12  # of spans: in longer windows they begin and end at every so many ticks
CONSISTENT_MAD = 1.4826  # median absolute deviation to standard deviation, of a normal


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanExcess:
    """Loss per tick beyond expectation within a span; shape (windows, elements)."""

    span: tuple[int, int]
    outside: int  # ticks
    loss: Floats
    drift: Floats  # loss that the level may be wrong by
    grown: Floats  # how much an element swings, by its past: one that drifted up swings more
    usual: Floats  # part of the uses that is not new, in [0, 1]

    def spread(self, of_tick: Floats, elements: npt.NDArray[np.intp]) -> Floats:
        """Tell the spread of the excess of some elements, by the spread of a tick."""
        offset = _offset_variance(self.drift[:, elements], of_tick)
        level = 1.0 / (1.0 / offset + self.outside / of_tick**2)
        inside = self.span[1] - self.span[0]
        wander = (OFFSET_SPREAD * of_tick) ** 2 * -np.expm1(-inside / WANDER_TICKS)
        return self.grown[:, elements] * np.sqrt(of_tick**2 / inside + wander + level)


def span_excesses(healthy: HealthyLoss, windows: LossCourse) -> Iterator[SpanExcess]:
    """Yield the excess of every span; ``windows`` has arrays (windows, ticks, elements)."""
    uses = np.nan_to_num(windows.uses)
    over = excess_loss(windows, healthy.level)
    drift = _drift_ratio(healthy, windows) * healthy.level * uses.mean(axis=1)
    drift = np.where(healthy.is_known, drift, UNKNOWN_OFFSET)
    most_uses = healthy.most_uses * _load(healthy, uses)
    for begin, end in spans(uses.shape[1]):
        inside, outside = end - begin, uses.shape[1] - end + begin
        within, used = over[:, begin:end].sum(axis=1), uses[:, begin:end].sum(axis=1)
        around, used_around = over.sum(axis=1) - within, uses.sum(axis=1) - used
        doubt = healthy.spread**2 / _offset_variance(drift, healthy.spread)
        offset = outside / (outside + doubt) * around / np.maximum(used_around, 1e-9)
        grown = 1.0 + np.maximum(offset, 0.0) / np.maximum(healthy.level, 1e-9)
        yield SpanExcess(
            span=(begin, end),
            outside=outside,
            loss=(within - offset * used) / inside,
            drift=drift,
            grown=np.where(healthy.level > 0.0, grown, 1.0),
            usual=np.minimum(most_uses * inside / np.maximum(used, 1e-9), 1.0),
        )


def spans(ticks: int) -> Iterator[tuple[int, int]]:
    """Yield all spans of a window, as first tick and the one behind the last."""
    edges = np.unique(np.linspace(0, ticks, min(ticks, MOST_EDGES) + 1).astype(int)).tolist()
    return ((a, b) for i, a in enumerate(edges) for b in edges[i + 1 :])


def _offset_variance(drift: Floats, spread: Floats) -> Floats:
    return drift**2 + (OFFSET_SPREAD * spread) ** 2


def _drift_ratio(healthy: HealthyLoss, windows: LossCourse) -> Floats:
    """Tell how far the elements of each window are from their levels; shape (windows, 1)."""
    known = healthy.is_known & (healthy.level > 0.0)
    course = windows.loss_per_use[:, :, known]
    seen = np.isfinite(course).max(axis=1)
    middle = np.nanmedian(np.where(seen[:, None], course, 0.0), axis=1)
    away = np.abs(np.log(np.maximum(middle, 1e-12) / healthy.level[known]))
    return CONSISTENT_MAD * _middle_of(away, seen, otherwise=0.0)


def _load(healthy: HealthyLoss, uses: Floats) -> Floats:
    """Tell how many times the usual uses the elements of each window have; shape (windows, 1)."""
    often = healthy.uses >= 1.0
    ratio = uses.mean(axis=1)[:, often] / healthy.uses[often]
    return np.maximum(_middle_of(ratio, np.ones_like(ratio, dtype=bool), otherwise=1.0), 1.0)


def _middle_of(values: Floats, seen: npt.NDArray[np.bool_], *, otherwise: float) -> Floats:
    if values.shape[1] == 0:
        return np.full((len(values), 1), otherwise)
    kept = np.where(seen, values, np.nan)
    kept[~seen.any(axis=1)] = otherwise
    return np.nanmedian(kept, axis=1)[:, None]
