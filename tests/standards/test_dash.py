"""DASH play lists to stalls (TS 26.247 clause 10.2.7)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sentio.experience.models.dash import TraceEntry, playback_of


def entry(raw: dict[str, str | float]) -> TraceEntry:
    return TraceEntry(
        representation=str(raw["representationid"]),
        start_s=float(raw["start"]),
        media_start_s=float(raw["sstart"]),
        duration_s=float(raw["duration"]),
        playback_speed=float(raw["playbackspeed"]),
        stop_reason=str(raw["stopreason"]),
    )


def play(start_s: float, duration_s: float, stop_reason: str, speed: float = 1.0) -> TraceEntry:
    return TraceEntry(
        representation="v1",
        start_s=start_s,
        media_start_s=0.0,
        duration_s=duration_s,
        playback_speed=speed,
        stop_reason=stop_reason,
    )


@pytest.mark.shared
def test_play_lists_give_the_stalls_of_the_vectors(shared: Path) -> None:
    path = shared / "data" / "experience" / "dash_playlist_to_stalls.json"
    cases = json.loads(path.read_text("utf-8"))

    found = [playback_of([entry(raw) for raw in case["trace"]]) for case in cases]

    assert len(cases) == 4
    for playback, case in zip(found, cases, strict=True):
        expected = case["expected"]
        assert playback.initial_delay_s == expected["initial_delay_s"]
        assert list(playback.stall_duration_s) == expected["stall_durations_s"]
        assert len(playback.stall_position_s) == expected["n_stalls"]
        assert playback.switches == expected["switch_entries"]
        assert playback.media_s == expected["media_s"]
        assert playback.session_s == expected["session_s"]


def test_the_example_of_the_clause_has_five_seconds_of_loading_and_one_stall_of_fifteen() -> None:
    found = playback_of([play(5.0, 10.0, "rebuffering"), play(30.0, 50.0, "end of content")])

    assert found.initial_delay_s == 5.0
    assert found.stall_position_s == (10.0,)
    assert found.stall_duration_s == (15.0,)
    assert found.session_s == 80.0


def test_a_pause_of_the_user_is_no_stall() -> None:
    found = playback_of([play(0.0, 10.0, "user request"), play(100.0, 10.0, "end of content")])

    assert found.stall_duration_s == ()


def test_rewinding_takes_time_too() -> None:
    found = playback_of([play(0.0, 10.0, "rebuffering", speed=-2.0), play(7.0, 1.0, "")])

    assert found.stall_duration_s == (2.0,)


def test_entries_that_overlap_make_no_stall() -> None:
    found = playback_of([play(0.0, 10.0, "rebuffering"), play(9.5, 10.0, "end of content")])

    assert found.stall_position_s == ()


def test_an_empty_play_list_played_nothing() -> None:
    found = playback_of([])

    assert (found.media_s, found.session_s, found.switches) == (0.0, 0.0, 0)
