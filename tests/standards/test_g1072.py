"""Cloud gaming gives the published reference cases (G.1072)."""

from __future__ import annotations

import numpy as np
import pytest

from sentio.experience.models.g1072 import CLASSES, GamingRating, GamingUse, gaming_rating


def rate(
    *,
    bitrate_mbps: float = 20.0,
    fps: float = 60.0,
    rtt_ms: float = 0.0,
    frame_loss: float = 0.0,
    slice_loss: float = 0.0,
    game: str = "high",
    pixels: float = 1920.0 * 1080.0,
) -> GamingRating:
    one = np.ones(1)
    classes = np.array([CLASSES.index(game)])
    return gaming_rating(
        GamingUse(
            bitrate_mbps=bitrate_mbps * one,
            pixels=pixels * one,
            fps=fps * one,
            rtt_ms=rtt_ms * one,
            frame_loss_ratio=frame_loss * one,
            slice_loss_ratio=slice_loss * one,
            interaction_class=classes,
            video_class=classes,
        )
    )


def test_the_reference_case_is_met_to_the_last_digit() -> None:
    found = rate(bitrate_mbps=50.0, frame_loss=0.2)

    assert found.mos[0] == pytest.approx(4.580889112437288, abs=1e-12)


@pytest.mark.parametrize(
    ("game", "mos_by_rtt"),
    [
        ("high", {0: 4.479, 50: 4.260, 100: 3.918, 200: 3.053, 400: 2.094}),
        ("low", {0: 4.593, 50: 4.551, 100: 4.471, 200: 4.155, 400: 3.460}),
    ],
)
def test_delay_costs_a_fast_game_more_than_a_slow_one(
    game: str, mos_by_rtt: dict[int, float]
) -> None:
    for rtt_ms, mos in mos_by_rtt.items():
        assert rate(game=game, rtt_ms=float(rtt_ms)).mos[0] == pytest.approx(mos, abs=5e-4)


def test_frame_loss_is_nothing_on_a_round_trip_under_16_ms() -> None:
    assert rate(rtt_ms=15.9, frame_loss=0.3).frame_loss_rate_percent[0] == 0.0
    assert rate(rtt_ms=16.0, frame_loss=0.3).frame_loss_rate_percent[0] > 0.0


def test_coding_never_takes_more_than_65() -> None:
    worst = rate(bitrate_mbps=0.3, pixels=1920.0 * 1080.0, fps=60.0)

    assert worst.coding[0] <= 65.0


@pytest.mark.parametrize("game", CLASSES)
@pytest.mark.parametrize("bitrate_mbps", [0.3, 2.0, 50.0])
def test_loss_within_frames_stays_finite_even_where_coding_has_spoilt_all(
    game: str, bitrate_mbps: float
) -> None:
    harm = [
        rate(game=game, bitrate_mbps=bitrate_mbps, slice_loss=loss).transmission[0]
        for loss in (0.0, 0.001, 0.05, 0.5)
    ]

    assert harm[0] == 0.0
    assert np.isfinite(harm).all()
    assert harm == sorted(harm)
