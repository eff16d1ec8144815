"""Domains, intents and reports over HTTP."""

from __future__ import annotations

import pytest


def test_domains_are_listed_with_their_level_of_autonomy(client) -> None:
    items = {each["name"]: each for each in client.get("/api/v1/domains").json()["items"]}

    assert items["transport"]["level"] == 4
    assert items["transport"]["equivalents"] == ["fixed_access", "fixed_wireless", "satellite"]
    assert items["satellite"]["loop"] == "observing"


def test_what_is_promised_becomes_intents_and_can_be_given_up(client) -> None:
    made = client.post("/api/v1/intents", json={"name": "vehicles"})
    resource = client.get("/api/v1/intents?layer=resource&domain=edge").json()["items"]
    gone = client.delete("/api/v1/intents/vehicles")

    assert made.status_code == 201
    assert len(made.json()["items"]) == 6
    assert resource[0]["id"] == "R-vehicles-vehicle-edge"
    assert resource[0]["promise"] == "vehicles"
    assert gone.status_code == 204
    assert client.get("/api/v1/intents").json()["items"] == []
    assert client.get("/api/v1/intent-reports").json()["items"] == []
    assert client.delete("/api/v1/intents/vehicles").status_code == 404


def test_a_promise_that_cannot_be_kept_is_refused_with_what_could_be(client) -> None:
    refused = client.post("/api/v1/intents", json={"name": "telesurgery"})

    assert refused.status_code == 422
    assert "8.5 or easier" in refused.json()["expected"]


@pytest.mark.parametrize(
    "body", [{}, {"name": "nothing"}, {"name": "mine", "title": "t", "services": [], "path": []}]
)
def test_a_promise_that_is_none_is_refused(client, body: dict[str, object]) -> None:
    assert client.post("/api/v1/intents", json=body).status_code == 422


def test_autonomy_is_set_by_an_administrator_and_audited(client) -> None:
    state = client.platform.state
    reader = {"authorization": f"Bearer {state.create_key('r', roles=('read',), at_ns=1)}"}
    admin = {"authorization": f"Bearer {state.create_key('a', roles=('admin',), at_ns=1)}"}
    at = "/api/v1/domains/transport/autonomy"

    forbidden = client.put(at, json={"autonomy": "advise"}, headers=reader)
    done = client.put(at, json={"autonomy": "advise"}, headers=admin)
    wrong = client.put(at, json={"autonomy": "alone"}, headers=admin)
    unknown = client.put(at.replace("transport", "moon"), json={"autonomy": "act"}, headers=admin)

    assert [each.status_code for each in (forbidden, done, wrong, unknown)] == [403, 200, 422, 404]
    known = client.get("/api/v1/domains", headers=reader).json()["items"]
    assert {each["name"]: each["level"] for each in known}["transport"] == 2
    assert state.audit(limit=1)[0].details == {"level": "advise"}
