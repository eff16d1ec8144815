"""``sentio problems``, ``works``, ``sufferers`` and ``care``, over a store that was watched."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.loop.live_city import BROKEN, read, uses

from sentio.store.warehouse import Warehouse

pytestmark = pytest.mark.slow


@pytest.fixture
def line(tmp_path: Path, sentio) -> tuple[str, ...]:
    folder = tmp_path / "data"
    folder.mkdir()
    with Warehouse(folder / "sentio.duckdb", memory_limit_mb=256) as warehouse:
        read(warehouse, ("uses.csv", uses(0, 215)))
    line = ("--data-folder", str(folder))
    assert sentio(*line, "watch", "--learn-days", "0.5").exit_code == 0
    return line


def test_a_problem_is_listed_taken_over_and_its_sufferers_are_cared_for(sentio, told, line):
    [problem] = told(*line, "problems")["problems"]
    listed = sentio(*line, "problems")
    moved = told(*line, "problems", problem["id"], "--set", "closed", "--why", "restarted")
    refused = sentio(*line, "problems", problem["id"], "--set", "held")
    unknown = sentio(*line, "problems", "P-none")
    silent = told(*line, "sufferers", problem["degradations"][0])
    first = silent["sufferers"][0]["subject"]
    cared = sentio(*line, "care", "--days", "2", first)
    as_json = told(*line, "care", first)

    assert BROKEN in listed.stdout
    assert moved["problems"][0]["tracking"][-1]["why"] == "restarted"
    assert (refused.exit_code, unknown.exit_code) == (1, 1)
    assert "it is over" in refused.stderr
    assert problem["id"] in unknown.stderr
    assert silent["count"] > 10
    assert cared.stdout.startswith(("Suffers now", "Has suffered"))
    assert "worst uses" in cared.stdout
    assert as_json["verdict"] in {"suffering", "suffered"}


def test_an_identifier_needs_a_purpose_and_a_pseudonym_is_a_number(sentio, line):
    bare = sentio(*line, "care", "imsi:262010000000001")
    odd = sentio(*line, "care", "somebody")
    strange = sentio(*line, "care", "colour:red", "--purpose", "a ticket")
    given = sentio(*line, "care", "imsi:262019999999999", "--purpose", "a ticket")

    assert [each.exit_code for each in (bare, odd, strange, given)] == [1, 1, 1, 0]
    assert "--purpose" in bare.stderr
    assert "Nothing was seen" in given.stdout


def test_where_no_work_is_planned_none_is_listed(sentio, told, line):
    assert "No planned work" in sentio(*line, "works").stdout
    assert told(*line, "works")["works"] == []
    assert sentio(*line, "works", "W-1").exit_code == 1
