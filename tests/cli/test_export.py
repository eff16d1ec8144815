"""``sentio export nwdaf``: service experience in the shape of 3GPP."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from tests.small_store import build


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    build(tmp_path / "data" / "sentio.duckdb")
    return tmp_path / "data"


def test_every_service_and_app_has_its_entry(told, data: Path):
    entries = told("--data-folder", str(data), "export", "nwdaf")["svcExps"]

    assert len(entries) == 3 * 3
    assert {entry["appId"] for entry in entries} == {"maps", "chess", "news"}
    assert all(1 <= entry["svcExprc"]["mos"] <= 5 for entry in entries)
    assert not any("supis" in entry for entry in entries)


def test_one_service_is_written_to_a_file(sentio, data: Path, tmp_path: Path):
    out = tmp_path / "exps.json"

    result = sentio(
        "--data-folder", str(data), "export", "nwdaf", "--service", "web", "--out", str(out)
    )

    assert result.exit_code == 0, result.output
    assert len(orjson.loads(out.read_bytes())["svcExps"]) == 3


def test_nothing_in_the_span_gives_no_entry(told, data: Path):
    value = told("--data-folder", str(data), "export", "nwdaf", "--from", "2030-01-01")

    assert value == {"svcExps": []}


def test_an_unknown_service_is_told(sentio, data: Path):
    result = sentio("--data-folder", str(data), "export", "nwdaf", "--service", "wbe")

    assert result.exit_code == 1
    assert "'web'" in result.stderr
