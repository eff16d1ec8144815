"""``sentio watch`` and ``sentio degradations``, over a store that was filled before."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.loop.live_city import BROKEN, read, uses

from sentio.store.warehouse import Warehouse

pytestmark = pytest.mark.slow


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    with Warehouse(folder / "sentio.duckdb", memory_limit_mb=256) as warehouse:
        read(warehouse, ("uses.csv", uses(0, 200)))
    return folder


def test_what_was_wrong_is_told_once_and_listed_afterwards(sentio, told, data: Path):
    line = ("--data-folder", str(data))
    first = sentio(*line, "watch", "--learn-days", "0.5", "--period", "5min")
    second = sentio(*line, "watch", "--learn-days", "0.5")
    listed = told(*line, "degradations")["degradations"]
    elsewhere = told(*line, "degradations", "--service", "gaming")["degradations"]

    assert first.exit_code == 0, first.output
    assert f"D00001 cell {BROKEN}: web down since" in first.stderr
    assert "199 periods of 5 min 0 s; so far 144 to learn from and 55 judged" in first.stdout
    assert "Nothing new to watch." in second.stdout
    assert [each["scope"] for each in listed] == [{"cell": BROKEN}]
    assert elsewhere == []


def test_it_begins_anew_when_asked_and_gives_the_same_as_json(sentio, told, data: Path):
    line = ("--data-folder", str(data))
    first = told(*line, "watch", "--learn-days", "0.5")
    refused = sentio(*line, "watch", "--period", "60s", "--learn-days", "0.5")
    again = told(*line, "watch", "--again", "--learn-days", "0.5")

    assert first["schema"] == "sentio.cli/watch.v1"
    assert first["degradations"][0]["scope"] == {"cell": BROKEN}
    assert again == first
    assert refused.exit_code == 1
    assert "--again" in refused.stderr


def test_a_length_that_is_none_and_a_store_that_is_none_are_told(
    sentio, data: Path, tmp_path: Path
):
    odd = sentio("--data-folder", str(data), "watch", "--period", "soon")
    uneven = sentio("--data-folder", str(data), "watch", "--period", "90s")
    nothing = sentio("--data-folder", str(tmp_path / "none"), "watch")

    assert (odd.exit_code, uneven.exit_code, nothing.exit_code) == (1, 1, 1)
    assert "5min" in odd.stderr
    assert "60" in uneven.stderr
    assert "sentio ingest" in nothing.stderr
