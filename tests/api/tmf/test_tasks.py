"""Task resources: what they do to alarms, problems and orders."""

from __future__ import annotations

import pytest
from bodies import ALARMS, alarm

BASE = "/tmf-api/alarmManagement/v4"


def test_tasks_reach_the_alarms_that_match_any_pattern(client) -> None:
    made = [
        client.post(ALARMS, json=alarm(perceivedSeverity=level)).json()
        for level in ("minor", "major", "critical")
    ]
    patterns = [{"perceivedSeverity": "major"}, {"id": made[2]["id"]}]

    task = client.post(
        f"{BASE}/ackAlarms",
        json={"ackSystemId": "noc", "ackUserId": "u", "alarmPattern": patterns},
    ).json()

    states = [client.get(each["href"]).json()["ackState"] for each in made]
    assert states == ["unacknowledged", "acknowledged", "acknowledged"]
    assert task["state"] == "done"
    assert [each["id"] for each in task["ackedAlarm"]] == [made[1]["id"], made[2]["id"]]
    assert client.get(task["href"]).json() == task


def test_alarms_are_commented_cleared_and_taken_back(client) -> None:
    made = client.post(ALARMS, json=alarm()).json()
    mine = {"alarmPattern": [{"id": made["id"]}]}
    says = {"comment": "seen", "userId": "u"}

    client.post(f"{BASE}/commentAlarms", json={**mine, "comment": says})
    client.post(
        f"{BASE}/clearAlarms",
        json={
            **mine,
            "alarmClearedTime": "2026-11-23T11:00:00Z",
            "clearSystemId": "noc",
            "clearUserId": "u",
        },
    )
    client.post(f"{BASE}/unAckAlarms", json={**mine, "ackSystemId": "noc", "ackUserId": "u"})

    after = client.get(made["href"]).json()
    assert after["comment"] == [says]
    assert (after["state"], after["alarmClearedTime"]) == ("cleared", "2026-11-23T11:00:00Z")
    assert after["ackState"] == "unacknowledged"


def test_alarms_are_grouped_below_a_parent_and_taken_apart(client) -> None:
    parent, child = (client.post(ALARMS, json=alarm()).json() for _ in range(2))
    body = {
        "alarmChangedTime": "2026-11-23T11:00:00Z",
        "sourceSystemId": "noc",
        "parentAlarm": {"id": parent["id"]},
        "correlatedAlarm": [{"id": child["id"]}],
    }

    client.post(f"{BASE}/groupAlarms", json=body)
    grouped = client.get(child["href"]).json(), client.get(parent["href"]).json()
    client.post(f"{BASE}/unGroupAlarms", json=body)

    assert grouped[0]["parentAlarm"][0]["id"] == parent["id"]
    assert grouped[1]["correlatedAlarm"][0]["id"] == child["id"]
    assert client.get(child["href"]).json()["parentAlarm"] == []


def test_an_empty_pattern_and_an_unknown_alarm_are_refused(client) -> None:
    ack = {"ackSystemId": "noc", "ackUserId": "u", "alarmPattern": [{}]}
    group = {
        "alarmChangedTime": "2026-11-23T11:00:00Z",
        "sourceSystemId": "noc",
        "parentAlarm": {"id": "unknown"},
        "correlatedAlarm": [],
    }

    assert client.post(f"{BASE}/ackAlarms", json=ack).status_code == 400
    assert client.post(f"{BASE}/groupAlarms", json=group).status_code == 404


@pytest.mark.parametrize("generation", ["v4", "v5"])
def test_problems_are_acknowledged_and_grouped(client, generation) -> None:
    base = f"/tmf-api/serviceProblemManagement/{generation}"
    body = {
        "@type": "ServiceProblem",
        "category": "c",
        "description": "d",
        "originatorParty": {"role": "r"},
        "priority": 1,
        "reason": "r",
        "status": "pending",
    }
    one, two = (client.post(f"{base}/serviceProblem", json=body).json() for _ in range(2))

    done = client.post(
        f"{base}/problemAcknowledgement",
        json={"@type": "ProblemAcknowledgement", "problem": [{"id": one["id"]}]},
    )
    client.post(
        f"{base}/problemGroup",
        json={
            "@type": "ProblemGroup",
            "parentProblem": {"id": one["id"]},
            "childProblem": [{"id": two["id"]}],
        },
    )

    assert done.json()["ackProblem"][0]["id"] == one["id"]
    assert client.get(one["href"]).json()["status"] == "acknowledged"
    assert client.get(two["href"]).json()["parentProblem"][0]["id"] == one["id"]
    assert one["affectedNumberOfServices"] == 0
    assert one["responsibleParty"] == {"role": "r"}


def test_an_order_is_cancelled(client) -> None:
    base = "/tmf-api/serviceOrdering/v4"
    order = client.post(f"{base}/serviceOrder", json={"serviceOrderItem": [{"id": "1"}]}).json()

    done = client.post(
        f"{base}/cancelServiceOrder",
        json={"serviceOrder": {"id": order["id"]}, "cancellationReason": "mistake"},
    ).json()

    after = client.get(order["href"]).json()
    assert order["state"] == "acknowledged"
    assert "orderDate" in order
    assert (after["state"], after["cancellationReason"]) == ("cancelled", "mistake")
    assert done["state"] == "done"
