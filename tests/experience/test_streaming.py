"""The streaming service: P.1203 on the segments and stalls of a session."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentio.experience.scoring import Scores, domain_loss, score
from sentio.experience.services.streaming import SERVICE
from sentio.model.domain import Domain
from sentio.testing.batches import Cell, batch_of
from sentio.testing.service import check_service

GOOD: dict[str, Cell] = {
    "segment_bitrate_kbps": [6000.0] * 15,
    "segment_duration_s": [4.0] * 15,
    "segment_width_px": [1920.0] * 15,
    "segment_height_px": [1080.0] * 15,
    "segment_fps": [30.0] * 15,
    "stall_position_s": [],
    "stall_duration_s": [],
    "video_codec": "h264",
    "device_class": "pc",
}


def scored(*rows: dict[str, Cell]) -> Scores:
    names = {name for row in rows for name in row}
    return score(SERVICE, batch_of(rows, sorted(names)))


def mos(**changes: Cell) -> float:
    return float(scored({**GOOD, **changes}).mos[0])


def test_it_keeps_the_contract_of_a_service() -> None:
    check_service(SERVICE)


def test_a_session_with_all_that_p1203_needs_is_grounded() -> None:
    assert scored(GOOD).grounded[0]


@pytest.mark.parametrize("name", ["segment_width_px", "stall_duration_s", "video_codec"])
def test_a_session_that_lacks_what_p1203_needs_is_scored_but_not_grounded(name: str) -> None:
    found = scored({**GOOD, name: None})

    assert not found.grounded[0]
    assert 1.0 <= found.mos[0] <= 5.0


def test_without_bitrates_there_is_no_score() -> None:
    assert np.isnan(scored({**GOOD, "segment_bitrate_kbps": None}).mos[0])


def test_av1_is_scored_as_vp9_and_never_grounded() -> None:
    poor = {"segment_bitrate_kbps": [900.0] * 15}

    assert mos(video_codec="av1", **poor) == mos(video_codec="vp9", **poor)
    assert not scored({**GOOD, "video_codec": "av1"}).grounded[0]


def test_a_session_in_which_nothing_was_played_scores_one() -> None:
    assert mos(segment_bitrate_kbps=[]) == 1.0


def test_a_session_that_failed_scores_one_whatever_it_looked_like() -> None:
    assert mos(is_success=0.0) == 1.0


def test_a_session_shorter_than_a_second_has_a_score() -> None:
    found = mos(segment_bitrate_kbps=[6000.0], segment_duration_s=[0.2])

    assert 4.5 < found <= 5.0


def test_unknown_sizes_are_assumed_from_the_bitrate() -> None:
    low, high = [500.0] * 15, [6000.0] * 15
    unknown: dict[str, Cell] = {"segment_width_px": None, "segment_height_px": None}

    at_360p = mos(
        segment_bitrate_kbps=low, segment_width_px=[640.0] * 15, segment_height_px=[360.0] * 15
    )

    assert mos(**unknown, segment_bitrate_kbps=low) == at_360p
    assert mos(**unknown, segment_bitrate_kbps=high) == mos()


def test_a_list_that_is_too_short_goes_on_with_its_last_number() -> None:
    assert mos(segment_width_px=[1280.0], segment_height_px=[720.0]) == mos(
        segment_width_px=[1280.0] * 15, segment_height_px=[720.0] * 15
    )


def test_an_unknown_bitrate_within_a_session_repeats_the_one_before() -> None:
    bitrates = [6000.0, 500.0, 500.0, 500.0] + [6000.0] * 11
    with_gap = pa.array([[6000.0, 500.0, None, 500.0] + [6000.0] * 11])
    batch = batch_of([GOOD], sorted(GOOD))
    place = batch.schema.get_field_index("segment_bitrate_kbps")

    found = score(SERVICE, batch.set_column(place, "segment_bitrate_kbps", with_gap))

    assert found.mos[0] == mos(segment_bitrate_kbps=bitrates)


def test_stalls_are_blamed_on_the_radio_and_giving_them_back_regains_the_session() -> None:
    found = scored({**GOOD, "stall_position_s": [20.0], "stall_duration_s": [6.0]})

    regained = found.mos[0] + found.loss["stall_duration_s"][0]

    assert found.loss["stall_duration_s"][0] > 0.3
    assert regained == pytest.approx(mos(), abs=1e-12)


def test_emptying_the_positions_alone_takes_the_stalls_away() -> None:
    assert mos(stall_position_s=[], stall_duration_s=[6.0]) == mos()


def test_a_low_bitrate_is_blamed_for_what_it_costs() -> None:
    found = scored({**GOOD, "segment_bitrate_kbps": [100.0] * 15})

    regained = found.mos[0] + found.loss["segment_bitrate_kbps"][0]

    assert found.loss["segment_bitrate_kbps"][0] > 0.2
    assert regained == pytest.approx(mos(), abs=1e-12)
    assert found.loss["stall_duration_s"][0] == 0.0


def test_a_small_picture_is_laid_to_the_network_that_forced_it() -> None:
    small: dict[str, Cell] = {
        "segment_bitrate_kbps": [400.0] * 15,
        "segment_width_px": [426.0] * 15,
        "segment_height_px": [240.0] * 15,
    }

    by_domain = domain_loss(SERVICE, scored({**GOOD, **small}).loss)

    assert max(by_domain, key=lambda domain: by_domain[domain][0]) is Domain.RAN


def test_a_handheld_forgives_a_small_picture() -> None:
    small: dict[str, Cell] = {
        "segment_bitrate_kbps": [800.0] * 15,
        "segment_width_px": [640.0] * 15,
        "segment_height_px": [360.0] * 15,
    }

    assert mos(device_class="handheld", **small) > mos(device_class="tv", **small) + 0.1


def test_poor_audio_costs_and_unknown_audio_does_not() -> None:
    poor: dict[str, Cell] = {"segment_bitrate_kbps": [900.0] * 15}

    unknown = mos(audio_bitrate_kbps=16.0, **poor)

    assert mos(audio_codec="aaclc", audio_bitrate_kbps=16.0, **poor) < unknown - 0.1


def test_a_late_stall_hurts_more_than_an_early_one() -> None:
    early = mos(stall_position_s=[5.0], stall_duration_s=[5.0])
    late = mos(stall_position_s=[55.0], stall_duration_s=[5.0])

    assert late < early


@settings(max_examples=25, deadline=None)
@given(
    stalls=st.lists(
        st.tuples(st.floats(0.0, 60.0), st.floats(0.0, 30.0)), max_size=6, unique_by=lambda s: s[0]
    ),
    more=st.tuples(st.floats(0.0, 60.0), st.floats(0.0, 30.0)),
)
def test_one_more_stall_never_helps(
    stalls: list[tuple[float, float]], more: tuple[float, float]
) -> None:
    without, with_it = sorted(stalls), sorted([*stalls, more])

    scores = scored(
        *(
            {**GOOD, "stall_position_s": [p for p, _ in s], "stall_duration_s": [d for _, d in s]}
            for s in (without, with_it)
        )
    ).mos

    assert scores[1] <= scores[0] + 1e-9


@settings(max_examples=25, deadline=None)
@given(kbps=st.floats(0.0, 1e5), factor=st.floats(1.0, 10.0), height=st.integers(90, 2160))
def test_a_higher_bitrate_throughout_never_hurts(kbps: float, factor: float, height: int) -> None:
    size = {"segment_width_px": [height * 16 / 9] * 15, "segment_height_px": [float(height)] * 15}

    scores = scored(
        {**GOOD, **size, "segment_bitrate_kbps": [kbps] * 15},
        {**GOOD, **size, "segment_bitrate_kbps": [kbps * factor] * 15},
    ).mos

    # P.1203's own scale dips by 0.006 just above its lowest rating.
    assert scores[1] >= scores[0] - 0.01
