"""Every detector keeps its contract, and the check finds those that do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sentio.awareness.detector import DETECTORS, Detector, FloatArray, State
from sentio.testing import BrokenContract, check_detector


@pytest.mark.parametrize("name", DETECTORS.names())
@pytest.mark.parametrize("seed", [0, 1])
def test_a_detector_keeps_its_contract(name: str, seed: int) -> None:
    check_detector(DETECTORS[name], seed=seed)


CONSTANT = 45.0  # the constant series of the check: nothing in it is new


def start() -> State:
    return (np.zeros(1),)


def highest(
    state: State, values: FloatArray, _times_s: FloatArray | None
) -> tuple[State, FloatArray]:
    """Score 1 whatever is above zero and all before it."""
    known = np.where(np.isfinite(values), values, 0.0)
    before = np.maximum.accumulate(np.append(state[0], known))
    is_new = (known > before[:-1]) & (known != CONSTANT)
    return (before[-1:],), is_new.astype(float)


def looking_ahead(
    state: State, values: FloatArray, _times_s: FloatArray | None
) -> tuple[State, FloatArray]:
    is_known = np.isfinite(values)
    spread = np.ptp(values[is_known]) if is_known.any() else 0.0
    return state, np.where(is_known, np.abs(values) > 0.99 * spread, 0.0) * (spread > 0.0)


def forgetful(
    state: State, values: FloatArray, times_s: FloatArray | None
) -> tuple[State, FloatArray]:
    return start(), highest(state, values, times_s)[1]


def loud(state: State, values: FloatArray, _times_s: FloatArray | None) -> tuple[State, FloatArray]:
    return state, np.full(len(values), 2.0)


def spoiling(
    state: State, values: FloatArray, times_s: FloatArray | None
) -> tuple[State, FloatArray]:
    seen = highest(state, values, times_s)
    state[0][:] = 1.0
    return seen


SOUND = Detector(
    name="sound", title="Highest", standard="ours", threshold=0.5, start=start, see=highest
)


def test_a_sound_detector_passes() -> None:
    check_detector(SOUND)


@pytest.mark.parametrize(
    ("see", "says"),
    [
        (looking_ahead, "it looks ahead"),
        (forgetful, "goes on differently"),
        (loud, "outside"),
        (spoiling, "changes the state"),
    ],
)
def test_a_broken_detector_is_found(see: object, says: str) -> None:
    with pytest.raises(BrokenContract, match=says):
        check_detector(replace(SOUND, see=see))  # type: ignore[arg-type]
