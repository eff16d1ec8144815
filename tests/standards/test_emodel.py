"""The E-model gives the Recommendation's own numbers (G.107, G.107.1, G.107.2)."""

from __future__ import annotations

import numpy as np
import pytest

from sentio.experience.models.emodel import (
    Connection,
    absolute_delay,
    equipment,
    mos_from_r,
    rating,
)
from sentio.experience.models.emodel_fb import fullband_mos, fullband_rating
from sentio.experience.models.emodel_over_ip import rating_over_ip


def test_the_defaults_of_g107_give_r_93_2() -> None:
    found = rating(Connection())

    assert float(found.r) == pytest.approx(93.206, abs=5e-4)
    assert float(mos_from_r(found.r)) == pytest.approx(4.409, abs=5e-4)


def test_the_terms_of_the_defaults_are_those_of_g107() -> None:
    found = rating(Connection())

    assert float(found.ro) == pytest.approx(94.769, abs=5e-4)
    assert float(found.simultaneous) == pytest.approx(1.414, abs=5e-4)
    assert float(found.idte + found.idle + found.idd) == pytest.approx(0.149, abs=5e-4)
    assert float(found.ie_eff) == 0.0


@pytest.mark.parametrize(
    ("r", "mos"), [(90, 4.339), (80, 4.024), (70, 3.597), (60, 3.100), (50, 2.575)]
)
def test_a_rating_has_the_mos_of_annex_b(r: float, mos: float) -> None:
    assert float(mos_from_r(float(r))) == pytest.approx(mos, abs=5e-4)


@pytest.mark.parametrize("r", [-5.0, 0.0, 1.0, 3.22, 6.4])
def test_no_rating_however_bad_has_a_mos_under_1(r: float) -> None:
    assert float(mos_from_r(r)) == 1.0


def test_a_rating_beyond_100_has_mos_4_5() -> None:
    assert float(mos_from_r(129.0)) == 4.5


@pytest.mark.parametrize(
    ("delay_ms", "r", "mos"),
    [
        (100, 90.66, 4.355),
        (150, 89.54, 4.328),
        (200, 85.80, 4.223),
        (250, 79.18, 3.993),
        (300, 72.67, 3.719),
        (400, 62.25, 3.216),
        (500, 54.80, 2.828),
    ],
)
def test_g711_without_loss_has_the_known_rating_at_each_delay(
    delay_ms: float, r: float, mos: float
) -> None:
    found = rating(Connection.over_ip(float(delay_ms)))

    assert float(found.r) == pytest.approx(r, abs=5e-3)
    assert float(mos_from_r(found.r)) == pytest.approx(mos, abs=5e-4)


def test_the_short_form_for_calls_over_ip_is_the_full_e_model() -> None:
    delay_ms = np.concatenate([np.linspace(0.0, 20.0, 401), np.geomspace(20.0, 6e5, 2000)])

    whole = rating(Connection.over_ip(delay_ms)).r

    assert np.abs(rating_over_ip(delay_ms) - whole).max() < 1e-8


def test_every_parameter_of_the_connection_moves_the_rating() -> None:
    usual = Connection.over_ip(150.0, ppl_percent=1.0)
    changes = {
        "slr_db": 12.0, "rlr_db": 5.0, "stmr_db": 7.0, "ds": 0.0, "telr_db": 45.0,
        "wepl_db": 60.0, "qdu": 8.0, "ie": 11.0, "bpl": 19.0, "ppl_percent": 3.0, "burst_r": 2.0,
        "nc_dbm0p": -50.0, "nfor_dbmp": -50.0, "ps_dba": 60.0, "pr_dba": 60.0, "mt_ms": 120.0,
        "st": 0.55, "advantage": 5.0,
    }  # fmt: skip

    for name, value in changes.items():
        changed = rating(Connection.over_ip(150.0, **{"ppl_percent": 1.0, name: value}))
        assert float(changed.r) != pytest.approx(float(rating(usual).r), abs=1e-3), name


def test_nobody_notices_a_delay_under_100_ms() -> None:
    assert absolute_delay(np.array([0.0, 50.0, 100.0])).tolist() == [0.0, 0.0, 0.0]
    assert float(absolute_delay(np.array(200.0))) == pytest.approx(3.044, abs=2e-3)


def test_bursts_hurt_more_than_the_same_loss_spread_out() -> None:
    spread = equipment(0.0, 25.1, ppl_percent=5.0, burst_r=1.0)
    bursts = equipment(0.0, 25.1, ppl_percent=5.0, burst_r=2.0)

    assert float(bursts) > float(spread) == pytest.approx(95.0 * 5.0 / 30.1)


def test_a_fullband_call_starts_at_137_8() -> None:
    r = fullband_rating(100.0, ppl_percent=0.0)

    assert float(r) == pytest.approx(137.8)
    assert float(fullband_mos(r)) == pytest.approx(4.4075, abs=1e-4)
