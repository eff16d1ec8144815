"""A score says how far to trust it, what was missing, and what explains its loss."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from sentio.experience.columns import Columns, FloatArray
from sentio.experience.scoring import TILE_ROWS, Scores, domain_loss, score
from sentio.experience.service import SERVICES, Input, Service
from sentio.model.domain import Domain


def scored(service: Service | str, **columns: list[object]) -> Scores:
    model = SERVICES[service] if isinstance(service, str) else service
    return score(model, pa.RecordBatch.from_pydict(columns))


def test_a_call_with_all_inputs_is_grounded_and_as_trusted_as_its_model() -> None:
    found = scored(
        "voice_nb",
        voice_codec=["g711"],
        one_way_delay_ms=[100.0],
        packet_loss_ratio=[0.0],
        discard_ratio=[0.0],
        burst_ratio=[1.0],
        is_success=[1.0],
        is_retained=[1.0],
    )

    assert found.grounded.tolist() == [True]
    assert found.missing.tolist() == [0]
    assert found.confidence[0] == pytest.approx(SERVICES["voice_nb"].confidence)


def test_a_call_without_a_codec_is_scored_but_not_grounded() -> None:
    found = scored("voice_nb", one_way_delay_ms=[100.0], packet_loss_ratio=[0.0])

    codec = [wanted.name for wanted in SERVICES["voice_nb"].inputs].index("voice_codec")
    assert found.mos[0] == pytest.approx(4.355, abs=1e-3)
    assert found.grounded.tolist() == [False]
    assert found.missing[0] >> codec & 1


def test_a_codec_that_g113_does_not_know_is_scored_but_not_grounded() -> None:
    found = scored(
        "voice_nb",
        voice_codec=["G711", "speex"],
        one_way_delay_ms=[100.0, 100.0],
        packet_loss_ratio=[0.0, 0.0],
    )

    assert found.grounded.tolist() == [True, False]
    assert found.confidence[1] < found.confidence[0]
    assert not found.missing[1] & 1


def test_a_game_beyond_the_scope_of_its_model_is_not_grounded() -> None:
    inside = {
        "stream_bitrate_kbps": [20_000.0, 20_000.0],
        "rtt_ms": [40.0, 40.0],
        "stream_width_px": [1920.0, 1920.0],
        "stream_height_px": [1080.0, 1080.0],
        "frame_loss_ratio": [0.0, 0.0],
        "interaction_class": ["high", "high"],
        "video_class": ["high", "high"],
    }

    found = scored("gaming", **inside, stream_fps=[60.0, 144.0])

    assert found.grounded.tolist() == [True, False]
    assert found.mos[0] == found.mos[1]  # the nearest edge of the scope


def test_a_page_without_its_load_time_has_no_score() -> None:
    found = scored("web", page_load_ms=[None, 1000.0], dns_ms=[20.0, 20.0])

    assert np.isnan(found.mos[0])
    assert found.confidence[0] == 0.0
    assert not found.grounded[0]
    assert all(gain[0] == 0.0 for gain in found.loss.values())
    assert found.mos[1] == pytest.approx(3.40, abs=0.005)


def test_a_page_that_failed_needs_no_load_time() -> None:
    found = scored("web", page_load_ms=[None], is_success=[0.0])

    assert found.mos.tolist() == [1.0]
    assert found.missing.tolist() == [0]
    assert found.loss["is_success"][0] > 3.0
    assert found.loss["page_load_ms"][0] == 0.0


@pytest.mark.parametrize("broken", ["is_success", "is_retained"])
def test_a_call_that_failed_or_was_cut_off_is_as_bad_as_can_be(broken: str) -> None:
    found = scored("voice_nb", one_way_delay_ms=[50.0], packet_loss_ratio=[0.0], **{broken: [0.0]})

    assert found.mos.tolist() == [1.0]
    assert max(found.loss, key=lambda name: found.loss[name][0]) == broken


def test_a_transfer_needs_one_direction_not_both() -> None:
    found = scored(
        "file",
        throughput_dl_kbps=[10_000.0, None, None],
        throughput_ul_kbps=[None, 5_000.0, None],
    )

    assert found.mos[:2] == pytest.approx([3.0, 3.0])
    assert np.isnan(found.mos[2])


def test_the_drivers_of_a_call_name_what_spoilt_it() -> None:
    found = scored(
        "voice_nb",
        voice_codec=["g729"] * 3,
        one_way_delay_ms=[400.0, 100.0, 100.0],
        packet_loss_ratio=[0.0, 0.05, 0.0],
    )

    def worst(row: int) -> str:
        return max(found.loss, key=lambda name: found.loss[name][row])

    assert [worst(row) for row in range(3)] == [
        "one_way_delay_ms",
        "packet_loss_ratio",
        "voice_codec",
    ]


def test_returning_a_single_cause_to_nominal_regains_exactly_what_it_cost() -> None:
    found = scored("voice_nb", one_way_delay_ms=[100.0, 100.0], packet_loss_ratio=[0.0, 0.02])

    clean, lossy = found.mos
    assert found.loss["packet_loss_ratio"] == pytest.approx([0.0, clean - lossy])


def test_a_slow_page_blames_each_part_for_what_it_adds() -> None:
    found = scored(
        "web",
        page_load_ms=[4000.0, 4000.0],
        dns_ms=[3000.0, 5.0],
        transfer_ms=[100.0, 3000.0],
    )

    domains = domain_loss(SERVICES["web"], found.loss)
    assert domains[Domain.CORE][0] > domains[Domain.APPLICATION][0] > domains[Domain.RAN][0] == 0.0
    assert domains[Domain.RAN][1] > domains[Domain.APPLICATION][1] > domains[Domain.CORE][1] == 0.0


def test_what_no_part_explains_stays_with_the_page_itself() -> None:
    found = scored("web", page_load_ms=[4000.0], dns_ms=[5.0], transfer_ms=[100.0])

    assert found.loss["page_load_ms"][0] == pytest.approx(5.0 - found.mos[0])
    assert found.loss["dns_ms"][0] == found.loss["transfer_ms"][0] == 0.0


def test_nothing_wrong_blames_nothing() -> None:
    found = scored("voice_nb", one_way_delay_ms=[100.0], packet_loss_ratio=[0.0])

    assert all(gain[0] == 0.0 for gain in found.loss.values())


def test_a_batch_larger_than_a_tile_scores_as_its_halves_do() -> None:
    rows = TILE_ROWS + 1000
    rng = np.random.default_rng(7)
    batch = pa.RecordBatch.from_pydict(
        {
            "one_way_delay_ms": rng.gamma(4.0, 40.0, rows),
            "packet_loss_ratio": rng.exponential(0.01, rows),
            "voice_codec": rng.choice(["g711", "g729"], rows),
        }
    )

    whole = score(SERVICES["voice_nb"], batch)
    halves = [score(SERVICES["voice_nb"], batch.slice(at, rows // 2)) for at in (0, rows // 2)]

    assert np.allclose(whole.mos, np.concatenate([half.mos for half in halves]), atol=1e-12)
    for name, gain in whole.loss.items():
        parts = np.concatenate([half.loss[name] for half in halves])
        assert np.allclose(gain, parts, atol=1e-12), name


def longest(columns: Columns) -> FloatArray:
    stalls = columns["stall_duration_s"]
    total_s = np.bincount(
        np.repeat(np.arange(len(stalls)), stalls.counts),  # type: ignore[union-attr]
        weights=stalls.values,  # type: ignore[union-attr]
        minlength=len(stalls),
    )
    return np.maximum(5.0 - total_s, 1.0)


STALLS = Service(
    name="stalls",
    title="Stalls",
    standard="ours",
    version="1",
    subject_kind="user",
    inputs=(Input(name="stall_duration_s", nominal=(), assumed=(), need="grounds"),),
    mos=longest,
    confidence=0.5,
)


def test_a_driver_of_lists_returns_them_to_empty() -> None:
    found = scored(STALLS, stall_duration_s=[[1.0, 2.0], [], None, [0.5]])

    assert found.mos.tolist() == [2.0, 5.0, 5.0, 4.5]
    assert found.loss["stall_duration_s"].tolist() == [3.0, 0.0, 0.0, 0.5]
    assert found.grounded.tolist() == [True, True, False, True]


@pytest.mark.parametrize("kind", [pa.null(), pa.list_(pa.float64())])
def test_a_column_of_nulls_is_the_same_as_no_column(kind: pa.DataType) -> None:
    batch = pa.RecordBatch.from_arrays([pa.nulls(2, kind)], names=["stall_duration_s"])

    found = score(STALLS, batch)

    assert found.mos.tolist() == [5.0, 5.0]
    assert found.missing.tolist() == [1, 1]


def test_no_rows_give_no_scores() -> None:
    found = scored("voice_nb", one_way_delay_ms=[])

    assert len(found.mos) == 0
    assert all(len(gain) == 0 for gain in found.loss.values())
