"""P.1203 mode 0: video, audio and integration against vectors of the Recommendation's formulas."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from sentio.experience.columns import Lists, Texts
from sentio.experience.models.p1203_audio import CODECS, audio_quality, coding_impairment
from sentio.experience.models.p1203_integration import Integration, Sessions, integrate
from sentio.experience.models.p1203_video import (
    codec_coefficients,
    handheld,
    mos_of_r,
    of_codec,
    r_of_mos,
    video_quality,
)

NOTHING = Lists.of([[]])


def vectors(shared: Path, name: str) -> list[dict[str, str]]:
    with (shared / "data" / "experience" / name).open(newline="") as stream:
        return list(csv.DictReader(stream))


def column(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in rows])


def numbers(text: str) -> list[float]:
    return [float(word) for word in text.split()]


def runs(text: str) -> list[float]:
    """Unfold '4.6x2 3.9x1' to one value a second."""
    pairs = [word.split("x") for word in text.split()]
    return [float(value) for value, times in pairs for _ in range(int(times))]


def constant(o22: float, seconds: float, *, stalls: list[tuple[float, float]] = ()) -> Integration:
    """Integrate one session of constant quality, its audio unknown."""
    return integrate(
        Sessions(
            duration_s=Lists.of([[seconds]]),
            o22=np.array([o22]),
            o21=np.array([5.0]),
            stall_position_s=Lists.of([[position for position, _ in stalls]]),
            stall_duration_s=Lists.of([[length for _, length in stalls]]),
        )
    )


@pytest.mark.shared
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("quant", "quant"),
        ("coded_mos", "MOSq"),
        ("d_quantisation", "Dq"),
        ("d_upscaling", "Du"),
        ("d_temporal", "Dt"),
        ("o22", "O22"),
    ],
)
def test_every_step_of_mode_0_agrees_with_the_vectors(shared: Path, ours: str, theirs: str) -> None:
    rows = vectors(shared, "p1203_1_video_mode0_vectors.csv")

    found = video_quality(
        column(rows, "bitrate_kbps"),
        column(rows, "coded_width") * column(rows, "coded_height"),
        display_pixels=column(rows, "display_width") * column(rows, "display_height"),
        fps=column(rows, "fps"),
    )

    assert len(rows) == 200
    np.testing.assert_allclose(getattr(found, ours), column(rows, theirs), rtol=0, atol=1e-6)


@pytest.mark.shared
def test_handheld_scores_agree_with_the_vectors(shared: Path) -> None:
    rows = vectors(shared, "p1203_1_video_mode0_vectors.csv")

    found = handheld(column(rows, "O22"))

    np.testing.assert_allclose(found, column(rows, "O22_handheld"), rtol=0, atol=1e-6)


@pytest.mark.shared
def test_audio_scores_agree_with_the_vectors(shared: Path) -> None:
    rows = vectors(shared, "p1203_2_audio_vectors.csv")
    codecs, kbps = [row["codec"] for row in rows], column(rows, "bitrate_kbps")

    o21 = audio_quality(Texts.of(codecs), kbps)
    a1, a2, a3 = np.array([CODECS[name] for name in codecs]).T

    np.testing.assert_allclose(o21, column(rows, "O21"), rtol=0, atol=1e-6)
    impairment = coding_impairment(a1, a2, a3, kbps)
    np.testing.assert_allclose(impairment, column(rows, "Q_cod"), rtol=0, atol=1e-6)


@pytest.mark.shared
def test_stalling_agrees_with_the_vectors(shared: Path) -> None:
    rows = vectors(shared, "p1203_3_stalling_vectors.csv")

    found = integrate(
        Sessions(
            duration_s=Lists.of([[float(row["duration_s"])] for row in rows]),
            o22=np.full(len(rows), 4.0),
            o21=np.full(len(rows), 4.0),
            stall_position_s=Lists.of([numbers(row["stall_positions_s"]) for row in rows]),
            stall_duration_s=Lists.of([numbers(row["stall_lengths_s"]) for row in rows]),
        )
    )

    assert len(rows) == 200
    np.testing.assert_allclose(found.stalling_index, column(rows, "SI"), rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.o23, column(rows, "O23"), rtol=0, atol=1e-6)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("o35_base", "O35_base"),
        ("negative_bias", "neg_bias"),
        ("direction_changes", "n_direction_changes"),
        ("longest_period_s", "longest_period_s"),
        ("spread", "spread"),
        ("oscillation", "osc_comp"),
        ("adaptation", "adapt_comp"),
        ("o35", "O35"),
        ("stalling_index", "SI"),
        ("o46", "O46_no_forest"),
    ],
)
def test_every_step_of_the_integration_agrees_with_the_vectors(
    shared: Path, ours: str, theirs: str
) -> None:
    rows = vectors(shared, "p1203_3_session_vectors.csv")
    o22 = [runs(row["O22_runs"]) for row in rows]
    o21 = [runs(row["O21_runs"]) for row in rows]

    found = integrate(
        Sessions(
            duration_s=Lists.of([[1.0] * len(seconds) for seconds in o22]),
            o22=Lists.of(o22).values,
            o21=Lists.of(o21).values,
            stall_position_s=Lists.of([numbers(row["stall_positions_s"]) for row in rows]),
            stall_duration_s=Lists.of([numbers(row["stall_lengths_s"]) for row in rows]),
        )
    )

    assert len(rows) == 200
    np.testing.assert_allclose(getattr(found, ours), column(rows, theirs), rtol=0, atol=1e-6)


def test_rating_and_mos_are_each_others_inverse_on_the_rising_branch() -> None:
    ratings = np.linspace(3.2, 100.0, 97)

    again = r_of_mos(mos_of_r(ratings))

    np.testing.assert_allclose(again, ratings, rtol=0, atol=1e-9)


@pytest.mark.parametrize(("rating", "mos"), [(0.0, 1.05), (10.0, 1.12), (50.0, 2.8), (80.0, 4.354)])
def test_known_ratings_give_the_printed_mos(rating: float, mos: float) -> None:
    assert mos_of_r(np.array([rating]))[0] == pytest.approx(mos, abs=1e-9)


def test_newer_codecs_score_higher_at_the_same_bitrate_and_unknown_ones_as_h264() -> None:
    o22 = np.array([3.0, 3.0, 3.0, 3.0, 3.0])
    codecs = Texts.of(["h264", "HEVC", "vp9", "av1", "theora"])

    h264, h265, vp9, av1, unknown = of_codec(o22, codec_coefficients(codecs))

    assert h264 == unknown == 3.0
    # By hand: -0.05196039 x 27 + 0.39430046 x 9 + 0.17486221 x 3 + 0.50008018.
    assert h265 == pytest.approx(3.170440, abs=1e-6)
    assert av1 == vp9 == pytest.approx(3.168879, abs=1e-6)


def test_one_stall_of_two_seconds_costs_what_the_formula_says() -> None:
    found = constant(4.5, 60.0, stalls=[(30.0, 2.0)])

    # e^(-1/9.35158684) e^(-2 x (0.48412879 + 0.51587121 / 8) / 60 / 0.91890815)
    assert found.stalling_index[0] == pytest.approx(0.880879, abs=1e-6)


def test_stalls_after_the_media_and_those_of_no_length_do_not_count() -> None:
    found = constant(4.5, 60.0, stalls=[(30.0, 0.0), (61.0, 5.0)])

    assert found.stalling_index[0] == 1.0


def test_a_stall_without_a_length_does_not_count() -> None:
    sessions = Sessions(
        duration_s=Lists.of([[60.0]]),
        o22=np.array([4.0]),
        o21=np.array([5.0]),
        stall_position_s=Lists.of([[10.0, 20.0]]),
        stall_duration_s=NOTHING,
    )

    assert integrate(sessions).stalling_index[0] == 1.0


def test_the_same_seconds_cut_into_other_segments_score_alike() -> None:
    whole = Sessions(
        duration_s=Lists.of([[6.0, 6.0]]),
        o22=np.array([3.0, 4.0]),
        o21=np.array([5.0, 5.0]),
        stall_position_s=NOTHING,
        stall_duration_s=NOTHING,
    )
    cut = Sessions(
        duration_s=Lists.of([[2.0, 4.0, 1.0, 5.0]]),
        o22=np.array([3.0, 3.0, 4.0, 4.0]),
        o21=np.full(4, 5.0),
        stall_position_s=NOTHING,
        stall_duration_s=NOTHING,
    )

    assert integrate(whole).o46[0] == integrate(cut).o46[0]


def test_a_session_without_media_scores_one() -> None:
    found = constant(4.0, 0.0)

    assert np.isnan(found.o35[0])
    assert found.o46[0] == 1.0


@pytest.mark.parametrize("seconds", [1e-6, 0.4, 1.0, 1.5, 3600.0, 1e7])
def test_sessions_of_any_length_have_a_finite_score(seconds: float) -> None:
    found = constant(3.5, seconds, stalls=[(0.0, 1.0)])

    assert 1.0 <= found.o46[0] <= 5.0


def test_more_turns_than_an_exponential_can_bear_cost_the_most_there_is() -> None:
    o22 = np.tile([1.5, 1.5, 1.5, 4.5, 4.5, 4.5], 600)
    sessions = Sessions(
        duration_s=Lists.of([[1.0] * len(o22)]),
        o22=o22,
        o21=np.full(len(o22), 5.0),
        stall_position_s=NOTHING,
        stall_duration_s=NOTHING,
    )

    assert integrate(sessions).oscillation[0] == 1.5
