"""Grafana's files are what the catalogue makes of them, and every query of theirs finds data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.outside.conftest import END, Served

from sentio.api.grafana import grafana_files
from sentio.api.grafana.dashboards import dashboards
from sentio.api.prom.metrics import METRICS

FILES = Path(__file__).resolve().parents[2] / "deploy" / "grafana"
VARIABLES = {
    "$__rate_interval": "4h",
    "$__range": "24h",
    "$service": ".*",
    "$dimension": "cell",
}


def queries() -> Iterator[tuple[str, dict]]:
    for board in dashboards().values():
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield f"{board['uid']}: {panel['title']}", target


def filled(query: str) -> str:
    for name, text in VARIABLES.items():
        query = query.replace(name, text)
    return query


@pytest.mark.parametrize(("where", "target"), [*queries()], ids=[name for name, _ in queries()])
def test_every_query_of_every_dashboard_finds_data(served: Served, where: str, target: dict):
    expression = filled(target["expr"])
    end_s = END / 1e9
    route, times = (
        ("query", {"time": end_s})
        if target["instant"]
        else ("query_range", {"start": end_s - 86_400, "end": end_s, "step": 300})
    )

    answer = httpx.post(
        f"{served.url}/prom/api/v1/{route}", data={"query": expression, **times}, timeout=60
    )

    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["result"], where
    assert "$" not in expression


def test_the_files_in_the_repository_are_those_that_are_made():
    there = {
        str(path.relative_to(FILES)): path.read_text("utf-8")
        for path in FILES.rglob("*")
        if path.is_file()
    }

    assert there == grafana_files(), "run: sentio export grafana deploy/grafana"


def test_every_indicator_is_on_a_dashboard():
    shown = [target["expr"] for _, target in queries()]

    missing = [
        each.name
        for each in METRICS
        if each.indicator and not any(text.startswith(f"{each.name}{{") for text in shown)
    ]
    assert missing == []


def test_panels_do_not_overlap_and_each_has_a_number_of_its_own():
    for board in dashboards().values():
        places: set[tuple[int, int]] = set()
        for panel in board["panels"]:
            at = panel["gridPos"]
            mine = {(at["x"] + i, at["y"] + j) for i in range(at["w"]) for j in range(at["h"])}
            assert not mine & places
            assert at["x"] + at["w"] <= 24
            places |= mine
        numbers = [panel["id"] for panel in board["panels"]]
        assert len(set(numbers)) == len(numbers) > 0


def test_provisioning_holds_no_secret_and_asks_by_form():
    source = grafana_files()["provisioning/datasources/sentio.yaml"]

    assert "Bearer $SENTIO_GRAFANA_KEY" in source
    assert "httpMethod: POST" in source
    assert json.loads(grafana_files()["dashboards/sentio-places.json"])["uid"] == "sentio-places"
