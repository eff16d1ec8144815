"""``sentio ingest`` reads what it can, tells what it cannot, and goes on where it stopped."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest

WEB = ("--service", "web", "--source", "drive")


def test_a_folder_is_read_and_the_receipt_accounts_for_every_row(told, drive):
    receipt = told("ingest", str(drive), *WEB)

    assert (receipt["inputs"], receipt["rows_kept"], receipt["rows_rejected"]) == (2, 20, 2)
    assert receipt["rows_read"] == receipt["rows_kept"] + receipt["rows_rejected"]
    assert receipt["rejected_by_reason"] == {"bad_time": 1, "unknown_format": 1}
    assert receipt["failed"][0]["input"].endswith("b.bin")
    assert receipt["passed_over"][0]["name"].endswith(".hidden.csv")


def test_what_was_read_before_is_not_read_again(told, drive):
    told("ingest", str(drive / "a.csv"), *WEB)

    again = told("ingest", str(drive / "a.csv"), *WEB)

    assert (again["skipped"], again["rows_read"]) == (1, 0)


def test_the_receipt_for_people_says_where_the_rejected_rows_are(sentio, drive):
    result = sentio("ingest", str(drive), *WEB)

    assert result.exit_code == 0
    assert "bad_time" in result.stdout
    assert "sentio dead-letter list --source drive" in result.stdout
    assert result.stderr == ""


def test_standard_input_is_read_and_the_same_bytes_only_once(told, drive):
    content = (drive / "a.csv").read_bytes()

    first = told("ingest", "-", *WEB, given=content)
    again = told("ingest", "-", *WEB, given=content)

    assert first["rows_kept"] == 20
    assert again["skipped"] == 1


@pytest.mark.usefixtures("drive")
@pytest.mark.parametrize("path", ["nowhere.csv", "drive/b.bin"])
def test_the_exit_code_tells_that_nothing_could_be_read(sentio, path):
    assert sentio("ingest", path, *WEB).exit_code == 1


def test_one_good_input_is_enough_for_success(sentio, drive):
    assert sentio("ingest", "nowhere.csv", str(drive), *WEB).exit_code == 0


def test_an_option_that_is_none_is_told_as_what_where_expected(sentio, drive):
    result = sentio("ingest", str(drive), "--option", "timezone")

    assert result.exit_code == 1
    assert "error:    'timezone' is not an option" in result.stderr
    assert "expected: NAME=VALUE" in result.stderr


def test_an_unknown_map_is_told_with_the_nearest(sentio, drive):
    result = sentio("ingest", str(drive / "a.csv"), "--map", "s1u_htp")

    assert result.exit_code == 1
    assert "'s1u_http'" in result.stderr


def test_the_options_of_a_defined_source_are_taken(told, drive):
    told("sources", "define", "drive", "--option", "service=web")

    receipt = told("ingest", str(drive / "a.csv"), "--source", "drive")

    assert receipt["by_kind"]["experience_web"] == 20


@pytest.mark.slow
def test_an_interruption_keeps_what_was_complete_and_says_how_to_go_on(told, drive):
    words = ["ingest", str(drive / "a.csv"), "-", *WEB]
    process = subprocess.Popen(
        [sys.executable, "-m", "sentio.cli.main", *words],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    process.stdin.write(bytes(1_000_000))  # more than a pipe holds: so it reads, behind a.csv
    process.send_signal(signal.SIGINT)
    said = process.stderr.read().decode()
    process.stdin.close()
    process.stderr.close()
    again = told("ingest", str(drive / "a.csv"), *WEB)

    assert process.wait(timeout=60) == 130
    assert "run the same command again" in said
    assert again["skipped"] == 1


@pytest.mark.slow
def test_a_watched_folder_is_followed_until_it_is_stopped(drive):
    rest = (drive / "a.csv").read_text().splitlines()[:4]
    late = "\n".join([rest[0], *(f"{row}7" for row in rest[1:])]) + "\n"
    quick = {"SENTIO_WATCH_POLL_S": "0.05", "SENTIO_WATCH_STILL_S": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "sentio.cli.main", "ingest", str(drive), "--watch", *WEB],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **quick},
    )

    first = wait_for(process, "20 rows kept")
    (drive / "late.csv").write_text(late)
    second = wait_for(process, "3 rows kept")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)

    assert "2 inputs" in first
    assert "1 inputs" in second
    assert process.returncode == 130
    assert re.search(r"experience_web +23\n", out)


def wait_for(process: subprocess.Popen[str], words: str) -> str:
    return next(line for line in process.stderr if words in line)
