"""The lab's quality-on-demand sessions: found by device, over by themselves in simulated time."""

from __future__ import annotations

from uuid import uuid4

import pytest
from tests.lab.southbound_city import opened

SESSIONS = "/quality-on-demand/v1/sessions"
FOUND = "/quality-on-demand/v1/retrieve-sessions"
IMSI = "999700000000007"


@pytest.fixture
def south():
    with opened() as found:
        yield found


def wish(device: str = IMSI, *, duration: int = 3600, **more: object) -> dict:
    return {
        "device": {"networkAccessIdentifier": f"{device}@cem.invalid"},
        "applicationServer": {"ipv4Address": "0.0.0.0/0"},
        "qosProfile": "QOS_E",
        "duration": duration,
        **more,
    }


def by_device(south, device: str = IMSI) -> list[dict]:
    body = {"device": {"networkAccessIdentifier": f"{device}@cem.invalid"}}
    return south.http.post(FOUND, json=body).json()


def test_a_session_favours_its_device_and_is_found_by_it(south):
    made = south.http.post(SESSIONS, json=wish(), headers={"x-correlator": "O-1"})
    (found,) = by_device(south)

    assert made.status_code == 201
    assert made.headers["x-correlator"] == "O-1"
    assert (made.json()["qosStatus"], found["qosStatus"]) == ("REQUESTED", "AVAILABLE")
    assert "expiresAt" not in made.json()
    assert (found["startedAt"], found["expiresAt"]) == (
        "2026-09-07T12:00:00.000Z",
        "2026-09-07T13:00:00.000Z",
    )
    assert south.http.get(made.headers["location"]).json() == found
    ((effect, _),) = south.effects()
    assert (effect.quantity, effect.scope) == ("favoured", {"subject": (7,)})
    assert by_device(south, "999700000000008") == []


def test_the_same_flow_of_a_device_gets_one_session_only(south):
    south.http.post(SESSIONS, json=wish(), headers={"x-correlator": "O-1"})

    again = south.http.post(SESSIONS, json=wish(), headers={"x-correlator": "O-1"})
    other = south.http.post(
        SESSIONS,
        json=wish(
            applicationServer={"ipv4Address": "203.0.113.9"}, sink="https://s.invalid/?order=O-2"
        ),
    )

    assert (again.status_code, again.json()["code"]) == (409, "CONFLICT")
    assert other.status_code == 201
    (first,), (second,) = south.ledger("O-1"), south.ledger("O-2")
    assert (first["asked"], first["applied"]) == (2, 1)
    assert (second["action"], second["element"]) == ("qos_session", IMSI)


def test_a_session_that_is_deleted_leaves_the_network_as_it_was(south):
    before = south.effects()
    name = south.http.post(SESSIONS, json=wish()).json()["sessionId"]

    assert south.http.delete(f"{SESSIONS}/{name}").status_code == 204

    assert south.effects() == before
    gone = south.http.get(f"{SESSIONS}/{name}")
    assert (gone.status_code, gone.json()["code"]) == (404, "NOT_FOUND")
    assert south.http.delete(f"{SESSIONS}/{name}").status_code == 404


def test_a_session_ends_by_itself_unless_it_is_extended(south):
    headers = {"x-correlator": "O-1"}
    name = south.http.post(SESSIONS, json=wish(duration=600), headers=headers).json()["sessionId"]
    more = {"requestedAdditionalDuration": 300}
    longer = south.http.post(f"{SESSIONS}/{name}/extend", json=more)
    assert (longer.status_code, longer.json()["duration"]) == (200, 900)

    south.step(3)
    assert south.quantities() == ["favoured"]
    south.step()

    assert south.effects() == []
    told = south.http.get(f"{SESSIONS}/{name}").json()
    assert (told["qosStatus"], told["statusInfo"]) == ("UNAVAILABLE", "DURATION_EXPIRED")
    late = south.http.post(f"{SESSIONS}/{name}/extend", json=more)
    assert late.json()["code"] == "QUALITY_ON_DEMAND.SESSION_EXTENSION_NOT_ALLOWED"
    assert not south.ledger("O-1")[0]["stands"]
    assert south.http.post(SESSIONS, json=wish()).status_code == 201
    south.step(2)
    assert south.http.get(f"{SESSIONS}/{name}").status_code == 404


def test_a_session_lasts_a_day_at_most(south):
    name = south.http.post(SESSIONS, json=wish(duration=86_400)).json()["sessionId"]

    longer = south.http.post(f"{SESSIONS}/{name}/extend", json={"requestedAdditionalDuration": 9})

    assert longer.json()["duration"] == 86_400


def test_a_pseudonym_that_nobody_resolves_is_kept_on_record(south):
    made = south.http.post(SESSIONS, json=wish("a1b2c3"), headers={"x-correlator": "O-1"})

    assert made.status_code == 201
    assert south.effects() == []
    assert south.ledger("O-1")[0]["stands"]


def test_a_pseudonym_that_is_resolved_favours_its_subject_and_a_stranger_is_refused():
    known = {"a1b2c3": IMSI}
    with opened(subject_of=lambda name: known.get(name, "")) as south:
        made = south.http.post(SESSIONS, json=wish("a1b2c3"))
        stranger = south.http.post(SESSIONS, json=wish("ffffff"))

        assert made.json()["device"]["networkAccessIdentifier"] == "a1b2c3@cem.invalid"
        assert [effect.scope for effect, _ in south.effects()] == [{"subject": (7,)}]
        assert (stranger.status_code, stranger.json()["code"]) == (404, "IDENTIFIER_NOT_FOUND")
        assert IMSI not in south.http.get("/southbound/ledger").text


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"device": {}}, 400, "INVALID_ARGUMENT"),
        ({"device": {"networkAccessIdentifier": "nobody"}}, 400, "INVALID_ARGUMENT"),
        ({"device": {"phoneNumber": "+123456789"}}, 422, "UNSUPPORTED_IDENTIFIER"),
        ({"applicationServer": {}}, 400, "INVALID_ARGUMENT"),
        ({"qosProfile": "QOS_X"}, 400, "INVALID_ARGUMENT"),
        ({"duration": 0}, 400, "INVALID_ARGUMENT"),
        ({"duration": "long"}, 400, "INVALID_ARGUMENT"),
        ({"duration": 86_401}, 400, "INVALID_ARGUMENT"),
    ],
)
def test_a_wish_that_is_none_is_refused_in_the_words_of_the_standard(south, change, status, code):
    answer = south.http.post(SESSIONS, json=wish() | change)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["status"] == status
    assert south.effects() == []


def test_a_wish_without_device_and_names_that_are_none_are_refused(south):
    body = wish()
    del body["device"]

    assert south.http.post(SESSIONS, json=body).json()["code"] == "MISSING_IDENTIFIER"
    assert south.http.get(f"{SESSIONS}/7").json()["code"] == "INVALID_ARGUMENT"
    assert south.http.get(f"{SESSIONS}/{uuid4()}").status_code == 404
    assert south.http.get(SESSIONS).status_code == 405
    odd = south.http.post(SESSIONS, json=wish(), headers={"x-correlator": "a b"})
    assert odd.json()["code"] == "INVALID_ARGUMENT"
