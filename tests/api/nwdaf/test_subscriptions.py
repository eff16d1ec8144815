"""Consumers subscribe as to an NWDAF, and are reported to at their callback."""

from __future__ import annotations

import time

import orjson
import pytest
from listening import listening, until

from sentio.kernel.values import to_plain
from sentio.model.degradation import Degradation
from sentio.store.cube import HOUR_NS
from sentio.store.state.told import Told

SUBSCRIPTIONS = "/nnwdaf-eventssubscription/v1/subscriptions"
WEB = {"event": "SERVICE_EXPERIENCE", "appIds": ["web"]}


def subscription(url: str, *events, **request):
    asked = {"eventSubscriptions": list(events), "notificationURI": url, "notifCorrId": "c-7"}
    return {**asked, "evtReq": request} if request else asked


def kept(client) -> list[dict]:
    return client.get("/api/v1/subscriptions").json()["items"]


def fell(client, **scope: str) -> None:
    one = Degradation(
        id="d-1",
        scope=scope,
        services=("web",),
        began_ns=client.platform.clock.now_ns() - HOUR_NS,
        seen_ns=client.platform.clock.now_ns(),
        uses=100,
        poor_uses=60,
        mos_usual=4.0,
        mos_seen=2.5,
        nats=30.0,
        per_day=0.001,
    )
    events = [("degradation", one.seen_ns, to_plain(one))]
    newest = Told(client.platform.state).write([one], {}, events, snapshot=b"")
    client.app.state.loop._newest_event = newest


def test_an_immediate_report_comes_with_the_answer(client):
    asked = subscription(
        "http://127.0.0.1:9/", WEB, immRep=True, notifMethod="PERIODIC", repPeriod=60
    )

    answer = client.post(SUBSCRIPTIONS, json=asked)

    assert answer.status_code == 201
    assert answer.headers["location"].startswith(SUBSCRIPTIONS)
    (notification,) = answer.json()["eventNotifications"]
    assert notification["event"] == "SERVICE_EXPERIENCE"
    assert notification["svcExps"][0]["appId"] == "web"
    assert notification["start"] == "2026-11-22T11:00:00Z"


def test_reports_come_each_period_until_their_number_is_reached(client):
    with listening() as there:
        asked = subscription(there.url, WEB, notifMethod="PERIODIC", repPeriod=60, maxReportNbr=2)
        name = client.post(SUBSCRIPTIONS, json=asked).headers["location"].rsplit("/", 1)[1]
        for count in (1, 2):
            client.platform.clock.at_ns += 60 * 1_000_000_000
            assert until(lambda count=count: len(there.got) == count)
        client.platform.clock.at_ns += 600 * 1_000_000_000
        assert until(lambda: not kept(client))

    assert len(there.got) == 2
    (report,) = orjson.loads(there.bodies[0])
    assert (report["subscriptionId"], report["notifCorrId"]) == (name, "c-7")
    assert [each["event"] for each in report["eventNotifications"]] == ["SERVICE_EXPERIENCE"]


def test_one_report_and_no_more(client):
    with listening() as there:
        asked = subscription(there.url, WEB, notifMethod="ONE_TIME")
        client.post(SUBSCRIPTIONS, json=asked)
        assert until(lambda: len(there.got) == 1)
        assert until(lambda: not kept(client))

    assert len(there.got) == 1


def test_a_subscription_that_is_deleted_reports_no_more(client):
    with listening() as there:
        asked = subscription(there.url, WEB, repPeriod=60)
        path = client.post(SUBSCRIPTIONS, json=asked).headers["location"]
        assert (client.delete(path).status_code, kept(client)) == (204, [])
        assert client.delete(path).json()["cause"] == "SUBSCRIPTION_NOT_FOUND"
        client.platform.clock.at_ns += 120 * 1_000_000_000
        time.sleep(0.5)

    assert there.got == []


def test_a_fall_of_experience_is_reported_where_it_concerns_the_subscriber(client):
    with listening() as there, listening() as elsewhere:
        here = {**WEB, "networkArea": {"cells": ["cell-1"]}}
        sustained = {**here, "event": "QOS_SUSTAINABILITY"}
        client.post(SUBSCRIPTIONS, json=subscription(there.url, here, sustained))
        other = {**WEB, "networkArea": {"cells": ["cell-3"]}}
        client.post(SUBSCRIPTIONS, json=subscription(elsewhere.url, other))

        fell(client, cell="cell-1")
        assert until(lambda: len(there.got) == 1)
        fell(client)
        assert until(lambda: len(there.got) == 2 and len(elsewhere.got) == 1)

    (report,) = orjson.loads(there.bodies[0])
    (info,) = (
        each for each in report["eventNotifications"] if each["event"] == "QOS_SUSTAINABILITY"
    )
    usual = info["qosSustainInfos"][0]["expMos"] + 1.5
    assert info["qosSustainInfos"][0]["areaInfo"] == {"cells": ["cell-1"]}
    assert 2.5 < usual < 5.0


def test_a_subscription_is_changed_and_ended(client):
    with listening() as there:
        asked = subscription("http://127.0.0.1:9/", WEB, notifMethod="PERIODIC", repPeriod=60)
        path = client.post(SUBSCRIPTIONS, json=asked).headers["location"]
        changed = subscription(there.url, WEB, notifMethod="ONE_TIME")

        assert client.put(path, json=changed).json()["notificationURI"] == there.url
        assert until(lambda: len(there.got) == 1)
        assert until(lambda: not kept(client))

    assert client.put(path, json=asked).json()["cause"] == "SUBSCRIPTION_NOT_FOUND"


def test_what_cannot_be_told_is_named_beside_what_can(client):
    odd = {"event": "ABNORMAL_BEHAVIOUR"}

    some = client.post(SUBSCRIPTIONS, json=subscription("http://127.0.0.1:9/", WEB, odd))
    none = client.post(SUBSCRIPTIONS, json=subscription("http://127.0.0.1:9/", odd))

    assert some.json()["failEventReports"] == [
        {"event": "ABNORMAL_BEHAVIOUR", "failureCode": "UNAVAILABLE_DATA"}
    ]
    assert (none.status_code, none.json()["cause"]) == (500, "UNAVAILABLE_DATA")


@pytest.mark.parametrize(
    ("body", "cause", "param"),
    [
        (b"{", "INVALID_MSG_FORMAT", None),
        (
            b'{"notificationURI":"http://127.0.0.1:9/"}',
            "MANDATORY_IE_MISSING",
            "eventSubscriptions",
        ),
        (
            orjson.dumps(subscription("http://127.0.0.1:9/", {"appIds": ["web"]})),
            "MANDATORY_IE_MISSING",
            "eventSubscriptions.0.event",
        ),
        (orjson.dumps(subscription("ftp://x/", WEB)), "MANDATORY_IE_INCORRECT", "notificationURI"),
        (
            orjson.dumps(subscription("http://127.0.0.1:9/", WEB, notifMethod="PERIODIC")),
            "MANDATORY_IE_MISSING",
            "evtReq.repPeriod",
        ),
        (
            orjson.dumps(subscription("http://127.0.0.1:9/", WEB, monDur="2026-11-21T00:00:00Z")),
            "MANDATORY_IE_INCORRECT",
            "evtReq.monDur",
        ),
    ],
)
def test_a_subscription_that_says_too_little_is_refused_by_its_cause(client, body, cause, param):
    answer = client.post(SUBSCRIPTIONS, content=body)

    assert (answer.status_code, answer.json()["cause"]) == (400, cause)
    assert [each["param"] for each in answer.json().get("invalidParams", [])] == [param] * bool(
        param
    )
