"""The verbs that steer a lab, and the lines of what is told."""

from __future__ import annotations

import threading

import httpx
import orjson
import pytest

from sentio.cli.told_stream import events, sentence
from sentio.lab.day import HOUR_NS
from sentio.lab.live.control import controlled
from sentio.lab.live.lab import Lab
from sentio.lab.live.mishaps import Mishaps
from sentio.lab.live.sending import Drop
from sentio.lab.simulation import MONDAY_NS, Operator, Scale
from sentio.lab.southbound.server import southbound
from sentio.lab.stream.writers import Wires


@pytest.fixture
def lab(tmp_path):
    operator = Operator(Scale(cells=24, users=500, things=50), start_ns=MONDAY_NS + 12 * HOUR_NS)
    import numpy as np

    mishaps = Mishaps(a_day=0.0, rng=np.random.default_rng(1), next_ns=0)
    return Lab(operator, Wires(operator, seed=1), Drop(tmp_path / "sent"), mishaps=mishaps)


@pytest.fixture
def port(lab):
    with controlled(lab, port=0) as url:
        yield url.rsplit(":", 1)[1]


def test_what_is_broken_is_told_by_element_domain_time_and_cure(sentio, told, port):
    said = sentio("lab", "break", "slow_dns", "--control-port", port).stdout
    listed = told("lab", "truth", "--control-port", port)["faults"]
    dns = listed[0]["element"]
    cured = told("lab", "apply", "switch", dns, "--control-port", port)

    assert f"the dns {dns} in the domain core, from 2026-09-07T12:00:00Z to" in said
    assert "cured by restart or switch" in said
    assert dns in sentio("lab", "truth", "--control-port", port).stdout
    assert [each["element"] for each in cured["cured"]] == [dns]


def test_what_others_ordered_is_listed_with_how_often_it_was_done(sentio, told, lab):
    with southbound(lab, port=0) as url:
        port = url.rsplit(":", 1)[1]
        words = ("lab", "orders", "--southbound-port", port)
        assert "Nothing has been ordered yet." in sentio(*words).stdout
        body = {"action": {"kind": "reroute", "target": "link-003"}}
        headers = {"Idempotency-Key": "O-1"}
        for _ in range(2):
            httpx.post(f"{url}/hooks/changes", json=body, headers=headers, trust_env=False)

        (row,) = told(*words)["orders"]
        said = sentio(*words).stdout

    assert (row["order"], row["asked"], row["applied"], row["stands"]) == ("O-1", 2, 1, True)
    assert "link-003" in said
    assert "webhook" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lab", "orders", "--southbound-port", "9"), ("not-there", "no lab is running")),
        (("lab", "truth", "--control-port", "9"), ("not-there", "no lab is running")),
        (("lab", "live", "--url", "http://127.0.0.1:9"), ("not-there", "no Sentio answers")),
        (("lab", "live", "--folder", "x", "--url", "y"), ("config", "both are given")),
        (("lab", "live", "--folder", "x", "--speed", "500"), ("config", "a speed of 500")),
    ],
)
def test_errors_say_what_and_what_to_do(sentio, words, said):
    result = sentio(*words, "--json")

    assert result.exit_code == 1
    error = orjson.loads(result.stderr)["error"]
    assert (error["kind"], error["what"]) == said


def test_a_lab_writes_its_past_into_a_folder_until_it_is_stopped(sentio, tmp_path, monkeypatch):
    stop = threading.Event()
    monkeypatch.setattr("sentio.lab.live.pace.Pace.wait", lambda *_: stop.set() or False)
    result = sentio(
        "lab", "live", "--folder", "sent", "--history-days", "0.01", "--users", "200",
        "--cells", "24", "--things", "50", "--control-port", "0",
        "--southbound-port", "0", "--json",
    )  # fmt: skip

    assert result.exit_code == 0, result.stderr
    assert "Others act on its network at http://127.0.0.1:" in result.stderr
    state = orjson.loads(result.stdout)
    assert (state["phase"], state["users"]) == ("live", 200)
    assert {each.name for each in (tmp_path / "sent").iterdir()} >= {"inventory", "crm", "probe"}


def test_told_events_become_lines_that_people_read():
    body = {
        "change": "opened", "id": "D00001", "scope": {"cell": "cell-7"}, "services": ["web"],
        "began_ns": 0, "seen_ns": 300 * 10**9, "ended_ns": None, "uses": 20, "poor_uses": 12,
        "mos_usual": 4.2, "mos_seen": 2.1, "nats": 30.0, "per_day": 0.0,
        "loss_by_domain": {"ran": 1.0}, "shows_in": [], "began": "1970-01-01T00:00:00+00:00",
    }  # fmt: skip
    text = [
        ": hello",
        "",
        "id: 4",
        "event: degradation",
        f"data: {orjson.dumps(body).decode()}",
        "",
    ]

    ((number, kind, found),) = events(text)

    assert number == 4
    assert sentence(kind, found) == (
        "00:05 D00001 cell cell-7: web down since 1970-01-01T00:00:00Z, "
        "MOS 2.10 instead of 4.20, 20 uses so far"
    )
