"""The streaming service from network KPIs alone, and its agreement with people."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentio.experience.models.stream_curve import shipped_curves
from sentio.experience.models.stream_kpi import stream_model
from sentio.experience.scoring import Scores, prepare, score
from sentio.experience.services.stream_kpi import SERVICE
from sentio.testing.batches import Cell, batch_of
from sentio.testing.service import check_service

SESSION: dict[str, Cell] = {
    "mean_ln_bitrate": 7.8,
    "mean_abs_ln_switch": 0.1,
    "mean_ln_pixels": 13.8,
    "initial_delay_ms": 800.0,
    "stall_total_ms": 0.0,
    "stall_count": 0.0,
    "play_duration_ms": 60_000.0,
}
NAMES = ["mean_ln_bitrate"]


def scored(*rows: dict[str, Cell]) -> Scores:
    names = {name for row in rows for name in row}
    return score(SERVICE, batch_of(rows, sorted(names)))


def mos(**changes: Cell) -> float:
    return float(scored({**SESSION, **changes}).mos[0])


@pytest.fixture
def ratings(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The benchmark, as a module."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    monkeypatch.delitem(sys.modules, "ratings", raising=False)
    import ratings

    return ratings


@pytest.fixture
def rated(shared: Path) -> Path:
    return shared / "data" / "experience" / "waterloo4_train.csv"


def test_it_keeps_the_contract_of_a_service() -> None:
    check_service(SERVICE)


def test_it_is_never_grounded() -> None:
    assert not scored(SESSION).grounded[0]


@pytest.mark.parametrize(
    "known",
    [
        {"mean_ln_bitrate": 8.0},
        {"mean_bitrate_kbps": float(np.exp(8.0))},
        {"segment_bitrate_kbps": [float(np.exp(8.0))] * 4},
    ],
)
def test_any_one_of_the_three_bitrates_is_enough(known: dict[str, Cell]) -> None:
    found = scored(known)

    assert found.mos[0] == pytest.approx(mos_at_ln_8(), abs=0.25)


def mos_at_ln_8() -> float:
    return float(scored({"mean_ln_bitrate": 8.0}).mos[0])


def test_the_mean_of_the_logarithm_is_believed_before_the_mean() -> None:
    assert mos(mean_bitrate_kbps=50.0) == mos()


def test_without_any_bitrate_there_is_no_score() -> None:
    assert np.isnan(mos(mean_ln_bitrate=None))


def test_a_session_that_ends_well_is_better_than_one_that_ends_badly() -> None:
    up, down = [500.0, 500.0, 1000.0, 4000.0, 8000.0], [8000.0, 4000.0, 1000.0, 500.0, 500.0]
    late_dip = [8000.0, 8000.0, 8000.0, 8000.0, 400.0]
    mid_dip = [8000.0, 8000.0, 400.0, 8000.0, 8000.0]

    assert mos(segment_bitrate_kbps=late_dip) < mos(segment_bitrate_kbps=mid_dip)
    assert mos(segment_bitrate_kbps=up) != mos(segment_bitrate_kbps=down)


def test_rows_with_and_without_a_time_course_mix_in_one_batch() -> None:
    with_course = {**SESSION, "segment_bitrate_kbps": [1500.0, 3000.0, 3500.0]}
    alone = [float(scored(row).mos[0]) for row in (SESSION, with_course)]

    together = scored(SESSION, with_course, SESSION, with_course).mos

    np.testing.assert_allclose(together, [*alone, *alone], rtol=0, atol=1e-12)


def test_a_total_of_stalls_without_a_count_is_one_stall() -> None:
    assert mos(stall_total_ms=4000.0, stall_count=None) == mos(
        stall_total_ms=4000.0, stall_count=1.0
    )


def test_the_same_stall_hurts_a_long_session_less() -> None:
    stalled: dict[str, Cell] = {"stall_total_ms": 6000.0, "stall_count": 1.0}

    assert mos(**stalled, play_duration_ms=300_000.0) > mos(**stalled, play_duration_ms=30_000.0)


def test_a_failed_session_scores_one() -> None:
    assert mos(is_success=0.0) == 1.0


@settings(max_examples=25, deadline=None)
@given(
    before=st.tuples(st.floats(0, 1e5), st.floats(0, 1e5), st.integers(0, 30)),
    more=st.tuples(st.floats(0, 1e5), st.floats(0, 1e5), st.integers(0, 30)),
    ln_kbps=st.floats(3.0, 11.0),
    device=st.sampled_from(["handheld", "tv"]),
)
def test_more_waiting_never_helps(
    before: tuple[float, float, int], more: tuple[float, float, int], ln_kbps: float, device: str
) -> None:
    names = ("initial_delay_ms", "stall_total_ms", "stall_count")
    context = {**SESSION, "mean_ln_bitrate": ln_kbps, "device_class": device}
    worse = [x + y for x, y in zip(before, more, strict=True)]

    scores = scored(
        {**context, **dict(zip(names, map(float, before), strict=True))},
        {**context, **dict(zip(names, map(float, worse), strict=True))},
    ).mos

    assert scores[1] <= scores[0] + 1e-9


@settings(max_examples=25, deadline=None)
@given(
    ln_kbps=st.floats(2.0, 12.0),
    more=st.floats(0.0, 3.0),
    course=st.lists(st.floats(50.0, 20_000.0), max_size=5),
    codec=st.sampled_from(["h264", "h265"]),
)
def test_a_higher_bitrate_never_hurts(
    ln_kbps: float, more: float, course: list[float], codec: str
) -> None:
    context = {**SESSION, "segment_bitrate_kbps": course, "video_codec": codec}

    scores = scored(
        {**context, "mean_ln_bitrate": ln_kbps}, {**context, "mean_ln_bitrate": ln_kbps + more}
    ).mos

    assert scores[1] >= scores[0] - 1e-9


def test_no_shipped_cost_is_a_reward() -> None:
    for curve in shipped_curves():
        costs = (curve.initial, curve.stall, curve.count, curve.switch_cost)
        assert min(costs) >= 0.0
        assert curve.floor < curve.top
        assert curve.slope > 0.0


@pytest.mark.shared
def test_the_benchmark_reads_nothing_of_the_picture(ratings: ModuleType, rated: Path) -> None:
    names = set(ratings.read_ratings(rated).batch.schema.names)

    assert names <= {wanted.name for wanted in SERVICE.inputs}


@pytest.mark.shared
@pytest.mark.slow
def test_contents_left_out_are_scored_as_people_would(ratings: ModuleType, rated: Path) -> None:
    clips = ratings.read_ratings(rated)

    found = ratings.agreement(clips, ratings.left_out(clips))

    assert found["rows"] == 810
    assert found["plcc"] >= 0.72
    assert found["srocc"] >= 0.72


@pytest.mark.shared
@pytest.mark.slow
def test_one_content_is_enough_to_fit_on(ratings: ModuleType, rated: Path) -> None:
    clips = ratings.read_ratings(rated)

    found = ratings.spread(clips)["leave_2"]

    assert len(found) == 3
    assert min(row["plcc"] for row in found) >= 0.72


@pytest.mark.shared
def test_mean_kpis_alone_agree_with_people_too(ratings: ModuleType, rated: Path) -> None:
    clips = ratings.read_ratings(rated).without_course()

    found = ratings.agreement(clips, ratings.frozen(clips))

    assert found["plcc"] >= 0.72


@pytest.mark.shared
@pytest.mark.slow
def test_the_shipped_numbers_are_those_that_the_benchmark_fits(
    ratings: ModuleType, rated: Path
) -> None:
    clips = ratings.read_ratings(rated)

    again = ratings.by_curves(ratings.fit(clips), clips)

    np.testing.assert_allclose(again, ratings.frozen(clips), rtol=0, atol=0.05)


def test_a_content_that_may_be_anything_flattens_the_curve() -> None:
    by_mean, course = shipped_curves()
    sure = replace(by_mean, content_spread=0.0, codec_spread=0.0)
    columns, _ = prepare(SERVICE, batch_of([{"mean_ln_bitrate": x} for x in (6.0, 8.0)], NAMES))

    low, high = stream_model(by_mean, course)(columns)
    sure_low, sure_high = stream_model(sure, course)(columns)

    assert sure_high - sure_low > high - low > 0.0
