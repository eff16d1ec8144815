"""Live resources: what the platform knows, in the lists of Open APIs beside what others sent."""

from __future__ import annotations

import pytest
from bodies import ALARMS, INTENTS, alarm
from live_state import HOUR_NS, NOON_NS, fill, problem
from tests.degradations import degradation_at

from sentio.api.tmf.engine import Place
from sentio.api.tmf.live.changes import LiveChanges
from sentio.api.tmf.table import tables
from sentio.api.tmf.values import check_body, check_mandatory
from sentio.kernel.values import to_plain
from sentio.store.state.problems import Problems
from sentio.store.state.told import ToldEvent

PROBLEMS = "/tmf-api/serviceProblemManagement/v5/serviceProblem"
QUALITY = "/tmf-api/serviceQualityManagement/v4"
PERFORMANCE = "/tmf-api/performance/v4"


@pytest.fixture
def told(serving):
    """Serve what a loop has told, with nothing that watches."""
    client = serving(awareness_enabled=False)
    fill(client.platform.state)
    return client


def test_a_fresh_server_has_no_alarm_problem_objective_job_or_intent(client) -> None:
    for path in (ALARMS, PROBLEMS, INTENTS, f"{PERFORMANCE}/measurementCollectionJob"):
        assert client.get(path).json() == []
    assert client.get(f"{QUALITY}/serviceLevelObjective").json() == []


def test_every_live_resource_is_what_the_table_says(told) -> None:
    told.post("/api/v1/intents", json={"name": "vehicles"})
    engine = told.app.state.tmf
    seen: set[str] = set()
    for api in tables():
        for name, resource in api.resources.items():
            if engine.live.source((api.key, name)) is None:
                continue
            for body in engine.all(Place(api, name)):
                check_mandatory(resource, body)
                check_body(api, resource, body)
                assert set(body) <= {"id", "href", "@type", *resource.fields}
                seen.add(f"{api.key}.{name}")

    assert seen >= {
        *("TMF642v4.alarm", "TMF656v4.serviceProblem", "TMF656v5.serviceProblem"),
        *("TMF657v4.serviceLevelObjective", "TMF657v4.serviceLevelSpecification"),
        *("TMF628v4.measurementCollectionJob", "TMF628v4.performanceIndicatorSpecification"),
        "TMF921v5.intent",
    }


def test_a_degradation_is_an_alarm_with_what_was_seen(told) -> None:
    found = told.get(f"{ALARMS}/D00001").json()

    assert found["alarmType"] == "qualityOfServiceAlarm"
    assert found["perceivedSeverity"] == "critical"  # 4.1 - 2.2
    assert found["alarmedObject"]["id"] == "cell-7"
    assert found["alarmRaisedTime"] == "2026-11-23T12:00:00.000Z"
    assert found["state"] == "updated"
    assert [each["id"] for each in found["affectedService"]] == ["web"]
    over = told.get(f"{ALARMS}/D00002").json()
    assert (over["state"], over["perceivedSeverity"]) == ("cleared", "cleared")
    assert over["alarmClearedTime"] == "2026-11-23T13:00:00.000Z"


def test_filters_order_and_pages_reach_over_live_and_kept(told) -> None:
    told.post(ALARMS, json=alarm(probableCause="fire"))

    def ids(query: str) -> list[str]:
        return [each.get("externalAlarmId", "own") for each in told.get(f"{ALARMS}?{query}").json()]

    assert told.get(ALARMS).headers["x-total-count"] == "4"
    assert ids("state=updated") == ["D00001", "Q00001"]
    assert ids("state=raised") == ["own"]
    assert ids("sort=probableCause,externalAlarmId") == ["own", "Q00001", "D00001", "D00002"]
    pages, url = [], f"{ALARMS}?limit=3"
    while url:
        page = told.get(url)
        pages += [each["id"] for each in page.json()]
        url = page.links.get("next", {}).get("url")
    assert pages == [each["id"] for each in told.get(ALARMS).json()]


def test_people_acknowledge_and_comment_live_alarms_and_change_nothing_else(told) -> None:
    url = f"{ALARMS}/D00001"
    done = told.post(
        "/tmf-api/alarmManagement/v4/ackAlarms",
        json={"ackSystemId": "noc", "ackUserId": "u", "alarmPattern": [{"id": "D00001"}]},
    )

    assert done.json()["ackedAlarm"][0]["id"] == "D00001"
    assert told.get(url).json()["ackState"] == "acknowledged"
    assert told.patch(url, json={"perceivedSeverity": "minor"}).status_code == 409
    assert told.delete(url).status_code == 409
    assert told.get(url).json()["perceivedSeverity"] == "critical"


def test_a_problem_is_shown_and_moves_as_its_life_allows(told) -> None:
    shown = told.get(f"{PROBLEMS}/P00001").json()
    moved = told.patch(f"{PROBLEMS}/P00001", json={"status": "acknowledged"})
    refused = told.patch(f"{PROBLEMS}/P00001", json={"status": "closed"})

    assert shown["status"] == "pending"
    assert shown["reason"] == "overload of cell-7"
    assert shown["affectedNumberOfServices"] == 2
    assert [each["id"] for each in shown["underlyingAlarm"]] == ["D00001", "A9"]
    assert shown["rootCauseResource"][0]["id"] == "cell-7"
    assert moved.json()["status"] == "acknowledged"
    assert refused.status_code == 409
    assert Problems(told.platform.state).one("P00001").status == "acknowledged"


def test_a_promise_in_force_is_an_objective_until_it_is_given_up(client) -> None:
    client.post("/api/v1/intents", json={"name": "vehicles"})
    found = client.get(f"{QUALITY}/serviceLevelObjective?sort=name").json()
    specified = client.get(f"{QUALITY}/serviceLevelSpecification").json()

    told = [
        (each["id"], each["conformanceComparator"], each["conformanceTarget"]) for each in found
    ]
    assert told == [
        ("vehicles:availability_ratio", ">=", "0.99"),
        ("vehicles:delay_ms", "<=", "20"),
    ]
    assert {each["id"] for each in specified[0]["relatedServiceLevelObjective"]} == {
        each["id"] for each in found
    }
    assert client.delete(found[0]["href"]).status_code == 409
    client.delete("/api/v1/intents/vehicles")
    assert client.get(f"{QUALITY}/serviceLevelObjective").json() == []


def test_orders_are_jobs_and_indicators_are_specifications(told) -> None:
    job = told.get(f"{PERFORMANCE}/measurementCollectionJob/C00001").json()
    known = told.get(f"{PERFORMANCE}/performanceIndicatorSpecification/access_ms").json()

    assert (job["granularity"], job["executionState"]) == ("g_5mn", "inProgress")
    assert job["monitoredClassCriteria"]["objectInstanceFilter"] == "id=cell-7"
    assert (known["indicatorUnit"], known["indicatorType"]) == ("ms", "float")
    assert told.delete(job["href"]).status_code == 409


def intent(delay_ms: float) -> dict[str, object]:
    return {
        "@type": "Intent",
        "name": "surgery",
        "expression": {
            "@type": "JsonLdExpression",
            "iri": "urn:x",
            "expressionValue": {
                "@context": {"icm": "http://tio.models.tmforum.org/tio/v3.6.0/IntentCommonModel/"},
                "sentio:service": ["mobile_robot"],
                "icm:hasExpectation": [
                    {
                        "icm:target": "sentio:delay_ms",
                        "icm:params": {"icm:atMost": {"value": delay_ms, "unit": "ms"}},
                    }
                ],
            },
        },
    }


def test_an_intent_that_is_understood_is_promised_and_given_up_with_it(client) -> None:
    made = client.post(INTENTS, json=intent(40.0)).json()
    followed = client.get(f"{INTENTS}?lifecycleStatus=received").json()

    assert made["lifecycleStatus"] == "accepted"
    assert made["expression"] == intent(40.0)["expression"]
    assert {each["name"] for each in client.get(f"{QUALITY}/serviceLevelSpecification").json()}
    assert len(followed) > 2
    client.delete(made["href"])
    assert client.get(INTENTS).json() == []


def test_an_intent_that_cannot_be_kept_is_kept_rejected_with_a_report(client) -> None:
    made = client.post(INTENTS, json=intent(0.5)).json()
    reports = client.get(f"{made['href']}/intentReport").json()

    value = reports[0]["expression"]["expressionValue"]
    assert made["lifecycleStatus"] == "rejected"
    assert value["icm:intentHandlingState"] == "icm:StateIntentRejected"
    assert "cannot be kept" in value["sentio:reason"][0]
    assert client.get(f"{INTENTS}?lifecycleStatus=received").json() == []
    assert client.get(reports[0]["href"]).json() == reports[0]


def test_what_the_loop_tells_becomes_events_once(told) -> None:
    changes = LiveChanges(Problems(told.platform.state))
    body = {"change": "opened", **to_plain(degradation_at(NOON_NS, 1))}
    event = ToldEvent(id=7, kind="degradation", at_ns=NOON_NS, body=body)

    first, again = list(changes.events(event)), list(changes.events(event))

    assert [each.type for each in first] == [
        *("AlarmCreateEvent", "ServiceProblemCreateEvent", "ServiceProblemCreateEvent")
    ]
    assert first[0].id == again[0].id == "told-7"
    assert len(again) == 1
    assert first[0].body["event"]["alarm"]["href"] == f"{ALARMS}/D00001"
    moved = problem(changed_ns=NOON_NS + 2 * HOUR_NS)
    Problems(told.platform.state).write([moved])
    diagnosis = ToldEvent(id=8, kind="diagnosis", at_ns=NOON_NS, body={"degradation": "D00001"})
    kinds = [each.type for each in changes.events(diagnosis)]
    assert kinds == ["ServiceProblemAttributeValueChangeEvent"] * 2
