"""Probabilities of keeping a threshold, against values worked out by hand."""

from __future__ import annotations

import math

import pytest

from sentio.api.nwdaf.foretelling import confidence, foretell


def above(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def test_one_week_stands_by_the_assumed_deviation():
    told = foretell([4.0], 3.8)

    assert told.mos == 4.0
    assert told.keeps == pytest.approx(above(0.2 / (0.2 * math.sqrt(2.0))))  # 0.7602
    assert told.keeps == pytest.approx(0.76025, abs=1e-5)


def test_more_weeks_bring_their_own_deviation():
    told = foretell([3.0, 4.0, 5.0], 4.5)

    variance = (2 * 0.04 + 2.0) / 4 * (1 + 1 / 3)  # 0.6933
    assert told.keeps == pytest.approx(above(-0.5 / math.sqrt(variance)))
    assert told.keeps == pytest.approx(0.2741, abs=1e-4)


def test_an_open_degradation_lasts_by_half_after_two_hours():
    now = foretell([4.0, 4.0, 4.0, 4.0], 3.5, shift=-1.0)
    later = foretell([4.0, 4.0, 4.0, 4.0], 3.5, shift=-1.0, lead_h=2.0)

    deviation = math.sqrt(2 * 0.04 / 5 * 1.25)
    ill, well = above(-0.5 / deviation), above(0.5 / deviation)
    assert now.keeps == pytest.approx(ill)
    assert later.keeps == pytest.approx(0.5 * ill + 0.5 * well) == pytest.approx(0.5)
    assert (now.mos, later.mos) == (3.0, 3.5)


def test_what_is_foretold_stays_on_the_scale():
    assert foretell([1.2], 3.0, shift=-2.0).mos == 1.0


@pytest.mark.parametrize(
    ("weeks", "same", "sure"), [(1, True, 0.5), (4, True, 0.8), (1, False, 0.25)]
)
def test_confidence_grows_with_the_weeks_behind_it(weeks, same, sure):
    assert confidence(weeks, is_same_day=same) == sure
