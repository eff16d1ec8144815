"""Resources of Open APIs over HTTP: make, list, show, patch, remove, and what is refused."""

from __future__ import annotations

import pytest
from bodies import ALARMS, INTENTS, OPERATIONS, SERVICES_V5, TICKETS_V5, alarm, ticket


def test_what_is_made_has_an_id_an_address_and_a_type(client) -> None:
    made = client.post(ALARMS, json=alarm())
    body = made.json()

    assert made.status_code == 201
    assert made.headers["location"] == body["href"] == f"{ALARMS}/{body['id']}"
    assert body["@type"] == "Alarm"
    assert body["ackState"] == "unacknowledged"
    assert client.get(body["href"]).json() == body


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "alarmRaisedTime"),
        (alarm(alarmRaisedTime="yesterday"), "date and time"),
        (alarm(alarmRaisedTime="2026-02-30T00:00:00Z"), "date and time"),
        (alarm(isRootCause="yes"), "true or false"),
        (alarm(affectedService={"id": "a"}), "a list"),
        (alarm(alarmedObject="cell-7"), "an object"),
        (alarm(alarmedObject={"id": 7}), "a text"),
        (alarm(state="\x00"), "NUL"),
        ([], "no object"),
    ],
)
def test_a_body_that_is_wrong_is_answered_with_400_and_what_is_wrong(client, body, word) -> None:
    answer = client.post(ALARMS, json=body)
    told = answer.json()

    assert answer.status_code == 400
    assert (told["@type"], told["code"], told["status"]) == ("Error", "400", "400")
    assert set(told) == {"@type", "code", "reason", "message", "status", "referenceError"}
    assert word in told["message"]


def test_v5_wants_a_type_and_values_of_its_lists(client) -> None:
    untyped = ticket()
    del untyped["@type"]

    assert client.post(TICKETS_V5, json=untyped).status_code == 400
    assert client.post(TICKETS_V5, json=ticket(status="lost")).status_code == 400
    assert client.post(TICKETS_V5, json=ticket()).json()["status"] == "acknowledged"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{ALARMS}/unknown", 404),
        ("GET", "/tmf-api/alarmManagement/v4/Alarm/1", 404),
        ("GET", "/tmf-api/alarmManagement/v4/", 404),
        ("GET", f"{ALARMS}/a%0Ab", 404),
        ("TRACE", ALARMS, 405),
        ("PUT", ALARMS, 405),
        ("DELETE", ALARMS, 405),
        ("POST", f"{ALARMS}/1", 405),
        ("POST", "/tmf-api/performance/v4/trackingRecord", 405),
        ("PATCH", f"{ALARMS}/unknown", 404),
        ("DELETE", f"{ALARMS}/unknown", 404),
    ],
)
def test_what_is_not_there_or_not_allowed_is_said_to_be(client, method, path, status) -> None:
    body = {} if method in {"POST", "PATCH"} else None
    answer = client.request(method, path, json=body)

    assert answer.status_code == status
    assert answer.json()["status"] == str(status)
    assert ("allow" in answer.headers) == (status == 405)


def test_head_counts_and_options_tell_what_is_allowed(client) -> None:
    client.post(ALARMS, json=alarm())

    assert client.head(ALARMS).headers["x-total-count"] == "1"
    assert client.head(ALARMS).text == ""
    assert client.options(ALARMS).headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert "PATCH" in client.options(f"{ALARMS}/1").headers["allow"]


def test_a_body_of_another_kind_is_answered_with_415_and_no_json_with_400(client) -> None:
    made = client.post(ALARMS, json=alarm()).json()
    as_text = {"content-type": "text/plain"}
    as_steps = {"content-type": OPERATIONS}

    assert client.post(ALARMS, content="{}", headers=as_text).status_code == 415
    assert client.patch(made["href"], content="[]", headers=as_steps).status_code == 415
    assert client.post(ALARMS, content="{").status_code == 400


def test_a_large_body_is_answered_with_413(client) -> None:
    assert client.post(ALARMS, json=alarm(alarmDetails="x" * 1_100_000)).status_code == 413


def test_a_patch_changes_what_may_change_and_the_date_of_change(client) -> None:
    made = client.post(ALARMS, json=alarm()).json()

    patched = client.patch(made["href"], json={"state": "updated", "id": made["id"]}).json()

    assert patched["state"] == "updated"
    assert patched["alarmChangedTime"] > made["alarmChangedTime"]
    assert client.get(made["href"]).json() == patched


@pytest.mark.parametrize(
    "patch",
    [
        {"alarmRaisedTime": "2026-01-01T00:00:00Z"},
        {"sourceSystemId": "ems-2"},
        {"id": "other"},
        {"@type": "Other"},
        {"nothingOfThat": 1},
        {"state": None},
        {"isRootCause": 1},
        [],
    ],
)
def test_a_patch_of_what_may_not_change_is_refused_and_changes_nothing(client, patch) -> None:
    made = client.post(ALARMS, json=alarm()).json()

    answer = client.patch(made["href"], json=patch)

    assert answer.status_code == 400
    assert client.get(made["href"]).json() == made


def test_an_id_may_be_chosen_where_the_api_says_so_and_only_once(client) -> None:
    body = {
        "@type": "Service",
        "id": "svc:1",
        "serviceSpecification": {"id": "s", "@type": "ServiceSpecificationRef"},
        "state": "active",
    }

    made = client.post(SERVICES_V5, json=body)
    again = client.post(SERVICES_V5, json=body)
    foreign = client.post(ALARMS, json=alarm(id="mine"))

    assert made.json()["id"] == "svc:1"
    assert again.status_code == 409
    assert foreign.json()["id"] != "mine"


def test_what_was_removed_is_gone_with_all_below_it(client) -> None:
    flows = "/tmf-api/event/v4/topic"
    topic = client.post(flows, json={"name": "experience"}).json()
    event = client.post(f"{topic['href']}/event", json={"title": "t"}).json()
    assert client.get(event["href"]).json()["title"] == "t"
    assert event["href"].startswith(topic["href"])

    gone = client.delete(topic["href"])

    assert (gone.status_code, gone.text) == (204, "")
    assert client.get(topic["href"]).status_code == 404
    assert client.get(event["href"]).status_code == 404
    assert client.get(f"{topic['href']}/event").status_code == 404


def test_events_below_one_topic_are_not_those_of_another(client) -> None:
    topics = [
        client.post("/tmf-api/event/v4/topic", json={"name": name}).json()["href"]
        for name in ("one", "two")
    ]
    made = client.post(f"{topics[0]}/event", json={"title": "t"}).json()

    assert len(client.get(f"{topics[0]}/event").json()) == 1
    assert client.get(f"{topics[1]}/event").json() == []
    assert client.get(f"{topics[1]}/event/{made['id']}").status_code == 404


def test_an_expression_is_kept_as_it_came(client) -> None:
    turtle = '@prefix icm: <http://tio/> .\n\n<#i>  a icm:Intent ;\r\n\ticm:x "ä € 😀" .  \n'
    body = {
        "@type": "Intent",
        "name": "mine",
        "expression": {"@type": "TurtleExpression", "iri": "urn:x", "expressionValue": turtle},
    }

    made = client.post(INTENTS, json=body).json()

    assert client.get(made["href"]).json()["expression"] == body["expression"]
    assert made["lifecycleStatus"] == "Created"


def test_an_api_answers_at_all_its_paths_and_below_a_root_path(serving) -> None:
    client = serving(api_root_path="/r1-sentio")
    made = client.post(f"/r1-sentio{ALARMS}", json=alarm()).json()

    assert made["href"] == f"/r1-sentio{ALARMS}/{made['id']}"
    assert client.get(made["href"]).status_code == 200
    assert client.get(f"/tmf-api/alarm/v4/alarm/{made['id']}").json() == made
    assert client.get("/r1-sentio/health").status_code == 200


def test_an_id_with_a_slash_is_found_as_its_address_says(client) -> None:
    engine = client.app.state.tmf
    place = next(p for p in places(engine) if p.name == "alarm")
    engine.keep(place, [{"id": "a/b c", "@type": "Alarm"}])

    listed = client.get(ALARMS).json()

    assert listed[0]["href"] == f"{ALARMS}/a%2Fb%20c"
    assert client.get(listed[0]["href"]).json()["id"] == "a/b c"


def places(_engine):
    from sentio.api.tmf.engine import Place
    from sentio.api.tmf.table import tables

    return [Place(api, name) for api in tables() for name in api.resources]
