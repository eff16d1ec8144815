"""What is being done over HTTP: tasks, a yes to a plan, the switch, the audit."""

from __future__ import annotations

import pytest
from tests.execution.planned import plan

from sentio.store.state.steering import Steering
from sentio.store.state.told import Told


def tell(client, *plans) -> None:
    """Order plans, of which nothing is done meanwhile."""
    Steering(client.platform.state).turn(is_stopped=True, who="test", why="quiet", at_ns=1)
    Told(client.platform.state).write([], {}, [], snapshot=b"", decided=plans, at_ns=1)


@pytest.fixture
def keys(client) -> dict[str, dict[str, str]]:
    state = client.platform.state
    return {
        role: {"authorization": f"Bearer {state.create_key(role, roles=(role,), at_ns=1)}"}
        for role in ("read", "admin")
    }


def test_tasks_are_listed_with_their_action_and_reason(client) -> None:
    tell(client, plan(1, factor=1.5), plan(2))
    items = client.get("/api/v1/tasks").json()["items"]
    one = client.get(f"/api/v1/tasks/{items[0]['id']}").json()

    assert {each["action"] for each in items} == {"scale:upf/upf-1(factor=1.5)", "scale:upf/upf-1"}
    assert (one["id"], one["plan"]) == (items[0]["id"], items[0]["plan"])
    assert one["sentence"] == "scale of upf-1 is done."
    assert client.get("/api/v1/tasks?open=false").json()["items"] == []
    assert client.get("/api/v1/tasks/none").status_code == 404


def test_a_task_is_taken_back_by_an_administrator_with_a_reason(client, keys) -> None:
    tell(client, plan(1))
    name = client.get("/api/v1/tasks", headers=keys["read"]).json()["items"][0]["id"]
    at, why = f"/api/v1/tasks/{name}/undo", {"why": "the wrong cell"}

    forbidden = client.post(at, json=why, headers=keys["read"])
    without = client.post(at, json={}, headers=keys["admin"])
    done = client.post(at, json=why, headers=keys["admin"])
    unknown = client.post("/api/v1/tasks/none/undo", json=why, headers=keys["admin"])

    codes = [each.status_code for each in (forbidden, without, done, unknown)]
    assert codes == [403, 422, 202, 404]
    assert done.json()["wanted"] == "undone"


def test_a_yes_is_for_plans_that_wait(client, keys) -> None:
    tell(client, plan(1), plan(2, autonomy="approve"))
    at, why = "/api/v1/plans/{}/approval", {"why": "looked at it"}

    codes = [
        client.post(at.format(name), json=why, headers=keys["admin"]).status_code
        for name in ("P00001", "P00002", "P00003")
    ]
    forbidden = client.post(at.format("P00002"), json=why, headers=keys["read"])

    assert codes == [409, 202, 404]
    assert forbidden.status_code == 403
    answer = client.get(at.format("P00002"), headers=keys["read"]).json()
    assert answer == {"plan": "P00002", "answer": ""}


def test_the_switch_is_turned_by_an_administrator_and_noted(client, keys) -> None:
    wish = {"is_stopped": True, "why": "storm"}

    forbidden = client.put("/api/v1/automation", json=wish, headers=keys["read"])
    done = client.put("/api/v1/automation", json=wish, headers=keys["admin"])
    known = client.get("/api/v1/automation", headers=keys["read"]).json()

    assert forbidden.status_code == 403
    assert (done.status_code, known["is_stopped"], known["who"]) == (200, True, "admin")
    line = client.get("/api/v1/audit?limit=1", headers=keys["admin"]).json()["items"][0]
    assert (line["what"], line["purpose"]) == ("automation stopped", "storm")


def test_the_audit_is_for_administrators_and_says_whether_it_is_whole(client, keys) -> None:
    tell(client, plan(1))

    assert client.get("/api/v1/audit", headers=keys["read"]).status_code == 403
    found = client.get("/api/v1/audit/verification", headers=keys["admin"]).json()
    assert found["is_whole"] is True
    assert found["lines"] == 2
    assert len(found["head"]) == 64
