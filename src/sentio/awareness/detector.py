"""The contract of a detector: see one series as it comes, tell how new each value is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from sentio.kernel.register import Register

FloatArray: TypeAlias = npt.NDArray[np.float64]
State: TypeAlias = tuple[npt.NDArray[Any], ...]  # Any: whatever numbers a detector counts in
"""What a detector remembers of one series: arrays, so that anyone can save and compare it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """One way to watch a single series.

    Attributes
    ----------
    threshold
        Score at and above which a value is worth an alarm.
    start
        The state before the first value.
    see
        ``see(state, values, times_s)``: the state behind the values, and a score in [0, 1] for
        each. ``times_s`` are seconds since 1970 on the clock of the place (its days matter), or
        None if nobody knows. Never looks ahead: many values at once give what they give one by
        one. A value that is not finite scores 0 and is forgotten. The state given is not changed.
    """

    name: str
    title: str
    standard: str
    threshold: float
    start: Callable[[], State]
    see: Callable[[State, FloatArray, FloatArray | None], tuple[State, FloatArray]]


DETECTORS: Register[Detector] = Register(
    "detector", constant="DETECTOR", package="sentio.awareness.detectors"
)
"""All detectors, by name."""
