"""What must hold for every service whatever the numbers: worse input never scores better."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentio.experience.columns import Columns, Texts
from sentio.experience.drivers import mos_and_gains
from sentio.experience.models.emodel import Connection, mos_from_r, rating
from sentio.experience.scoring import prepare
from sentio.experience.service import SERVICES
from sentio.testing.batches import random_batch

ROWS = 64
SEEDS = st.integers(0, 2**32 - 1)

WORSE_WHEN_HIGHER = [
    ("voice_nb", "packet_loss_ratio"),
    ("voice_nb", "discard_ratio"),
    ("voice_nb", "burst_ratio"),
    ("voice_wb", "packet_loss_ratio"),
    ("voice_wb", "one_way_delay_ms"),
    ("voice_fb", "packet_loss_ratio"),
    ("voice_fb", "one_way_delay_ms"),
    ("web", "page_load_ms"),
    ("social", "post_duration_ms"),
    ("gaming", "rtt_ms"),
    ("gaming", "frame_loss_ratio"),
    ("gaming", "slice_loss_ratio"),
    ("video_call", "packet_loss_ratio"),
    ("video_call", "one_way_delay_ms"),
    ("video_call", "freeze_ratio"),
    ("xr", "motion_to_photon_ms"),
    ("xr", "packet_loss_ratio"),
    ("xr", "freeze_ratio"),
]
BETTER_WHEN_HIGHER = [
    ("file", "throughput_dl_kbps"),
    ("file", "throughput_ul_kbps"),
    ("video_call", "stream_bitrate_kbps"),
    ("xr", "stream_bitrate_kbps"),
    ("xr", "stream_fps"),
    *((name, "is_success") for name in ("voice_nb", "web", "file", "gaming", "xr")),
    ("voice_nb", "is_retained"),
]


def columns_of(service: str, seed: int) -> Columns:
    columns, _ = prepare(SERVICES[service], random_batch(SERVICES[service], ROWS, seed=seed))
    return columns


def with_more(columns: Columns, name: str, seed: int) -> Columns:
    """Raise one indicator by a random factor, within [0, 1] if it is a share."""
    rng = np.random.default_rng(seed)
    values = np.asarray(columns[name])
    more = values * rng.uniform(1.0, 3.0, len(values)) + rng.uniform(0.0, 0.01, len(values))
    is_share = name.endswith("_ratio") or name.startswith("is_")
    return {**columns, name: np.minimum(more, 1.0) if is_share and name != "burst_ratio" else more}


@pytest.mark.parametrize(("service", "name"), WORSE_WHEN_HIGHER)
@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_more_of_what_harms_never_scores_better(service: str, name: str, seed: int) -> None:
    columns = columns_of(service, seed)

    before = SERVICES[service].mos(columns)
    after = SERVICES[service].mos(with_more(columns, name, seed))

    assert (after <= before + 1e-9).all()


@pytest.mark.parametrize(("service", "name"), BETTER_WHEN_HIGHER)
@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_more_of_what_helps_never_scores_worse(service: str, name: str, seed: int) -> None:
    columns = columns_of(service, seed)

    before = SERVICES[service].mos(columns)
    after = SERVICES[service].mos(with_more(columns, name, seed))

    assert (after >= before - 1e-9).all()


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_more_delay_never_helps_a_narrowband_call_once_it_is_1_ms(seed: int) -> None:
    columns = columns_of("voice_nb", seed)
    # G.107 counts talker echo from 1 ms on, which lifts the rating there by 0.1.
    columns = {**columns, "one_way_delay_ms": np.asarray(columns["one_way_delay_ms"]) + 1.0}

    before = SERVICES["voice_nb"].mos(columns)
    after = SERVICES["voice_nb"].mos(with_more(columns, "one_way_delay_ms", seed))

    assert (after <= before + 1e-9).all()


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_more_bitrate_never_harms_a_game_that_loses_no_frame(seed: int) -> None:
    nothing = np.zeros(ROWS)
    columns = columns_of("gaming", seed)
    columns = {**columns, "frame_loss_ratio": nothing, "slice_loss_ratio": nothing}

    before = SERVICES["gaming"].mos(columns)
    after = SERVICES["gaming"].mos(with_more(columns, "stream_bitrate_kbps", seed))

    assert (after >= before - 1e-9).all()


@pytest.mark.parametrize("service", ["voice_nb", "voice_wb", "voice_fb"])
@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_a_loss_and_a_discard_of_one_size_hurt_alike(service: str, seed: int) -> None:
    columns = columns_of(service, seed)
    swapped = {
        **columns,
        "packet_loss_ratio": columns["discard_ratio"],
        "discard_ratio": columns["packet_loss_ratio"],
    }

    assert np.allclose(SERVICES[service].mos(columns), SERVICES[service].mos(swapped))


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_the_voice_service_is_the_e_model_wherever_it_is_asked(seed: int) -> None:
    columns = {**columns_of("voice_nb", seed), "voice_codec": Texts.repeat("g729", ROWS)}
    columns |= {"is_success": np.ones(ROWS), "is_retained": np.ones(ROWS)}
    lost = np.asarray(columns["packet_loss_ratio"]) + np.asarray(columns["discard_ratio"])

    full = rating(
        Connection.over_ip(
            np.asarray(columns["one_way_delay_ms"]),
            ie=10.0,
            bpl=19.0,
            ppl_percent=np.minimum(lost, 1.0) * 100.0,
            burst_r=np.asarray(columns["burst_ratio"]),
        )
    )

    assert np.allclose(SERVICES["voice_nb"].mos(columns), mos_from_r(full.r), atol=1e-8)


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_no_driver_regains_more_than_the_whole_loss(seed: int) -> None:
    for name in ("voice_nb", "web", "gaming", "video_call", "xr"):
        service, columns = SERVICES[name], columns_of(name, seed)

        mos, gains = mos_and_gains(service, columns)

        assert np.allclose(mos, service.mos(columns))
        for gain in gains.values():
            assert (gain >= 0.0).all()
            assert (mos + gain <= 5.0 + 1e-9).all()
