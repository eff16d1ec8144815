"""``sentio report``: a page, or its numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.small_store import HOURS, START, USES, build


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    build(folder / "sentio.duckdb")
    return folder


def test_the_page_is_written_and_its_first_sentence_told(sentio, data: Path, tmp_path: Path):
    result = sentio("--data-folder", str(data), "report", "--out", str(tmp_path / "r.html"))

    assert result.exit_code == 0, result.output
    assert "uses were good" in result.stdout
    assert (tmp_path / "r.html").read_text("utf-8").startswith("<!doctype html>")


def test_json_gives_the_numbers_and_writes_nothing(told, data: Path, tmp_path: Path):
    value = told("--data-folder", str(data), "report")

    assert value["schema"] == "sentio.cli/report.v1"
    parts = {part["name"]: part for part in value["services"]}
    assert parts["web"]["n"] + parts["web"]["unscored"] == USES
    assert not list(tmp_path.glob("*.html"))


def test_one_service_and_a_span_are_kept_to(told, data: Path):
    value = told(
        "--data-folder", str(data), "report", "--service", "web",
        "--from", "2026-11-21T10:00", "--to", "2026-11-21T12:00+00:00",
    )  # fmt: skip

    assert [part["name"] for part in value["services"]] == ["web"]
    assert value["until_ns"] - value["since_ns"] == 2 * 3600 * 10**9
    assert 0 < value["services"][0]["n"] < USES * 4 / HOURS


def test_a_span_without_uses_says_so(sentio, data: Path):
    result = sentio("--data-folder", str(data), "report", "--from", "2030-01-01")

    assert result.exit_code == 0
    assert "No scored experience yet" in result.stdout
    assert "No scored experience yet" in Path("sentio-report.html").read_text("utf-8")


def test_no_store_is_told_with_what_to_do(sentio, tmp_path: Path):
    result = sentio("--data-folder", str(tmp_path / "none"), "report")

    assert result.exit_code == 1
    assert "sentio ingest" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "yesterday"), "no moment"),
        (("--from", "2026-11-22", "--to", "2026-11-21"), "ends before it begins"),
        (("--zone", "Mars/Olympus"), "no time zone"),
        (("--service", "wbe"), "Did you mean 'web'"),
    ],
)
def test_what_cannot_be_understood_is_told(sentio, data: Path, words, said: str):
    result = sentio("--data-folder", str(data), "report", *words)

    assert result.exit_code == 1
    assert said in result.stderr


def test_an_age_is_counted_back_from_now():
    from sentio.cli.times import moment_ns

    found = moment_ns("36h", now_ns=START, zone="UTC", where="--from")

    assert found == START - 36 * 3600 * 10**9


def test_a_date_begins_in_its_own_zone():
    from sentio.cli.times import moment_ns

    paris = moment_ns("2026-07-01", now_ns=0, zone="Europe/Paris", where="--from")
    utc = moment_ns("2026-07-01", now_ns=0, zone="UTC", where="--from")

    assert utc - paris == 2 * 3600 * 10**9
