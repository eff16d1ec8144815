"""The notebooks run from top to bottom against a server, and what they say is true."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.outside.conftest import Served
from tests.small_store import BAD_CELL

NOTEBOOKS = Path(__file__).resolve().parents[2] / "docs" / "notebooks"


@pytest.fixture
def run(served: Served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SENTIO_URL", served.url)
    monkeypatch.delenv("SENTIO_API_KEY", raising=False)

    def run(name: str) -> dict[str, Any]:
        return runpy.run_path(str(NOTEBOOKS / f"{name}.py"))["found"]

    return run


def test_the_worst_place_is_found(run, capsys: pytest.CaptureFixture[str]):
    found = run("explore")

    assert found["worst"][0]["member"] == BAD_CELL
    assert np.nanmax(found["share"]) > 0.5
    assert found["course"].num_rows > 10
    assert BAD_CELL in capsys.readouterr().out


def test_an_incident_leads_to_rows_that_count_the_same(run):
    found = run("incident")

    assert found["incident"]["id"] == "SP00001"
    services = found["rows"].column("service").to_pylist()
    mos = found["rows"].column("mos").to_pylist()
    totals = {row["service"]: row["n"] for row in found["totals"]}
    for service in ("gaming", "web"):
        scored = [m for s, m in zip(services, mos, strict=True) if s == service and m is not None]
        assert len(scored) == totals[service] > 50


def test_weights_change_the_order_and_not_who_is_worst(run, served: Served):
    found = run("tune_score")

    assert found["worst"] == BAD_CELL
    assert max(found["agreement"]) == pytest.approx(1.0)
    mos = served.small.mos("web")
    assert found["below"][20] == pytest.approx((mos[~np.isnan(mos)] < 3.0).mean())
    assert found["people"]["poor_subjects"] > 10


def test_every_notebook_is_run_here():
    names = {path.stem for path in NOTEBOOKS.glob("*.py")}

    assert names == {"explore", "incident", "tune_score"}
