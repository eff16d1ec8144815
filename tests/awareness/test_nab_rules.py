"""NAB's scoring rules as its benchmark here reads them: hits, misses, false alarms, thresholds."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
ROWS = 100
STAMPS = [f"{row:03}" for row in range(ROWS)]
FIRST, LAST = 40, 49


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("_nab_scorer")


def scored(rules: ModuleType, scores: dict[int, float], *, threshold: float = 0.5) -> float:
    truth = rules.truth_of(STAMPS, [(STAMPS[FIRST], STAMPS[LAST])])
    series = np.zeros(ROWS)
    series[list(scores)] = list(scores.values())
    return rules.total(truth, series, rules.PROFILES["standard"], threshold)


def test_the_first_row_of_a_window_is_a_perfect_hit_and_later_ones_add_nothing(
    rules: ModuleType,
) -> None:
    assert scored(rules, {FIRST: 1.0}) == pytest.approx(1.0)
    assert scored(rules, {FIRST: 1.0, FIRST + 1: 0.9, LAST: 1.0}) == pytest.approx(1.0)


def test_half_way_through_the_window_a_hit_is_worth_what_the_sigmoid_says(
    rules: ModuleType,
) -> None:
    # (2 / (1 + e^-2.5) - 1) / (2 / (1 + e^-5) - 1), the window being half over
    assert scored(rules, {FIRST + 5: 1.0}) == pytest.approx(0.84828 / 0.98661, abs=1e-5)


def test_silence_misses_the_window_and_a_far_false_alarm_costs_its_weight(
    rules: ModuleType,
) -> None:
    assert scored(rules, {}) == -1.0
    assert scored(rules, {20: 1.0}) == pytest.approx(-1.11)
    assert scored(rules, {90: 1.0}) == pytest.approx(-1.11)


def test_an_alarm_close_behind_the_window_costs_less_than_a_far_one(rules: ModuleType) -> None:
    assert -1.11 < scored(rules, {LAST + 1: 1.0}) < -1.0


def test_nothing_counts_during_the_probation(rules: ModuleType) -> None:
    assert scored(rules, {14: 1.0}) == -1.0
    assert scored(rules, {15: 1.0}) < -1.0


def test_scores_at_the_threshold_are_detections(rules: ModuleType) -> None:
    assert scored(rules, {FIRST: 0.5}) == pytest.approx(1.0)
    assert scored(rules, {FIRST: 0.49}) == -1.0


def test_silence_is_normalised_to_0_and_perfection_to_100(rules: ModuleType) -> None:
    for profile in rules.PROFILES.values():
        assert rules.normalised(-3 * profile.fn, 3, profile) == 0.0
        assert rules.normalised(3.0, 3, profile) == 100.0
