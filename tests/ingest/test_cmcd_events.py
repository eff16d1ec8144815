"""Video sessions rebuilt from CMCD version 2 event reports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.ingest.one_input import read

from sentio.ingest.formats.cmcd_events import FORMAT

START_MS = 1_772_395_200_000


def report(at_ms: int, state: str, more: str = "", sid: str = "s") -> str:
    return f'e=ps,sid="{sid}",ts={START_MS + at_ms},sta={state}{more},v=2'


def test_states_become_initial_delay_stalls_and_stretches_of_one_bitrate(samples: Path) -> None:
    found = read(FORMAT, (samples / "cmcd_events" / "reports.txt").read_bytes())

    (session,) = found.records()
    assert session["initial_delay_ms"] == 1500
    assert session["stall_position_s"] == [0.0, 20.0]
    assert session["stall_duration_s"] == [1.5, 2.5]
    assert session["segment_bitrate_kbps"] == [1000.0, 3000.0]
    assert session["segment_duration_s"] == [10.0, 30.0]
    assert session["is_success"] == 1
    assert session["is_retained"] == 1
    assert found.kept == found.rows == 7


def test_a_pause_is_neither_play_nor_stall() -> None:
    lines = [
        report(0, "s"),
        report(1000, "p"),
        report(5000, "a"),
        report(60_000, "p"),
        report(62_000, "e"),
    ]

    (session,) = read(FORMAT, "\n".join(lines)).records()

    assert session["play_duration_ms"] == 6000
    assert session["stall_count"] == 0


def test_a_start_that_fails_is_a_use_that_did_not_succeed() -> None:
    (session,) = read(FORMAT, "\n".join([report(0, "s"), report(9000, "f")])).records()

    assert session["is_success"] == 0
    assert session["segment_bitrate_kbps"] is None
    assert session["initial_delay_ms"] is None


def test_a_break_during_play_is_not_retained() -> None:
    (session,) = read(FORMAT, "\n".join([report(0, "p"), report(9000, "f")])).records()

    assert (session["is_success"], session["is_retained"]) == (1, 0)


def test_reports_out_of_order_are_put_in_order_and_repeated_ones_rejected() -> None:
    lines = [report(5000, "e", ",sn=2"), report(0, "s", ",sn=0"), report(1000, "p", ",sn=1")]

    found = read(FORMAT, "\n".join([*lines, lines[1]]))

    assert found.records()[0]["play_duration_ms"] == 4000
    assert found.reasons == {"duplicate": 1}


def test_reports_of_one_moment_keep_their_order() -> None:
    same = [
        f'{{"e":"ps","sid":"s","ts":{START_MS},"sta":"{state}","br":[{{"v":{kbps}}}]}}'
        for state, kbps in (("s", 2), ("p", 1))
    ]

    found = read(FORMAT, "\n".join([*same, report(5000, "e")]))

    assert found.rows == found.kept == 3


def test_sessions_that_fall_silent_are_emitted_apart() -> None:
    lines = [report(0, "p"), report(1000, "p"), report(300_000, "p", sid="b"), report(301_000, "p")]

    found = read(FORMAT, "\n".join(lines))

    assert len(found.records()) == 3


def test_a_state_nobody_knows_tells_nothing() -> None:
    found = read(FORMAT, "\n".join([report(0, "zz"), report(1000, "?1")]))

    assert found.reasons == {"incomplete": 2}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('br=3000,sid="abc",v=2', "missing"),
        ("e=t,ts=1772395200000", "missing"),
        ('e=t,sid="a",v=2', "missing"),
        ('e=t,sid="a",ts=99999999999999999', "bad_time"),
        ('e=t,sid="a', "unreadable"),
        ('{"e":"t","sid":"a","ts":1e999}', "unreadable"),
        ('{"e":["t"],"sid":{"a":1},"ts":[1]}', "missing"),
    ],
)
def test_a_bad_report_is_rejected_and_the_rest_goes_on(row: str, reason: str) -> None:
    found = read(FORMAT, "\n".join([report(0, "p"), row, report(4000, "e")]))

    assert found.reasons == {reason: 1}
    assert found.records()[0]["play_duration_ms"] == 4000


def test_bytes_that_are_no_utf8_are_rejected_as_such() -> None:
    found = read(FORMAT, report(0, "p").encode() + b'\ne=t,sid="\xff\xfe",ts=1\n')

    assert found.reasons == {"encoding": 1}


@pytest.mark.shared
def test_the_bodies_of_the_public_vectors_are_reports(shared: Path) -> None:
    path = shared / "data/inputs/cmcd/cml_validateCmcdEventReport.test.ts.txt"
    bodies = re.findall(r"body: [`']([^`']+)[`']", path.read_text())

    good = [body for body in bodies if "e=" in body]

    assert len(good) >= 4
    for body in good:
        assert FORMAT.sniff(body.encode(), "body") > 0.9
        found = read(FORMAT, body)
        assert found.kept == found.rows == len(body.splitlines())
        assert found.records()[0]["session_key"] == "session-1"
    assert read(FORMAT, next(body for body in bodies if "e=" not in body)).reasons == {"missing": 1}


@pytest.mark.shared
def test_test_files_of_a_library_are_no_reports(shared: Path) -> None:
    for path in sorted((shared / "data/inputs/cmcd").glob("*.ts.txt")):
        assert FORMAT.sniff(path.read_bytes()[:65_536], path.name) == 0
