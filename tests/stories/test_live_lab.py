"""A city at work beside a Sentio: what breaks is told, healed and proven, restarts included."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from sentio.cli.child import serving
from sentio.cli.subscribers import subjects_by_pseudonym
from sentio.lab.live.control import orders_url
from sentio.lab.live.kept import Kept, Memory
from sentio.lab.live.lab import Watchers
from sentio.lab.live.pace import HISTORY_S
from sentio.lab.live.run import Wish, run_lab
from sentio.lab.live.sending import Push
from sentio.lab.live.steering import ask
from sentio.lab.operator.scale import Scale
from sentio.lab.southbound.server import southbound_url
from sentio.lab.stream.names import known_as

pytestmark = pytest.mark.slow
LEARN_DAYS = 0.15
PATIENCE_S = 240.0


def got(port: int, path: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=30) as answer:
        return json.load(answer)["items"]


def waited(what: Callable[[], Any]) -> Any:
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        found = what()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("it did not come")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def at_work(
    folder: Path,
    *,
    users: int = 4000,
    autonomy: str = "advise",
    speed: float = 100.0,
    southbound_port: int | None = None,
) -> Iterator[tuple[int, int, Kept]]:
    """Run a Sentio and a lab that pushes to it; gives their ports, and where the lab goes on."""
    stop, live, told = threading.Event(), threading.Event(), list[tuple[int, Kept]]()

    def on_ready(url: str, kept: Kept) -> None:
        told.append((int(url.rsplit(":", 1)[1]), kept))

    def on_live(_: object) -> None:
        server.ask("watch", {"grace_s": 0})
        live.set()

    control_port, southbound_port = free_port(), southbound_port or free_port()
    wish = Wish(
        scale=Scale(cells=24, users=users, things=50),
        faults=0.0,
        dirt=0.0,
        speed=speed,
        history_days=0.2,
        control_port=control_port,
        southbound_port=southbound_port,
    )
    with serving(
        folder,
        0,
        learn_days=LEARN_DAYS,
        grace_s=HISTORY_S,
        stop=stop,
        more={
            "COLLECTION_URL": orders_url(control_port),
            "EXECUTION_URL": southbound_url(southbound_port),
            "DECISION_AUTONOMY": autonomy,
        },
    ) as server:
        work = threading.Thread(
            target=run_lab,
            args=(wish, Push(server.url, stop=stop), Memory(folder / "lab.json")),
            kwargs={
                "stop": stop,
                "on_ready": on_ready,
                "watchers": Watchers(on_live=on_live),
                "subject_of": subjects_by_pseudonym(known_as(wish.scale.subjects), server.key),
            },
        )
        work.start()
        try:
            assert live.wait(PATIENCE_S)
            yield int(server.url.rsplit(":", 1)[1]), *told[0]
        finally:
            stop.set()
            work.join()


def test_a_cell_that_breaks_is_told_and_a_restart_in_the_middle_loses_nothing(tmp_path):
    with at_work(tmp_path) as (port, lab, _):
        broken = ask(lab, "/break", {"kind": "degraded_cell", "severity": 1.0, "minutes": 180})
        seen = waited(
            lambda: [d for d in got(port, "degradations") if d["scope"] == broken["scope"]]
        )
        why = waited(lambda: got(port, f"diagnoses?degradation={seen[0]['id']}"))
        assert why[-1]["hypotheses"][0]["element"] == broken["element"]

    with at_work(tmp_path) as (port, _, kept):
        assert kept.next_ns > broken["start_ns"]
        over = waited(
            lambda: [d for d in got(port, "degradations?state=over") if d["id"] == seen[0]["id"]]
        )
        assert over[0]["began_ns"] == seen[0]["began_ns"]
        assert over[0]["ended_ns"] >= kept.next_ns - 300 * 10**9


def test_what_an_unsure_diagnosis_orders_is_carried_out_by_the_lab_and_goes_back(tmp_path):
    with at_work(tmp_path, users=8000) as (port, lab, _):
        for kind in ("radio_shadow", "slice_quota", "composite"):
            ask(lab, "/break", {"kind": kind, "severity": 1.0, "minutes": 120})

        carried_out = waited(lambda: ask(lab, "/orders")["orders"])
        told = {each["id"]: each for each in got(port, "collection-orders")}
        for each in carried_out:
            assert each["element"] == told[each["id"]]["element"]
            assert each["granularity_s"] < (each["usual_granularity_s"] or 900)

        waited(lambda: ask(lab, "/orders")["orders"] == [])


def test_what_breaks_is_healed_over_the_networks_interfaces_and_proven(tmp_path):
    # slow enough that periods are judged in time beside other work: nothing is done about late ones
    with at_work(tmp_path, users=8000, autonomy="act", speed=30.0) as (port, lab, _):
        broken = ask(lab, "/break", {"kind": "server_errors", "severity": 0.9, "minutes": 240})

        done = waited(lambda: [t for t in got(port, "tasks") if t["state"] == "done"])
        cure = waited(lambda: [t for t in got(port, "tasks") if t["wanted"] == "kept"])[0]
        plan = next(p for p in got(port, "plans") if p["id"] == cure["plan"])

        assert done
        assert broken["element"] in cure["action"]
        assert plan["outcome"]["verdict"] == "improved"
        assert plan["outcome"]["effect_mos"]["low"] > 0.0
        truth = {each["name"]: each for each in ask(lab, "/truth")["faults"]}
        assert truth[broken["name"]]["end_ns"] < broken["end_ns"]
        lines = {
            each["what"]
            for each in got(port, "audit?limit=500")
            if each["details"].get("plan") == plan["id"]
        }
        assert {"action ordered", "action sent", "action done", "effect proven"} <= lines


def test_a_session_for_whom_the_sentio_knows_by_pseudonym_only_changes_the_network(tmp_path):
    southbound_port = free_port()
    imsi = "999700000000007"
    named = {"kind": "imsi", "identifier": imsi, "purpose": "a session of better quality"}
    with at_work(tmp_path, users=400, southbound_port=southbound_port) as (port, _, _):
        care = httpx.post(f"http://127.0.0.1:{port}/api/v1/care", json=named, trust_env=False)
        with httpx.Client(base_url=southbound_url(southbound_port), trust_env=False) as http:
            made, stranger = (
                http.post("/quality-on-demand/v1/sessions", json=session_for(name))
                for name in (care.json()["subject"], "4711")
            )
            ledger = http.get("/southbound/ledger")

    (row,) = ledger.json()["orders"]
    assert (made.status_code, stranger.status_code) == (201, 404)
    assert (row["element"], row["stands"]) == (care.json()["subject"], True)
    assert row["changes"]
    assert imsi not in made.text + ledger.text
    for file in (tmp_path / "serve.log", tmp_path / "state.db"):
        assert imsi.encode() not in file.read_bytes()


def session_for(name: str) -> dict[str, Any]:
    return {
        "device": {"networkAccessIdentifier": f"{name}@cem.invalid"},
        "applicationServer": {"ipv4Address": "0.0.0.0/0"},
        "qosProfile": "QOS_E",
        "duration": 3600,
    }
