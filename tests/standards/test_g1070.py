"""Video telephony's picture behaves as G.1070 says it does."""

from __future__ import annotations

import numpy as np
import pytest

from sentio.experience.models.g1070 import SETS, video_rating

# Bitrates of a video call, lowest first.
GRID_KBPS = np.array([128.0, 256.0, 512.0, 1024.0])


@pytest.mark.parametrize("coefficients", SETS)
def test_more_bitrate_at_its_best_frame_rate_never_looks_worse(coefficients: int) -> None:
    fps = np.full(len(GRID_KBPS), 15.0)
    best_fps = video_rating(
        GRID_KBPS, fps, ppl_percent=np.zeros(4), coefficients=coefficients
    ).best_fps

    found = video_rating(GRID_KBPS, best_fps, ppl_percent=np.zeros(4), coefficients=coefficients)

    assert (np.diff(found.vq) >= 0.0).all()
    assert ((found.vq >= 1.0) & (found.vq <= 5.0)).all()


@pytest.mark.parametrize("coefficients", SETS)
def test_loss_falls_off_exponentially_from_the_coded_quality(coefficients: int) -> None:
    kbps, fps = np.full(2, 512.0), np.full(2, 15.0)

    found = video_rating(kbps, fps, ppl_percent=np.array([0.0, 1.0]), coefficients=coefficients)

    clean, lossy = found.vq - 1.0
    assert lossy / clean == pytest.approx(np.exp(-1.0 / found.loss_robustness_percent[0]))


def test_the_first_row_of_set_1_is_met() -> None:
    found = video_rating(
        np.array([128.0]), np.array([5.0]), ppl_percent=np.array([0.0]), coefficients=1
    )

    # By hand: Ofr = 1.431 + 0.02228 x 128, IOfr = 3.759 (1 - 1/(1 + (128/184.1)^1.161)).
    assert found.best_fps[0] == pytest.approx(4.28284)
    assert found.best_quality[0] == pytest.approx(1.48874, abs=1e-5)
    assert found.vq[0] == pytest.approx(2.480786, abs=1e-6)
