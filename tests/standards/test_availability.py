"""Communication service availability against TS 22.104 annex C.3 and table 5.1-1."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentio.experience.columns import Lists
from sentio.experience.models.availability import (
    Availability,
    availability_interval,
    availability_of_reliability,
    clopper_pearson,
    in_time,
    messages_to_show,
    nines,
    service_availability,
)

WINDOWS = st.lists(st.lists(st.booleans(), max_size=12), min_size=1, max_size=6)


def measure(windows: list[list[bool]], interval_ms: float, survival_ms: float) -> Availability:
    good = np.array([message for window in windows for message in window], dtype=np.bool_)
    offsets = np.cumsum([0, *map(len, windows)])
    return service_availability(
        good, offsets, transfer_interval_ms=interval_ms, survival_time_ms=survival_ms
    )


def down_by_hand(window: list[bool], interval_ms: float, survival_ms: float) -> tuple[float, int]:
    """Walk through a window message by message, as a person with a stop watch would."""
    down_ms, failures, missed = 0.0, 0, 0
    for is_good in [*window, True]:
        if is_good:
            outage_ms = missed * interval_ms
            if outage_ms > survival_ms:
                down_ms, failures = down_ms + outage_ms - survival_ms, failures + 1
            missed = 0
        else:
            missed += 1
    return down_ms, failures


@pytest.mark.shared
def test_the_annex_c3_vectors_hold_for_runs_and_for_single_messages(shared: Path) -> None:
    vectors = json.loads(
        (shared / "data/experience/ts22104_availability_vectors.json").read_text("utf-8")
    )

    for case in vectors["cases"]:
        runs = np.array(case["runs"] * case["repeat"])
        is_good, repeats = runs[:, 0] == 1, runs[:, 1]
        timing = {
            "transfer_interval_ms": case["transfer_ms"],
            "survival_time_ms": case["survival_ms"],
        }
        as_runs = service_availability(is_good, np.array([0, len(runs)]), repeats=repeats, **timing)
        one_by_one = np.repeat(is_good, repeats)
        as_messages = service_availability(one_by_one, np.array([0, len(one_by_one)]), **timing)

        wanted = case["expected"]
        for found in (as_runs, as_messages):
            assert found.span_ms[0] == wanted["T_ms"]
            assert found.down_ms[0] == pytest.approx(wanted["down_ms"], abs=1e-6)
            assert found.availability[0] == pytest.approx(wanted["availability"], abs=1e-6)
            assert found.failures[0] == wanted["failures"]
            if wanted["mtbf_ms"] is None:
                assert np.isnan(found.mtbf_ms[0])
            else:
                assert found.mtbf_ms[0] == pytest.approx(wanted["mtbf_ms"], abs=1e-6)


@pytest.mark.parametrize(
    ("reliability", "availability"),
    [(0.999, 0.999999), (0.9999, 0.99999999), (0.9999999, 0.99999999999999)],
)
def test_table_5_1_1_relates_reliability_and_availability(
    reliability: float, availability: float
) -> None:
    found = float(availability_of_reliability(reliability, 1))

    assert found == pytest.approx(availability, abs=1e-15)


def test_no_survival_time_makes_every_miss_a_failure() -> None:
    found = measure([[True, False, True, False, False, True]], 10.0, 0.0)

    assert found.failures.tolist() == [2]
    assert found.down_ms.tolist() == [30.0]


def test_an_outage_of_just_the_survival_time_is_survived_in_floating_point_too() -> None:
    found = measure([[True, False, False, False, True]], 0.1, 0.3)

    assert found.failures.tolist() == [0]
    assert found.availability.tolist() == [1.0]


def test_a_window_without_messages_is_neither_up_nor_down() -> None:
    found = measure([[], [True]], 10.0, 10.0)

    assert np.isnan(found.availability[0])
    assert found.availability[1] == 1.0
    assert availability_interval(found)[0].tolist() == [0.0, 1.0]


def test_runs_of_no_message_do_not_split_an_outage() -> None:
    is_good = np.array([True, False, True, False, True])
    found = service_availability(
        is_good,
        np.array([0, 5]),
        transfer_interval_ms=10.0,
        survival_time_ms=10.0,
        repeats=np.array([5, 1, 0, 1, 5]),
    )

    assert found.failures.tolist() == [1]
    assert found.down_ms.tolist() == [10.0]


def test_a_late_message_and_a_lost_one_are_both_missed() -> None:
    latency_ms = Lists.of([[1.0, 3.0, float("nan")], [3.0]])

    assert in_time(latency_ms, np.array([2.0, 5.0])).tolist() == [True, False, False, True]


@settings(deadline=None)
@given(WINDOWS, st.sampled_from([1.0, 4.0]), st.sampled_from([0.0, 1.0, 4.0, 6.0]))
def test_many_windows_at_once_are_what_each_gives_by_hand(
    windows: list[list[bool]], interval_ms: float, survival_ms: float
) -> None:
    found = measure(windows, interval_ms, survival_ms)

    by_hand = [down_by_hand(window, interval_ms, survival_ms) for window in windows]
    assert found.down_ms.tolist() == [down_ms for down_ms, _ in by_hand]
    assert found.failures.tolist() == [failures for _, failures in by_hand]
    assert found.missed.tolist() == [window.count(False) for window in windows]


@settings(deadline=None)
@given(st.integers(1, 400), st.data())
def test_the_interval_holds_the_point_and_shrinks_with_the_sample(
    trials: int, data: st.DataObject
) -> None:
    events = data.draw(st.integers(0, trials))

    (low, high), (low_10, high_10) = clopper_pearson(
        np.array([events, 10 * events]), np.array([trials, 10 * trials])
    )

    assert 0.0 <= low <= events / trials <= high <= 1.0
    assert high_10 - low_10 < high - low


@pytest.mark.parametrize("truth", [0.002, 0.03, 0.4])
def test_the_interval_holds_the_truth_as_often_as_it_says(truth: float) -> None:
    events = np.random.default_rng(5).binomial(200, truth, size=4000)

    low, high = clopper_pearson(events, np.full(4000, 200)).T

    assert np.mean((low <= truth) & (truth <= high)) >= 0.945


def test_six_nines_need_three_million_flawless_messages() -> None:
    assert messages_to_show(0.999999) == pytest.approx(3e6, rel=2e-3)
    short = measure([[True] * 1000], 10.0, 10.0)

    assert availability_interval(short)[0, 0] < 0.9970


def test_bursts_leave_less_certainty_than_scattered_losses() -> None:
    scattered = measure([([False] + [True] * 9) * 100], 1.0, 0.0)
    in_bursts = measure([([False] * 20 + [True] * 180) * 5], 1.0, 0.0)

    assert scattered.availability[0] == in_bursts.availability[0]
    (low, high), (wide_low, wide_high) = (
        availability_interval(scattered)[0],
        availability_interval(in_bursts)[0],
    )
    assert wide_low < low < high < wide_high


def test_nines_are_counted_up_to_infinity() -> None:
    assert nines(np.array([0.0, 0.9, 0.999])).tolist() == pytest.approx([0.0, 1.0, 3.0])
    assert np.isinf(nines(1.0))
