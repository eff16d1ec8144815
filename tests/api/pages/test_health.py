"""The page of health over HTTP: own parts, peers, collection, rejected rows, keys."""

from __future__ import annotations

import socket

import pytest
from records import rows

from sentio.api.pages.health import masked
from sentio.loop.collecting import cost_bytes
from sentio.model.collection import CollectionOrder
from sentio.store.state.steering import Steering
from sentio.store.state.told import Told

SECOND_NS = 1_000_000_000
NOON_NS = 1_795_089_600_000_000_000


def test_all_parts_are_told_with_how_they_are(client) -> None:
    told = client.get("/api/v1/components").json()
    parts = {each["name"]: each for each in told["items"]}

    assert list(parts) == [
        *("intake", "watch", "automation", "store"),
        *("state", "disk", "outbox", "process"),
    ]
    assert parts["intake"]["health"] == "well"
    assert parts["watch"]["health"] == "well"
    figures = {each["name"]: each["value"] for each in parts["store"]["figures"]}
    assert figures["rows"] == 0
    assert figures["size"] > 0


def test_a_stopped_automation_is_off_with_who_and_why(client) -> None:
    Steering(client.platform.state).turn(is_stopped=True, who="ann", why="storm", at_ns=1)

    parts = {each["name"]: each for each in client.get("/api/v1/components").json()["items"]}

    assert parts["automation"]["health"] == "off"
    assert parts["automation"]["says"] == "stopped by ann: storm"


def test_prometheus_is_told_of_the_watch_and_the_switch(client) -> None:
    before = client.get("/metrics").text
    Steering(client.platform.state).turn(is_stopped=True, who="ann", why="storm", at_ns=1)
    after = client.get("/metrics").text

    assert "sentio_automation_stopped 0.0" in before
    assert "sentio_automation_stopped 1.0" in after
    assert "sentio_watch_running 1.0" in after


def test_a_watch_that_is_switched_off_says_so(serving) -> None:
    told = serving(awareness_enabled=False).get("/api/v1/components").json()

    assert {each["name"]: each["health"] for each in told["items"]}["watch"] == "off"


def test_a_peer_is_tried_and_one_that_does_not_listen_is_told(serving) -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        port = there.getsockname()[1]
        client = serving(
            collection_url=f"http://127.0.0.1:{port}/orders?secret=1",
            oidc_issuer="http://127.0.0.1:9/realm",
        )
        state = client.platform.state
        key = {"authorization": f"Bearer {state.create_key('r', roles=('read',), at_ns=1)}"}
        items = client.get("/api/v1/peers", headers=key).json()["items"]

    found = {each["role"]: each for each in items}
    assert found["collection"]["is_reachable"]
    assert found["collection"]["at"] == f"127.0.0.1:{port}"
    assert not found["sign-on"]["is_reachable"]
    assert found["sign-on"]["error"]
    assert "secret" not in str(items)


def test_orders_are_told_with_their_bytes(client) -> None:
    period_ns = 300 * SECOND_NS
    order = CollectionOrder(
        id="C00001",
        element="link-3",
        element_kind="link",
        what="active_test",
        granularity_s=300,
        since_ns=NOON_NS,
        until_ns=NOON_NS + 6 * period_ns,
        ended_ns=NOON_NS + 4 * period_ns,
        end_reason="D00001 is explained",
        degradation="D00001",
        reason="a test tells",
    )
    Told(client.platform.state).write([], {}, [], snapshot=b"", orders=[order])

    told = client.get("/api/v1/collection").json()

    [found] = told["items"]
    assert found["bytes"] == 4 * cost_bytes("active_test", period_ns=period_ns) == 4 * 14_312
    assert found["ended"] == "2026-11-19T12:20:00+00:00"


def test_rejected_rows_are_counted_by_reason_as_in_the_store(client) -> None:
    body = rows(5) + "yesterday,26201999999999,cell-1,900\n" + "0,26201999999998,cell-1,900\n"
    answer = client.post(
        "/ingest/probe?service=web",
        content=body.encode(),
        headers={"content-type": "text/csv"},
    )
    assert answer.status_code < 300, answer.text

    items = client.get("/api/v1/rejections").json()["items"]
    con = client.platform.warehouse.con.cursor()
    wanted = con.execute(
        "SELECT source, reason, sum(rows)::BIGINT FROM dead_letter GROUP BY 1, 2"
    ).fetchall()

    assert wanted
    assert {(e["source"], e["reason"], e["rows"]) for e in items} == set(wanted)
    assert all(each["sample"] for each in items)
    assert "26201999999999" not in str(items)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("msisdn 4917012345678", "msisdn ••••••"), ("line 12345 is late", "line 12345 is late")],
)
def test_what_may_name_somebody_is_hidden(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_keys_are_told_to_administrators_without_their_secrets(client) -> None:
    state = client.platform.state
    reader = {"authorization": f"Bearer {state.create_key('r', roles=('read',), at_ns=1)}"}
    secret = state.create_key("a", roles=("admin",), at_ns=1)
    admin = {"authorization": f"Bearer {secret}"}

    refused = client.get("/api/v1/keys", headers=reader)
    told = client.get("/api/v1/keys", headers=admin)

    assert refused.status_code == 403
    assert [(e["name"], e["roles"]) for e in told.json()["items"]] == [
        ("a", ["admin"]),
        ("r", ["read"]),
    ]
    assert secret not in told.text
