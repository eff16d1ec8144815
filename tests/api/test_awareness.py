"""Degradations, diagnoses and their events over HTTP."""

from __future__ import annotations

import asyncio
import http.client
import signal
import time
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from starting import server
from tests.degradations import degradation_at
from tests.loop.live_city import BROKEN, PERIOD_NS, SLOW_UNTIL, uses

from sentio.api.stream import events
from sentio.model.collection import CollectionOrder
from sentio.model.data_fault import DataFault
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis, Evidence, Hypothesis, Impact
from sentio.store.state import StateStore
from sentio.store.state.told import Told

HOUR_NS = 3_600_000_000_000
NOON_NS = 1_795_089_600_000_000_000  # 2026-11-19T12:00Z


def degradation(number: int, **given: object) -> Degradation:
    return degradation_at(NOON_NS + number * HOUR_NS, number, **given)


def diagnosis(of: Degradation) -> Diagnosis:
    evidence = (Evidence(what="its load is three times the usual", weight=3.0, element="cell-7"),)
    cause = Hypothesis(
        element="cell-7",
        element_kind="cell",
        domain="ran",
        scope={"cell": "cell-7"},
        probability=0.9,
        evidence=evidence,
    )
    impact = Impact(users=31, things=0, uses=100, by_service={"web": 100})
    return Diagnosis(
        degradation=of.id,
        made_ns=of.seen_ns,
        sentence="Cell cell-7 is overloaded.",
        hypotheses=(cause,),
        abstains=False,
        impact=impact,
    )


def order(number: int, *, ended_ns: int | None = None) -> CollectionOrder:
    return CollectionOrder(
        id=f"C{number:05d}",
        element=f"cell-{number}",
        element_kind="cell",
        what="finer",
        granularity_s=300,
        since_ns=NOON_NS + number * PERIOD_NS,
        until_ns=NOON_NS + number * PERIOD_NS + HOUR_NS,
        degradation="D00001" if number < 3 else "D00002",
        reason=f"cell cell-{number} may be the cause",
        ended_ns=ended_ns,
        end_reason="" if ended_ns is None else "explained",
    )


def data_fault(number: int, *, until_ns: int | None = None) -> DataFault:
    since_ns = NOON_NS + number * PERIOD_NS
    return DataFault(
        id=f"Q{number:05d}",
        what="silent",
        source="probe",
        since_ns=since_ns,
        seen_ns=since_ns + PERIOD_NS,
        until_ns=until_ns,
        seen=0.0,
        expected=300.0,
        nats=80.0,
        sentence="Source probe: no records where 300 were expected.",
    )


def fill(told: Told) -> list[Degradation]:
    """Tell of four degradations, the second over, the third of voice; explain the first."""
    some = [degradation(number) for number in range(1, 5)]
    some[1] = replace(some[1], ended_ns=some[1].began_ns + HOUR_NS)
    some[2] = replace(some[2], services=("voice_wb", "web"), per_day=float("inf"))
    happened = [("degradation", each.seen_ns, {"id": each.id}) for each in some]
    told.write(
        some,
        {"D00001-0": diagnosis(some[0])},
        happened,
        snapshot=b"learned",
        orders=[order(1, ended_ns=NOON_NS + 2 * HOUR_NS), order(2), order(3, ended_ns=NOON_NS)],
        data_faults=[data_fault(1, until_ns=NOON_NS + HOUR_NS), data_fault(2), data_fault(3)],
    )
    return some


@pytest.fixture
def quiet(serving):
    """Serve four degradations, with nothing that watches."""
    client = serving(awareness_enabled=False)
    fill(Told(client.platform.state))
    return client


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["D00004", "D00003", "D00002", "D00001"]),
        ("?state=over", ["D00002"]),
        ("?state=open&limit=2", ["D00004", "D00003"]),
        ("?service=voice_wb", ["D00003"]),
        ("?service=voice", []),
        ("?since=2026-11-19T16:30:00Z", ["D00004", "D00003", "D00001"]),
        ("?until=2026-11-19T14:00:00", ["D00001"]),
        ("?after=D00003", ["D00002", "D00001"]),
    ],
)
def test_degradations_are_filtered_and_come_latest_first(quiet, asked: str, found: list[str]):
    answer = quiet.get(f"/api/v1/degradations{asked}")

    assert answer.status_code == 200, answer.text
    assert [each["id"] for each in answer.json()["items"]] == found


def test_pages_follow_each_other_to_the_end(quiet):
    first = quiet.get("/api/v1/degradations?limit=3").json()
    rest = quiet.get(f"/api/v1/degradations?limit=3&after={first['next']}").json()

    assert [len(first["items"]), len(rest["items"])] == [3, 1]
    assert rest["next"] is None


def test_one_degradation_is_given_whole_with_times_for_people(quiet):
    one = quiet.get("/api/v1/degradations/D00002").json()

    assert one["scope"] == {"cell": "cell-7"}
    assert (one["state"], one["began"]) == ("over", "2026-11-19T14:00:00+00:00")
    assert one["ended_ns"] - one["began_ns"] == HOUR_NS


def test_a_diagnosis_is_found_by_its_degradation_and_by_its_id(quiet):
    (listed,) = quiet.get("/api/v1/diagnoses?degradation=D00001").json()["items"]
    one = quiet.get(f"/api/v1/diagnoses/{listed['id']}").json()

    assert one == listed
    assert one["hypotheses"][0]["evidence"][0]["weight"] == 3.0
    assert quiet.get("/api/v1/diagnoses?degradation=D00002").json()["items"] == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["C00002", "C00003", "C00001"]),
        ("?state=open", ["C00002"]),
        ("?state=over&limit=1", ["C00003"]),
        ("?degradation=D00002", ["C00003"]),
    ],
)
def test_orders_in_force_come_first_and_behind_them_those_begun_last(quiet, asked: str, found):
    answer = quiet.get(f"/api/v1/collection-orders{asked}")

    assert answer.status_code == 200, answer.text
    assert [each["id"] for each in answer.json()["items"]] == found


def test_an_order_says_for_people_until_when_and_why(quiet):
    one = quiet.get("/api/v1/collection-orders?state=open").json()["items"][0]

    assert (one["state"], one["until"]) == ("open", "2026-11-19T13:10:00+00:00")
    assert one["reason"] == "cell cell-2 may be the cause"


def test_faults_of_the_data_that_go_on_come_first(quiet):
    answer = quiet.get("/api/v1/data-faults").json()["items"]
    over = quiet.get("/api/v1/data-faults?state=over").json()["items"]

    assert [each["id"] for each in answer] == ["Q00003", "Q00002", "Q00001"]
    assert [(each["id"], each["state"]) for each in over] == [("Q00001", "over")]
    assert (over[0]["since"], over[0]["until"]) == (
        "2026-11-19T12:05:00+00:00",
        "2026-11-19T13:00:00+00:00",
    )


@pytest.mark.parametrize("path", ["degradations/D9", "degradations/D9/subjects", "diagnoses/D9-0"])
def test_what_is_not_there_is_a_problem_that_says_what_to_do(quiet, path: str):
    answer = quiet.get(f"/api/v1/{path}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "D9" in answer.json()["what"]


def test_only_who_may_read_is_told(quiet):
    state = quiet.platform.state
    key = state.create_key("probe", roles=("ingest",), at_ns=1)

    paths = ["degradations", "degradations/D00001", "diagnoses", "collection-orders", "data-faults"]
    paths.append("events/stream")
    answers = [
        quiet.get(f"/api/v1/{path}", headers={"authorization": f"Bearer {key}"}) for path in paths
    ]

    assert [each.status_code for each in answers] == [403] * 6


def test_the_routes_that_were_there_first_answer_at_both_places(quiet):
    for path in ("sources", "dead-letters"):
        assert quiet.get(f"/v1/{path}").json() == quiet.get(f"/api/v1/{path}").json()


def test_values_come_back_from_the_state_as_they_were_written(tmp_path: Path):
    with StateStore.open(f"sqlite:///{tmp_path}/state.db") as state:
        told = Told(state)
        some = fill(told)

        assert [told.degradation(each.id) for each in some] == some
        assert told.diagnosis("D00001-0") == diagnosis(some[0])
        assert told.snapshot() == b"learned"
        told.forget()
        assert (told.degradations(), told.snapshot(), told.newest_event()) == ([], None, 4)
        assert told.orders() == []


def test_a_stream_goes_on_behind_the_last_event_and_says_that_it_lives(tmp_path: Path):
    async def read(told: Told, after: int, pieces: int) -> list[str]:
        stop: list[bool] = []
        stream = events(
            told, after, newest=lambda: 4, is_stopping=lambda: bool(stop), heartbeat_s=0.0
        )
        found = [(await anext(stream)).decode() for _ in range(pieces)]
        stop.append(True)
        assert [each async for each in stream] == []
        return found

    with StateStore.open(f"sqlite:///{tmp_path}/state.db") as state:
        fill(Told(state))
        found = asyncio.run(read(Told(state), 2, 4))

    assert found[0].startswith(":")
    assert [each.split("\n")[0] for each in found[1:3]] == ["id: 3", "id: 4"]
    assert found[1].split("\n")[1:] == ["event: degradation", 'data: {"id":"D00003"}', "", ""]
    assert found[3] == ": still here\n\n"


@pytest.mark.slow
def test_what_is_pushed_is_watched_told_listed_and_ends_with_the_server(tmp_path: Path):
    start_ns = time.time_ns() // PERIOD_NS * PERIOD_NS - 230 * PERIOD_NS
    text = uses(0, SLOW_UNTIL + 20, start_ns=start_ns)
    settings = {"AWARENESS_GRACE_S": "0", "AWARENESS_LEARN_DAYS": "0.5"}
    with server(tmp_path, **settings) as (process, port):
        stream = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        stream.request("GET", "/api/v1/events/stream?after=0")
        told = stream.getresponse()
        pushed = ask(port, "POST", "/ingest/probe?service=web", text, {"content-type": "text/csv"})
        events_told = [next_event(told)]
        while events_told[-1].get("change") != "ended":
            events_told.append(next_event(told))
        (listed,) = ask(port, "GET", "/api/v1/degradations")["items"]
        people = ask(port, "GET", f"/api/v1/degradations/{listed['id']}/subjects?limit=5")
        process.send_signal(signal.SIGTERM)
        rest = told.read()
        told.close()
        stream.close()
        _, said = process.communicate(timeout=90)

    assert pushed["rows_rejected"] == 0
    assert [e["change"] for e in events_told if "change" in e] == ["opened", "ended"]
    assert any(BROKEN in e.get("sentence", "") for e in events_told)
    assert (listed["scope"], listed["state"]) == ({"cell": BROKEN}, "over")
    assert len(people["items"]) == 5
    assert people["items"][0]["uses"] >= people["items"][0]["poor_uses"] > 0
    assert b"event: degradation" not in rest
    assert process.returncode == 0
    assert f"{listed['id']} cell {BROKEN}: web down since" in said
    assert '"event": "degradation"' in said


def ask(port: int, method: str, path: str, body: str = "", headers: dict | None = None) -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body or None, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.status == 200, content
    return orjson.loads(content)


def next_event(stream: http.client.HTTPResponse) -> dict:
    while not (line := stream.readline()).startswith(b"data: "):
        assert line, "the stream ended"
    return orjson.loads(line.removeprefix(b"data: "))
