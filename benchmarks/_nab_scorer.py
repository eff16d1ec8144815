"""The scoring rules of the Numenta Anomaly Benchmark (NAB v1.1), written anew from its description.

Each window rewards its earliest detection by where it lies in the window; each detection outside
costs, less so close behind a window. The first 15 % of a file (at most 750 rows) count for nothing.
A. Lavin, S. Ahmad, Evaluating Real-Time Anomaly Detection Algorithms, ICMLA 2015.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

PROBATION_RATIO = 0.15
PROBATION_MOST_ROWS = 750.0
FAR_BEHIND_WINDOWS = 3.0
STEEPNESS = 5.0
NO_DETECTION = 1.1  # a threshold above every score


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a detection, a missed window and a false alarm weigh."""

    tp: float = 1.0
    fn: float = 1.0
    fp: float = 0.11


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {"standard": Profile(), "low_fp": Profile(fp=0.22), "low_fn": Profile(fn=2.0)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a file's rows are worth if they are detections, for weights of one.

    Attributes
    ----------
    worth
        Per row: (0, 1] in a window, [-1, 0] outside.
    window
        Per row: number of its window, or -1.
    is_scored
        Per row: it lies behind the probation.
    """

    worth: np.ndarray
    window: np.ndarray
    is_scored: np.ndarray
    windows: int


def truth_of(stamps: Sequence[str], windows: Sequence[tuple[str, str]]) -> Truth:
    """Lay the windows, given by their first and last stamps, over the rows of a file."""
    rows = len(stamps)
    first = {stamp: i for i, stamp in reversed(list(enumerate(stamps)))}
    position = np.full(rows, np.inf)
    number = np.full(rows, -1)
    for k, (start, end) in enumerate(windows):
        left, right = first[start], first[end]
        width = right - left + 1
        behind = np.arange(right + 1, rows)
        position[right + 1 :] = (behind - right) / max(width - 1, 1)
        inside = np.arange(left, right + 1)
        position[left : right + 1] = -(right - inside + 1) / width
        number[left : right + 1] = k
    is_far = position > FAR_BEHIND_WINDOWS
    worth = np.where(is_far, -1.0, _sigmoid(np.where(is_far, 0.0, position)))
    worth = np.where(number >= 0, worth / _sigmoid(np.array(-1.0)), worth)
    probation = min(math.floor(PROBATION_RATIO * rows), PROBATION_MOST_ROWS)
    return Truth(
        worth=worth,
        window=number,
        is_scored=np.arange(rows) >= probation,
        windows=len(windows),
    )


def total(truth: Truth, scores: np.ndarray, profile: Profile, threshold: float) -> float:
    """Score one file at a threshold, not yet normalised."""
    thresholds, totals = sweep([truth], [scores], profile)
    at = np.searchsorted(-thresholds, -threshold, side="right") - 1
    return float(totals[max(at, 0)])


def sweep(
    truths: Sequence[Truth], scores: Sequence[np.ndarray], profile: Profile
) -> tuple[np.ndarray, np.ndarray]:
    """Score a corpus at every threshold that matters, from the highest (no detection) down."""
    first_window = np.cumsum([0] + [truth.windows for truth in truths])
    score = np.concatenate([s[t.is_scored] for t, s in zip(truths, scores, strict=True)])
    worth = np.concatenate([t.worth[t.is_scored] for t in truths])
    window = np.concatenate(
        [
            np.where(t.window >= 0, t.window + first, -1)[t.is_scored]
            for t, first in zip(truths, first_window, strict=False)
        ]
    )
    order = np.argsort(-score, kind="stable")
    gains = _gains(worth[order], window[order], profile)
    is_last = np.append(np.diff(score[order]) != 0, True)
    base = -profile.fn * len(set(window[window >= 0].tolist()))
    totals = base + np.cumsum(gains)
    thresholds = np.concatenate([[NO_DETECTION], score[order][is_last]])
    return thresholds, np.concatenate([[base], totals[is_last]])


def normalised(score: float, windows: int, profile: Profile) -> float:
    """Bring a total to 0 for a silent detector, 100 for a perfect one."""
    base = -profile.fn * windows
    return 100.0 * (score - base) / (profile.tp * windows - base) if windows else 0.0


def _gains(worth: np.ndarray, window: np.ndarray, profile: Profile) -> np.ndarray:
    """Tell what each row adds when it becomes a detection, in that order."""
    gains = np.where(window < 0, worth * profile.fp, 0.0)
    best: dict[int, float] = {}
    for i in np.flatnonzero(window >= 0):
        of_window = int(window[i])
        had = best.get(of_window, -profile.fn)
        has = max(had, float(worth[i]) * profile.tp)
        gains[i], best[of_window] = has - had, has
    return gains


def _sigmoid(position: np.ndarray) -> np.ndarray:
    return 2.0 / (1.0 + np.exp(STEEPNESS * position)) - 1.0
