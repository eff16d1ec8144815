"""Functions over a range of samples, as Prometheus defines them: windows are open on the left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from sentio.api.prom.values import Deadline, Floats, Ints, Samples

THRESHOLD = 1.1  # of the usual gap: samples nearer to the edge are extended up to it


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The samples of one window; ``values`` has shape (series, moments), at least one moment."""

    values: Floats
    stamps_s: Floats
    since_s: float
    until_s: float


Over: TypeAlias = Callable[[Window], Floats]
"""From a window to a value for each series, NaN where there is none."""


def over_windows(
    samples: Samples, steps_ms: Ints, range_ms: int, function: Over, deadline: Deadline
) -> Floats:
    """Apply a function to the window that ends at each step.

    Parameters
    ----------
    steps_ms
        int64, shape (steps,): the ends of the windows.

    Returns
    -------
    values
        float64, shape (series, steps).
    """
    stamps = samples.stamps_ms
    first = np.searchsorted(stamps, steps_ms - range_ms, side="right")
    last = np.searchsorted(stamps, steps_ms, side="right")
    values = np.full((len(samples.labels), len(steps_ms)), np.nan)
    for i, (low, high) in enumerate(zip(first, last, strict=True)):
        deadline.check()
        if high > low and len(samples.labels):
            until_s = float(steps_ms[i]) / 1000.0
            values[:, i] = function(
                Window(
                    values=samples.values[:, low:high],
                    stamps_s=stamps[low:high] / 1000.0,
                    since_s=until_s - range_ms / 1000.0,
                    until_s=until_s,
                )
            )
    return values


def newest(samples: Samples, steps_ms: Ints, lookback_ms: int) -> Floats:
    """Give the newest sample at each step that is not older than ``lookback_ms``.

    Returns
    -------
    values
        float64, shape (series, steps).
    """
    stamps, held = samples.stamps_ms, samples.values
    if not len(stamps) or not len(held):
        return np.full((len(held), len(steps_ms)), np.nan)
    places = np.where(np.isnan(held), -1, np.arange(held.shape[1]))
    places = np.maximum.accumulate(places, axis=1)  # the newest sample up to each moment
    at = np.searchsorted(stamps, steps_ms, side="right") - 1
    place = np.where(at >= 0, places[:, np.maximum(at, 0)], -1)
    found = np.take_along_axis(held, np.maximum(place, 0), axis=1)
    is_fresh = (place >= 0) & (stamps[np.maximum(place, 0)] > steps_ms - lookback_ms)
    return np.where(is_fresh, found, np.nan)


def extrapolated(*, is_counter: bool, is_rate: bool) -> Over:
    """Make rate, increase or delta: the growth over a window, carried on to its edges."""

    def over(window: Window) -> Floats:
        filled, first, last, count = _filled(window.values)
        rows = np.arange(len(filled))
        start, end = filled[rows, first], filled[rows, last]
        grown = end - start
        if is_counter:
            grown = grown + _resets(filled)
        began, ended = window.stamps_s[first], window.stamps_s[last]
        sampled = ended - began
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = sampled / (count - 1)
            before, behind = began - window.since_s, window.until_s - ended
            before = np.where(before >= gap * THRESHOLD, gap / 2.0, before)
            if is_counter:  # a counter was 0 once: it is not carried on beyond that
                to_zero = sampled * (start / grown)
                is_near = (grown > 0.0) & (start >= 0.0) & (to_zero < before)
                before = np.where(is_near, to_zero, before)
            behind = np.where(behind >= gap * THRESHOLD, gap / 2.0, behind)
            found = grown * (sampled + before + behind) / sampled
        if is_rate:
            found = found / (window.until_s - window.since_s)
        return np.where(count > 1, found, np.nan)

    return over


def instant_rate(window: Window) -> Floats:
    """Give the growth per second between the last two samples."""
    is_there = ~np.isnan(window.values)
    found = np.full(len(window.values), np.nan)
    for row in np.flatnonzero(is_there.sum(axis=1) > 1):
        before, at = np.flatnonzero(is_there[row])[-2:]
        grown = window.values[row, at] - window.values[row, before]
        grown = window.values[row, at] if grown < 0.0 else grown
        found[row] = grown / (window.stamps_s[at] - window.stamps_s[before])
    return found


def _filled(values: Floats) -> tuple[Floats, Ints, Ints, Ints]:
    """Carry samples on over gaps, and tell the first and last place and the number of samples."""
    is_there = ~np.isnan(values)
    width = values.shape[1]
    place = np.maximum.accumulate(np.where(is_there, np.arange(width), 0), axis=1)
    first = is_there.argmax(axis=1)
    last = width - 1 - is_there[:, ::-1].argmax(axis=1)
    return np.take_along_axis(values, place, axis=1), first, last, is_there.sum(axis=1)


def _resets(filled: Floats) -> Floats:
    """Add up what a counter had reached whenever it began anew."""
    fell = filled[:, 1:] < filled[:, :-1]
    return np.where(fell, filled[:, :-1], 0.0).sum(axis=1)


def _any(values: Floats) -> npt.NDArray[np.bool_]:
    is_there: npt.NDArray[np.bool_] = ~np.isnan(values)
    return is_there.max(axis=1)


def _sum(window: Window) -> Floats:
    return np.where(_any(window.values), np.nansum(window.values, axis=1), np.nan)


def _count(window: Window) -> Floats:
    count = (~np.isnan(window.values)).sum(axis=1).astype(np.float64)
    return np.where(count > 0.0, count, np.nan)


def _average(window: Window) -> Floats:
    return _sum(window) / _count(window)


def _lowest(window: Window) -> Floats:
    return np.fmin.reduce(window.values, axis=1)


def _highest(window: Window) -> Floats:
    return np.fmax.reduce(window.values, axis=1)


def _last(window: Window) -> Floats:
    filled, _, last, _ = _filled(window.values)
    return filled[np.arange(len(filled)), last]


def _deviation(window: Window) -> Floats:
    count, mean = _count(window), _average(window)
    squares = np.nansum((window.values - mean[:, None]) ** 2, axis=1)
    return np.sqrt(squares / count)


def quantile_over(share: float) -> Over:
    """Make quantile_over_time."""
    return lambda window: quantiles(window.values, share)


def quantiles(values: Floats, share: float) -> Floats:
    """Give the quantile of each row, between its two nearest values; NaN for an empty row.

    A share below 0 gives -Inf, above 1 +Inf, as in Prometheus.
    """
    is_any = _any(values)
    if np.isnan(share):
        return np.full(len(values), np.nan)
    if not 0.0 <= share <= 1.0:
        return np.where(is_any, np.inf if share > 1.0 else -np.inf, np.nan)
    ordered = np.sort(values, axis=1)  # NaN go to the end
    count = (~np.isnan(values)).sum(axis=1)
    rank = share * np.maximum(count - 1, 0)
    low = np.floor(rank).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    rows = np.arange(len(values))
    weight = rank - low
    found = ordered[rows, low] * (1.0 - weight) + ordered[rows, high] * weight
    return np.where(is_any, found, np.nan)


OVER: Mapping[str, Over] = {
    "rate": extrapolated(is_counter=True, is_rate=True),
    "increase": extrapolated(is_counter=True, is_rate=False),
    "delta": extrapolated(is_counter=False, is_rate=False),
    "irate": instant_rate,
    "avg_over_time": _average,
    "min_over_time": _lowest,
    "max_over_time": _highest,
    "sum_over_time": _sum,
    "count_over_time": _count,
    "last_over_time": _last,
    "stddev_over_time": _deviation,
}
"""All but `quantile_over_time`, which takes a number as well."""
