"""What the detector of rare values speaks of, and what it lets pass."""

from __future__ import annotations

import numpy as np
import pytest

from sentio.awareness.detectors.rarity import DETECTOR
from sentio.awareness.peaks import ANY_PEAK_NATS, PEAKS, TAIL_INDEX_MOST, rarity

ROWS = 2000
TIMES_S = 300.0 * np.arange(ROWS)
RNG = np.random.default_rng(7)
CALM = 20.0 + RNG.normal(size=ROWS)
DAILY = CALM + 30.0 * (np.arange(ROWS) % 288 >= 144)


def alarms(values: np.ndarray) -> list[int]:
    _, scores = DETECTOR.see(DETECTOR.start(), values, TIMES_S)
    return [int(row) for row in np.flatnonzero(scores >= DETECTOR.threshold) if row > 750]


def changed(values: np.ndarray, rows: slice, value: object) -> np.ndarray:
    other = values.copy()
    other[rows] = value
    return other


def test_noise_alone_gives_an_alarm_in_some_thousand_rows_at_most() -> None:
    series = [np.random.default_rng(seed).normal(size=ROWS) for seed in range(10)]

    assert sum(len(alarms(noise)) for noise in series) <= 10


@pytest.mark.parametrize(
    ("what", "values"),
    [
        ("a spike", changed(CALM, slice(1500, 1501), 60.0)),
        ("a level that stays", changed(CALM, slice(1500, None), CALM[1500:] + 15.0)),
        ("noise that grows", changed(CALM, slice(1500, 1600), 20.0 + 8 * (CALM[1500:1600] - 20))),
        ("a day without its high hours", changed(DAILY, slice(1584, 1728), CALM[1584:1728])),
    ],
)
def test_what_never_was_is_told_where_it_begins(what: str, values: np.ndarray) -> None:
    assert any(1499 < row < 1640 for row in alarms(values)), what


def test_a_lasting_change_is_told_a_few_times_at_most() -> None:
    shifted = changed(CALM, slice(1500, None), CALM[1500:] + 15.0)

    assert 1 <= len(alarms(shifted)) <= 4


def test_the_unit_of_a_series_does_not_matter() -> None:
    spiky = changed(DAILY, slice(1500, 1501), 200.0)

    assert alarms(spiky * 1024.0) == alarms(spiky)


def test_a_value_twice_the_four_equal_peaks_before_it_is_rare_by_weissmans_formula() -> None:
    peaks, event, largest = np.full(PEAKS, 3.0), np.array([-1, -1]), np.array([3.0])

    nats = rarity(6.0, 1000, peaks, event, largest)

    assert nats == pytest.approx(TAIL_INDEX_MOST * np.log(2.0) + ANY_PEAK_NATS)
    assert sorted(peaks) == [3.0, 3.0, 3.0, 6.0]
