"""Views of a series: what its last values look like from several sides, in constant time."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

RECENT = 96  # rows: the longest window
FEW = 6  # rows over which residuals are averaged
HOURS = 24
FAST, SLOW = 0.3, 0.3  # share of a new value in a level: by the row, by the visit of an hour

LEVEL, MEAN_6, MEAN_24, MEAN_96, LOWEST_24, CHANGE_12, STEP, SURPRISE = range(8)
OF_HOUR, OF_HOUR_6, AT_HOUR_6, LOG_24, SPREAD_12, SPREAD_48 = range(8, 14)
VIEWS = 14
ONE_SIDED_FROM = SPREAD_12  # a spread is worth telling only when it grows


class ViewState(NamedTuple):
    """What the views remember: the last values, and a level for each hour of the day."""

    counts: np.ndarray  # (3,): rows seen, hour of the day or -1, rows in this visit of the hour
    recent: np.ndarray  # (RECENT,): newest last
    logs: np.ndarray  # (24,)
    residuals: np.ndarray  # (2, FEW): of the visits' level, of the last level at the hour
    levels: np.ndarray  # (2, HOURS): mean of visits, last level; NaN if never visited
    running: np.ndarray  # (3,): smoothed value, sum over this visit, mean magnitude


def fresh_views() -> ViewState:
    """Remember nothing yet."""
    return ViewState(
        counts=np.array([0, -1, 0]),
        recent=np.zeros(RECENT),
        logs=np.zeros(24),
        residuals=np.zeros((2, FEW)),
        levels=np.full((2, HOURS), np.nan),
        running=np.zeros(3),
    )


@numba.njit(nogil=True, cache=True)
def look(s: ViewState, value: float, hour: int, views: np.ndarray) -> None:
    """Write the views of a series up to ``value`` into ``views``, and remember the value."""
    n = s.counts[0]
    if n == 0:
        s.running[0] = value
        s.recent[:] = value
    _push(s.recent, value)
    rows = min(n + 1, RECENT)
    views[LEVEL] = value
    views[MEAN_6] = _mean(s.recent, 0, min(rows, 6))
    views[MEAN_24] = _mean(s.recent, 0, min(rows, 24))
    views[MEAN_96] = _mean(s.recent, 0, rows)
    views[SPREAD_12] = _spread(s.recent, min(rows, 12))
    views[SPREAD_48] = _spread(s.recent, min(rows, 48))
    views[LOWEST_24] = s.recent[-24:].min()
    views[CHANGE_12] = value - s.recent[-13]
    views[STEP] = _mean(s.recent, 0, 12) - _mean(s.recent, 12, 48)
    views[SURPRISE] = value - s.running[0]
    s.running[0] += FAST * views[SURPRISE]
    _by_hour(s, value, hour, views)
    s.running[2] += (abs(value) - s.running[2]) / (n + 1)
    _push(s.logs, np.arcsinh(value / max(s.running[2], 1e-12)))
    views[LOG_24] = _mean(s.logs, 0, min(rows, 24))
    s.counts[0] = n + 1


@numba.njit(nogil=True, cache=True)
def _by_hour(s: ViewState, value: float, hour: int, views: np.ndarray) -> None:
    if hour < 0:
        views[OF_HOUR], views[OF_HOUR_6], views[AT_HOUR_6] = 0.0, 0.0, 0.0
        return
    if hour != s.counts[1]:
        _end_visit(s)
        s.counts[1], s.counts[2], s.running[1] = hour, 0, 0.0
    s.counts[2] += 1
    s.running[1] += value
    of_visits, last = s.levels[0, hour], s.levels[1, hour]
    views[OF_HOUR] = 0.0 if np.isnan(of_visits) else value - of_visits
    _push(s.residuals[0], views[OF_HOUR])
    at_hour = 0.0 if np.isnan(last) else value - last
    s.levels[1, hour] = value if np.isnan(last) else last + FAST * at_hour
    _push(s.residuals[1], at_hour)
    rows = min(s.counts[0] + 1, FEW)
    views[OF_HOUR_6] = _mean(s.residuals[0], 0, rows)
    views[AT_HOUR_6] = _mean(s.residuals[1], 0, rows)


@numba.njit(nogil=True, cache=True)
def _end_visit(s: ViewState) -> None:
    hour, rows = s.counts[1], s.counts[2]
    if rows > 0:
        mean, level = s.running[1] / rows, s.levels[0, hour]
        s.levels[0, hour] = mean if np.isnan(level) else level + SLOW * (mean - level)


@numba.njit(nogil=True, cache=True)
def _push(last: np.ndarray, value: float) -> None:
    for k in range(len(last) - 1):
        last[k] = last[k + 1]
    last[-1] = value


@numba.njit(nogil=True, cache=True)
def _mean(last: np.ndarray, skipped: int, rows: int) -> float:
    end, total = len(last) - skipped, 0.0
    for k in range(end - rows, end):
        total += last[k]
    return total / rows


@numba.njit(nogil=True, cache=True)
def _spread(last: np.ndarray, rows: int) -> float:
    mean, total = _mean(last, 0, rows), 0.0
    for k in range(len(last) - rows, len(last)):
        total += (last[k] - mean) ** 2
    return np.sqrt(total / rows)
