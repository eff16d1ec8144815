"""Who subscribes is told what the loop tells, once, and can see how the deliveries fare."""

from __future__ import annotations

import orjson
import pytest
from listening import listening, until

from sentio.api.notify import is_signed
from sentio.store.state.told import Told

SUBSCRIPTIONS = "/api/v1/subscriptions"


def tell(client, *kinds: str) -> int:
    events = [(kind, 1_700_000_000_000_000_000, {"id": kind, "began_ns": 0}) for kind in kinds]
    newest = Told(client.platform.state).write([], {}, events, snapshot=b"")
    client.app.state.loop._newest_event = newest
    return newest


@pytest.fixture
def quiet(serving):
    return serving(awareness_enabled=False)


def test_what_is_told_reaches_those_who_want_its_kind(quiet):
    tell(quiet, "degradation")
    with listening() as all_of_it, listening() as plans_only:
        secret = quiet.post(SUBSCRIPTIONS, json={"callback": all_of_it.url}).json()["secret"]
        quiet.post(SUBSCRIPTIONS, json={"callback": plans_only.url, "kinds": ["plan"]})

        tell(quiet, "degradation", "plan")

        assert until(lambda: len(all_of_it.got) == 2 and len(plans_only.got) == 1)
    told = [orjson.loads(body) for body in all_of_it.bodies]
    assert [each["kind"] for each in told] == ["degradation", "plan"]
    assert told[0]["event"]["began"] == "1970-01-01T00:00:00+00:00"
    assert orjson.loads(plans_only.bodies[0])["id"] == told[1]["id"] == "told-3"
    _, headers, body = all_of_it.got[0]
    moment_s = int(headers["x-sentio-signature"].split(",")[0][2:])
    assert is_signed(headers["x-sentio-signature"], secret, body, now_s=moment_s)


def test_what_was_told_while_nobody_served_is_sent_by_the_next_server(serving):
    with listening() as there:
        first = serving(awareness_enabled=False)
        first.post(SUBSCRIPTIONS, json={"callback": there.url})
        first.app.state.outward.feed.close()
        tell(first, "degradation", "outcome")
        first.app.state.notifier.close()
        first.platform.warehouse.close()

        second = serving(awareness_enabled=False)
        assert until(lambda: len(there.got) == 2)
        tell(second, "plan")
        assert until(lambda: len(there.got) == 3)

    kinds = [orjson.loads(body)["kind"] for body in there.bodies]
    assert kinds == ["degradation", "outcome", "plan"]


def test_how_deliveries_fare_is_told_without_secrets(quiet):
    with listening(lambda _n: 410) as there:
        made = quiet.post(SUBSCRIPTIONS, json={"callback": there.url, "secret": "s" * 16}).json()
        assert made["secret"] is None
        tell(quiet, "degradation")
        assert until(lambda: there.got)
        assert until(lambda: quiet.get(SUBSCRIPTIONS).json()["items"][0]["parked"] == 1)

    (item,) = quiet.get(SUBSCRIPTIONS).json()["items"]
    assert (item["id"], item["state"], item["waiting"]) == (made["id"], "well", 0)
    assert "s" * 16 not in str(item)
    assert 'sentio_notification_tries_total{outcome="refused"} 1.0' in quiet.get("/metrics").text


def test_given_up_notifications_are_released(quiet):
    with listening(lambda n: 400 if n == 0 else 204) as there:
        name = quiet.post(SUBSCRIPTIONS, json={"callback": there.url}).json()["id"]
        tell(quiet, "degradation")
        assert until(lambda: there.got)
        assert until(lambda: quiet.get(SUBSCRIPTIONS).json()["items"][0]["parked"] == 1)

        assert quiet.post(f"{SUBSCRIPTIONS}/{name}/release").json()["released"] == 1
        assert until(lambda: len(there.got) == 2)

    assert quiet.post(f"{SUBSCRIPTIONS}/nobody/release").status_code == 404


def test_a_subscription_ends_when_it_is_deleted(quiet):
    name = quiet.post(SUBSCRIPTIONS, json={"callback": "http://127.0.0.1:9/"}).json()["id"]

    assert quiet.delete(f"{SUBSCRIPTIONS}/{name}").status_code == 204
    assert quiet.delete(f"{SUBSCRIPTIONS}/{name}").status_code == 404
    assert quiet.get(SUBSCRIPTIONS).json()["items"] == []


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://169.254.169.254/latest", "file:///x"])
def test_callbacks_into_our_own_network_are_refused_once_others_can_reach_us(serving, url):
    client = serving(awareness_enabled=False)
    key = client.platform.state.create_key("r", roles=("read",), at_ns=1)
    client.app.state.notifier.close()
    client.platform.warehouse.close()
    open_to_all = serving(awareness_enabled=False, api_host="0.0.0.0")

    answer = open_to_all.post(
        SUBSCRIPTIONS, json={"callback": url}, headers={"authorization": f"Bearer {key}"}
    )

    assert answer.status_code == 422
    assert answer.json()["where"] == "callback"


def test_a_subscription_of_another_api_is_not_ended_here(quiet):
    from sentio.api.notify import Subscriber

    other = Subscriber(id="hub-1", api="TMF642", callback="http://127.0.0.1:9/", secret="s")
    quiet.app.state.notifier.subscribe(other)

    assert quiet.delete(f"{SUBSCRIPTIONS}/hub-1").status_code == 404
    assert [each["id"] for each in quiet.get(SUBSCRIPTIONS).json()["items"]] == ["hub-1"]
