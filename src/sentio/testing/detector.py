"""The contract of a detector, checked on series that are quiet, wild, broken and empty."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

import numpy as np

from sentio.awareness.detector import Detector, FloatArray, State
from sentio.testing.breach import insist

ROWS = 600
STEP_S = 300.0
SPIKE_ROW = 400
MISSING_RATIO = 0.1
CUTS = (0, 1, 31, 250, ROWS - 1)  # where a series is cut in two


def check_detector(detector: Detector, *, seed: int = 0) -> None:
    """Raise `BrokenContract` unless a detector keeps its contract.

    Parameters
    ----------
    detector
        Ours or a stranger's.
    seed
        Of the random series that it watches; another seed makes others.
    """
    times_s: FloatArray = 1.4e9 + STEP_S * np.arange(ROWS, dtype=np.float64)
    breaches: list[str] = []
    if not 0.0 < detector.threshold <= 1.0:
        breaches.append(f"its threshold is {detector.threshold}, expected (0, 1]")
    for name, values in _series(np.random.default_rng(seed)).items():
        for clock in (times_s, None):
            breaches += [f"{name}: {said}" for said in _watched(detector, values, clock)]
    insist(detector.name, breaches)


def _series(rng: np.random.Generator) -> Mapping[str, FloatArray]:
    day = 10.0 + 5.0 * np.sin(np.arange(ROWS) * 2.0 * np.pi * STEP_S / 86_400.0)
    noisy = day + rng.normal(size=ROWS)
    broken = noisy.copy()
    broken[rng.random(ROWS) < MISSING_RATIO] = np.nan
    broken[[0, 100, 101]] = np.inf, -np.inf, 1e300
    wild = rng.standard_cauchy(ROWS) * 10.0 ** rng.integers(-12, 12, ROWS)
    return {
        "noise over a day": noisy,
        "values missing": broken,
        "nothing but missing values": np.full(ROWS, np.nan),
        "constant": np.full(ROWS, 45.0),
        "zeros and one spike": np.where(np.arange(ROWS) == SPIKE_ROW, 1.0, 0.0),
        "twenty orders of magnitude": wild,
    }


def _watched(detector: Detector, values: FloatArray, times_s: FloatArray | None) -> Iterator[str]:
    started = detector.start()
    before = [array.copy() for array in started]
    try:
        ended, scores = detector.see(started, values, times_s)
    except Exception as error:  # noqa: BLE001  (whatever it raises is the breach)
        yield f"see raises {error!r}"
        return
    if not _same(started, tuple(before)):
        yield "see changes the state that it is given"
    if scores.shape != values.shape:
        yield f"{len(values)} values get scores of shape {scores.shape}"
        return
    if not ((scores >= 0.0) & (scores <= 1.0)).all():
        yield "a score is outside [0, 1]"
    if scores[~np.isfinite(values)].any():
        yield "a missing value scores"
    if len(values) and np.ptp(values) == 0.0 and scores.any():
        yield "a constant series scores"
    for cut in CUTS:
        yield from _cut(detector, values, times_s, cut, ended, scores)
    yield from _one_by_one(detector, values[:64], times_s, scores[:64])


def _cut(
    detector: Detector,
    values: FloatArray,
    times_s: FloatArray | None,
    cut: int,
    ended: State,
    scores: FloatArray,
) -> Iterator[str]:
    """Look at a series up to a row, save, restore, and go on."""
    head, tail = (None, None) if times_s is None else (times_s[:cut], times_s[cut:])
    state, first = detector.see(detector.start(), values[:cut], head)
    if not np.array_equal(first, scores[:cut]):
        yield f"it looks ahead: the first {cut} scores depend on later values"
        return
    last, second = detector.see(_restored(_saved(state)), values[cut:], tail)
    if not np.array_equal(second, scores[cut:]) or not _same(last, ended):
        yield f"saved and restored behind {cut} values, it goes on differently"


def _one_by_one(
    detector: Detector, values: FloatArray, times_s: FloatArray | None, scores: FloatArray
) -> Iterator[str]:
    state = detector.start()
    for i in range(len(values)):
        clock = None if times_s is None else times_s[i : i + 1]
        state, score = detector.see(state, values[i : i + 1], clock)
        if not np.array_equal(score, scores[i : i + 1]):
            yield f"one value at a time scores differently, first in row {i}"
            return


def _saved(state: State) -> bytes:
    file = io.BytesIO()
    np.savez(file, *state)
    return file.getvalue()


def _restored(saved: bytes) -> State:
    with np.load(io.BytesIO(saved)) as arrays:
        return tuple(arrays[name] for name in arrays.files)


def _same(one: State, other: State) -> bool:
    return len(one) == len(other) and all(
        np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(one, other, strict=True)
    )
