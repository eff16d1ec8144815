"""A story: another system learns of a decline, takes it over, and sees it end (TMF642, TMF656)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.degradations import PERIOD_NS, degradation_at

from sentio.api.app import create_app
from sentio.api.tmf.events import Event
from sentio.api.tmf.live.changes import LiveChanges
from sentio.kernel.config import load_settings
from sentio.kernel.values import to_plain
from sentio.loop.platform import open_platform
from sentio.model.degradation import Degradation
from sentio.model.problem import ServiceProblem, Step
from sentio.store.state.problems import Problems
from sentio.store.state.told import Told

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette wants another client than the one we have
    from starlette.testclient import TestClient

NOON_NS = 1_795_435_200_000_000_000
ALARMS = "/tmf-api/alarmManagement/v4"
PROBLEMS = "/tmf-api/serviceProblemManagement/v5"


class Other:
    """Another system: it registers, and hears of what its query lets through, as it is kept."""

    def __init__(self, client: TestClient) -> None:
        self.heard: list[Event] = []
        self.notifier = client.app.state.tmf.desk.notifier
        client.app.state.tmf.desk.notifier = self
        hub = {"callback": "http://other.example/", "query": "perceivedSeverity.ne=minor"}
        self.name = client.post(f"{ALARMS}/hub", json=hub).json()["id"]

    def pass_on(self, event: Event, names: Sequence[str]) -> None:
        if self.name in names:
            self.heard.append(event)

    def __getattr__(self, name: str) -> object:
        return getattr(self.notifier, name)


def test_another_system_takes_a_decline_over_and_sees_it_end(tmp_path: Path) -> None:
    settings = load_settings({"data_folder": tmp_path, "awareness_enabled": False})
    with (
        open_platform(settings) as platform,
        TestClient(create_app(platform), base_url="http://127.0.0.1:8080") as client,
    ):
        other, told = Other(client), Told(platform.state)
        problems = Problems(platform.state)
        desk, changes = client.app.state.tmf.desk, LiveChanges(problems)

        def tell(degradation: Degradation, change: str) -> None:
            body = {"change": change, **to_plain(degradation)}
            told.write([degradation], {}, [("degradation", NOON_NS, body)], snapshot=b"")
            for event in changes.events(told.events(told.newest_event() - 1)[0]):
                desk.tell(event)

        fell = degradation_at(NOON_NS, 1)
        problems.write([_problem(fell)])
        tell(fell, "opened")
        alarm = other.heard[0].body["event"]["alarm"]
        seen = client.get(alarm["href"]).json()

        pattern = [{"perceivedSeverity": seen["perceivedSeverity"]}]
        ack = {"ackSystemId": "other", "ackUserId": "noc", "alarmPattern": pattern}
        client.post(f"{ALARMS}/ackAlarms", json=ack)
        query = f"filter=underlyingAlarm[?(@.id=='{seen['id']}')]"
        (problem,) = client.get(f"{PROBLEMS}/serviceProblem?{query}").json()
        client.patch(problem["href"], json={"status": "inProgress"})

        tell(replace(fell, ended_ns=NOON_NS + 2 * PERIOD_NS), "ended")
        client.patch(problem["href"], json={"status": "resolved"})
        client.patch(problem["href"], json={"status": "closed"})

        after = client.get(alarm["href"]).json()
        assert [event.type for event in other.heard] == [
            *("AlarmCreateEvent", "AlarmAttributeValueChangeEvent", "AckAlarmsCreateEvent"),
            "AlarmStateChangeEvent",
        ]
        assert (after["state"], after["ackState"]) == ("cleared", "acknowledged")
        assert client.get(problem["href"]).json()["status"] == "closed"
        steps = [step.status for step in problems.one("P00001").tracking]
        assert steps == ["submitted", "inProgress", "resolved", "closed"]


def _problem(fell: Degradation) -> ServiceProblem:
    return ServiceProblem(
        id="P00001",
        status="submitted",
        name="cell-7",
        category="ran",
        priority=2,
        importance=0.5,
        began_ns=fell.began_ns,
        created_ns=fell.seen_ns,
        changed_ns=fell.seen_ns,
        degradations=(fell.id,),
        tracking=(Step(at_ns=fell.seen_ns, status="submitted", who="loop"),),
    )
