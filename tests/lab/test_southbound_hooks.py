"""The lab's webhook for changes: planned works are moved and guarded, each order once."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from tests.lab.southbound_city import South, opened

from sentio.lab.operator.rhythm import PERIOD_NS

HOOKS = "/hooks/changes"
HOUR_NS = 12 * PERIOD_NS
TOKEN = "a secret of two"


@pytest.fixture
def south():
    with opened() as found:
        begins_ns = found.lab.operator.now_ns + 2 * HOUR_NS
        found.lab.operator.plan_work(
            "link", "link-003", window_ns=(begins_ns, begins_ns + HOUR_NS), announced_ns=0
        )
        yield found


def order(kind: str = "move_work", target: str = "link-003", **parameters: object) -> dict:
    return {
        "id": "O-1",
        "plan": "P-1",
        "action": {"kind": kind, "target": target, "target_kind": "link", "parameters": parameters},
    }


def post(south: South, body: dict, key: str = "O-1"):
    return south.http.post(HOOKS, json=body, headers={"Idempotency-Key": key})


def test_a_work_is_moved_once_and_moved_back(south):
    work = south.lab.operator.truth[0]

    made = post(south, order(hours=3.0))
    again = post(south, order(hours=3.0))

    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json() == south.http.get(f"{HOOKS}/O-1").json()
    assert made.json()["state"] == "done"
    assert south.lab.operator.truth[0].start_ns == work.start_ns + 3 * HOUR_NS
    assert south.ledger("O-1")[0]["applied"] == 1
    assert south.http.delete(f"{HOOKS}/O-1").status_code == 204
    assert south.lab.operator.truth[0].start_ns == work.start_ns
    assert south.http.get(f"{HOOKS}/O-1").status_code == 404
    assert south.http.delete(f"{HOOKS}/O-1").status_code == 404


def test_a_guarded_work_hurts_nobody(south):
    post(south, order("guard_work"))

    south.step(34)

    assert south.lab.operator.truth[0].sessions == 0
    assert [each["id"] for each in south.http.get(HOOKS).json()] == ["O-1"]


def test_the_key_of_another_order_is_refused(south):
    post(south, order(hours=3.0))

    assert post(south, order(hours=5.0)).status_code == 422
    assert south.http.post(HOOKS, json=order()).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "move_work"},
        {"action": {"kind": "move_work"}},
        order("dance"),
        order(target="link-999"),
    ],
)
def test_an_order_that_is_none_is_refused(south, body):
    answer = post(south, body)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
    assert south.http.get(HOOKS).json() == []


def test_an_order_may_tell_its_action_by_name(south):
    told = {"action": "move_work", "element": "link-003", "parameters": {"hours": 2.0}}
    work = south.lab.operator.truth[0]

    assert post(south, told).status_code == 201
    assert south.lab.operator.truth[0].start_ns == work.start_ns + 2 * HOUR_NS


def signed(content: bytes, stamp: str = "1788782400", key: str = TOKEN) -> dict[str, str]:
    mac = hmac.new(key.encode(), f"{stamp}.".encode() + content, hashlib.sha256).hexdigest()
    return {
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "application/json",
        "Idempotency-Key": "O-1",
        "X-Sentio-Signature": f"t={stamp},v1={mac}",
    }


def test_with_a_token_only_what_is_signed_by_it_is_done():
    content = json.dumps(order("reroute")).encode()
    with opened(token=TOKEN) as south:
        good = signed(content)
        unsigned = {name: value for name, value in good.items() if name != "X-Sentio-Signature"}
        told = [
            south.http.post(HOOKS, content=content, headers=headers).status_code
            for headers in (
                good | {"Authorization": "Bearer other"},
                unsigned,
                signed(content + b" "),
                signed(content, key="another"),
                good,
            )
        ]

    assert told == [401, 400, 401, 401, 201]
