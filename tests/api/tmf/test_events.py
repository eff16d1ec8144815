"""Hubs and events: who is told what, in the form of each generation."""

from __future__ import annotations

import pytest
from bodies import ALARMS, TICKETS_V5, alarm, ticket

HUB_V4 = "/tmf-api/alarmManagement/v4/hub"
HUB_V5 = "/tmf-api/troubleTicket/v5/hub"


def register(client, hub: str, query: str = "") -> str:
    body = {"@type": "Hub", "callback": "http://listener.example/events", "query": query}
    answer = client.post(hub, json=body)
    assert answer.status_code == 201
    return answer.json()["id"]


def test_a_registration_is_shown_listed_and_ended(client, caught) -> None:
    made = client.post(HUB_V4, json={"callback": "https://listener.example:8443/x"})
    body = made.json()

    assert made.status_code == 201
    assert body["callback"] == "https://listener.example:8443/x"
    assert len(made.headers["x-sentio-secret"]) == 64
    assert client.get(HUB_V4).json() == [body]
    assert client.get(body["href"]).json() == body
    assert caught.known == {body["id"]}
    assert client.get(HUB_V5).json() == []
    assert client.delete(body["href"]).status_code == 204
    assert client.get(body["href"]).status_code == 404
    assert client.delete(body["href"]).status_code == 404
    assert caught.known == set()


@pytest.mark.parametrize(
    ("hub", "body"),
    [
        (HUB_V4, {}),
        (HUB_V4, {"callback": 1}),
        (HUB_V4, {"callback": "listener"}),
        (HUB_V4, {"callback": "file:///etc/passwd"}),
        (HUB_V4, {"callback": "http://x:99999/"}),
        (HUB_V4, {"callback": "http://x/", "query": 1}),
        (HUB_V4, {"callback": "http://x/", "query": "a.regex=("}),
        (HUB_V4, []),
        (HUB_V5, {"callback": "http://x/"}),
    ],
)
def test_a_registration_that_cannot_be_used_is_refused(client, hub, body) -> None:
    assert client.post(hub, json=body).status_code == 400


def test_each_change_of_an_alarm_is_told_once_in_the_form_of_v4(client, caught) -> None:
    name = register(client, HUB_V4)

    made = client.post(ALARMS, json=alarm()).json()
    client.patch(made["href"], json={"perceivedSeverity": "major"})
    client.patch(made["href"], json={"state": "cleared"})
    client.patch(made["href"], json={"state": "cleared"})
    client.delete(made["href"])

    assert caught.types == [
        *("AlarmCreateEvent", "AlarmAttributeValueChangeEvent", "AlarmStateChangeEvent"),
        "AlarmDeleteEvent",
    ]
    event, told = caught.offers[0]
    assert told == [name]
    assert event.body["eventId"] == event.id
    assert event.body["eventType"] == "AlarmCreateEvent"
    assert event.body["event"] == {"alarm": made}
    assert event.body["timeOcurred"] == event.body["eventTime"]
    assert "timeOccurred" not in event.body


def test_v5_spells_the_time_right_and_tells_of_a_resolved_ticket(client, caught) -> None:
    register(client, HUB_V5)

    made = client.post(TICKETS_V5, json=ticket()).json()
    client.patch(made["href"], json={"status": "resolved"})

    assert caught.types == [
        *("TroubleTicketCreateEvent", "TroubleTicketStatusChangeEvent"),
        "TroubleTicketResolvedEvent",
    ]
    body = caught.offers[0][0].body
    assert "timeOccurred" in body
    assert "timeOcurred" not in body
    assert body["@type"] == "TroubleTicketCreateEvent"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", 2),
        ("eventType=AlarmCreateEvent", 1),
        ("eventType=AlarmDeleteEvent", 0),
        ("event.alarm.perceivedSeverity=major", 1),
        ("perceivedSeverity=major&eventType=AlarmAttributeValueChangeEvent", 1),
        ("eventType=AlarmCreateEvent,AlarmAttributeValueChangeEvent", 2),
    ],
)
def test_the_query_of_a_hub_decides_who_is_told(client, caught, query, wanted) -> None:
    register(client, HUB_V4, query)

    made = client.post(ALARMS, json=alarm()).json()
    client.patch(made["href"], json={"perceivedSeverity": "major"})

    assert len(caught.offers) == wanted


def test_others_are_not_told(client, caught) -> None:
    register(client, HUB_V5)

    client.post(ALARMS, json=alarm())

    assert caught.offers == []


def test_an_event_on_a_topic_reaches_the_hubs_of_that_topic(client, caught) -> None:
    topics = "/tmf-api/event/v4/topic"
    topic = client.post(topics, json={"name": "experience"}).json()["href"]
    hub = client.post(f"{topic}/hub", json={"callback": "http://x/", "query": "title=wanted"})
    assert hub.status_code == 201

    client.post(f"{topic}/event", json={"title": "wanted", "event": {"mos": 2.1}})
    client.post(f"{topic}/event", json={"title": "other"})

    (event, told), *rest = caught.offers
    assert (told, rest) == ([hub.json()["id"]], [])
    assert event.body["event"] == {"mos": 2.1}
    assert client.post(f"{topic}/hub", json={"callback": "nowhere"}).status_code == 400
