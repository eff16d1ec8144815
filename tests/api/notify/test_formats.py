"""What is told reaches other tools in the shape that each of them takes."""

from __future__ import annotations

import orjson
import pytest
from listening import listening, until

from sentio.api.notify import is_signed
from sentio.kernel.values import to_plain
from sentio.model.data_fault import DataFault
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis, Hypothesis, Impact
from sentio.store.state.told import Told

SUBSCRIPTIONS = "/api/v1/subscriptions"
BEGAN_NS = 1_795_075_200_000_000_000  # 2026-11-19T08:00Z
LATER_NS = BEGAN_NS + 600_000_000_000
ROUTING_KEY = "0123456789abcdef0123456789abcdef"


def fallen(*, mos_seen: float = 2.9, ended_ns: int | None = None) -> Degradation:
    return Degradation(
        id="D00001",
        scope={"cell": "cell-7"},
        services=("web", "gaming"),
        began_ns=BEGAN_NS,
        seen_ns=LATER_NS,
        ended_ns=ended_ns,
        uses=200,
        poor_uses=90,
        mos_usual=4.1,
        mos_seen=mos_seen,
        nats=30.0,
        per_day=1e-6,
    )


def diagnosed() -> Diagnosis:
    cause = Hypothesis(
        element="cell-7", element_kind="cell", domain="ran", scope={"cell": "cell-7"},
        kind="overload", probability=0.8,
    )  # fmt: skip
    return Diagnosis(
        degradation="D00001",
        made_ns=LATER_NS,
        sentence="Overload of the cell cell-7 (80 %).",
        hypotheses=(cause,),
        abstains=False,
        impact=Impact(users=40, things=2, uses=200),
    )


def tell(client, degradation: Degradation, change: str, *, diagnosis: Diagnosis | None = None):
    made = {"X1": diagnosis} if diagnosis else {}
    events = [("degradation", LATER_NS, {"change": change, **to_plain(degradation)})]
    if diagnosis:
        events.append(("diagnosis", LATER_NS, {"id": "X1", **to_plain(diagnosis)}))
    newest = Told(client.platform.state).write([degradation], made, events, snapshot=b"")
    client.app.state.loop._newest_event = newest


@pytest.fixture
def quiet(serving):
    return serving(awareness_enabled=False)


def subscribe(client, url: str, **wish: object) -> dict:
    answer = client.post(SUBSCRIPTIONS, json={"callback": url, **wish})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_pagerduty_is_told_to_trigger_and_to_resolve_the_same_alert(quiet):
    with listening() as there:
        secret = subscribe(quiet, there.url, format="pagerduty", routing_key=ROUTING_KEY)["secret"]
        tell(quiet, fallen(), "opened")
        assert until(lambda: len(there.got) == 1)
        tell(quiet, fallen(ended_ns=LATER_NS), "ended")
        assert until(lambda: len(there.got) == 2)

    raised, over = (orjson.loads(body) for body in there.bodies)
    assert raised["routing_key"] == ROUTING_KEY
    assert (raised["event_action"], over["event_action"]) == ("trigger", "resolve")
    assert raised["dedup_key"] == over["dedup_key"] == "sentio-D00001"
    assert raised["payload"]["severity"] == "critical"
    assert raised["payload"]["source"] == "cell cell-7"
    assert raised["payload"]["timestamp"] == "2026-11-19T08:00:00Z"
    assert raised["payload"]["summary"].startswith("Experience of web, gaming at cell cell-7 is")
    assert "payload" not in over
    _, headers, body = there.got[0]
    moment_s = int(headers["x-sentio-signature"].split(",")[0][2:])
    assert is_signed(headers["x-sentio-signature"], secret, body, now_s=moment_s)


def test_alertmanager_gets_alerts_whose_labels_last_and_whose_other_severities_end(quiet):
    with listening() as there:
        subscribe(quiet, there.url, format="alertmanager")
        tell(quiet, fallen(), "opened")
        assert until(lambda: len(there.got) == 1)
        tell(quiet, fallen(mos_seen=3.5), "changed")
        assert until(lambda: len(there.got) == 2)
        tell(quiet, fallen(mos_seen=3.5, ended_ns=LATER_NS), "ended")
        assert until(lambda: len(there.got) == 3)

    opened, changed, ended = (orjson.loads(body) for body in there.bodies)
    assert [each["labels"] for each in opened] == [
        {
            "alertname": "ExperienceDegraded", "severity": "critical", "sentio_id": "D00001",
            "cell": "cell-7", "services": "web, gaming",
        }
    ]  # fmt: skip
    assert opened[0]["startsAt"] == "2026-11-19T08:00:00Z"
    assert opened[0]["endsAt"] == "2026-11-26T08:10:00Z"
    ends = {each["labels"]["severity"]: each["endsAt"] for each in changed}
    assert ends["major"] == "2026-11-26T08:10:00Z"
    assert ends["critical"] == ends["minor"] == "2026-11-19T08:10:00Z"
    assert {each["endsAt"] for each in ended} == {"2026-11-19T08:10:00Z"}


def test_webhooks_made_for_alertmanager_are_told_the_cause_as_well(quiet):
    with listening() as there:
        subscribe(quiet, there.url, format="alertmanager_webhook")
        tell(quiet, fallen(), "opened", diagnosis=diagnosed())
        assert until(lambda: len(there.got) == 2)

    told = orjson.loads(there.bodies[1])
    assert (told["version"], told["status"], len(told["alerts"])) == ("4", "firing", 1)
    assert told["alerts"][0]["annotations"]["cause"] == "Overload of the cell cell-7 (80 %)."
    assert told["commonLabels"]["alertname"] == told["groupLabels"]["alertname"]
    assert told["alerts"][0]["endsAt"] == "0001-01-01T00:00:00Z"


def test_the_generic_format_is_flat_and_tells_everything_that_is_told(quiet):
    with listening() as there:
        subscribe(quiet, there.url, format="generic")
        tell(quiet, fallen(), "opened")
        plan = ("plan", LATER_NS, {"id": "P1", "sentence": "Do it.", "subjects": ["123456789"]})
        newest = Told(quiet.platform.state).write([], {}, [plan], snapshot=b"")
        quiet.app.state.loop._newest_event = newest
        assert until(lambda: len(there.got) == 2)

    fell, planned = (orjson.loads(body) for body in there.bodies)
    assert (fell["alert"], fell["status"], fell["severity"]) == ("D00001", "firing", "critical")
    assert fell["about"]["scope"] == {"cell": "cell-7"}
    assert (planned["kind"], planned["title"]) == ("plan", "Do it.")
    assert "123456789" not in str(planned)


def test_an_alert_tool_is_not_told_of_plans_but_of_faults_of_the_data(quiet):
    fault = DataFault(
        id="F1", what="silent", source="probe", since_ns=BEGAN_NS, seen_ns=LATER_NS,
        seen=0.0, expected=50.0, nats=20.0, sentence="The source probe is silent.",
    )  # fmt: skip
    events = [
        ("plan", LATER_NS, {"id": "P1"}),
        ("data_fault", LATER_NS, {"state": fault.state, **to_plain(fault)}),
    ]
    with listening() as there:
        subscribe(quiet, there.url, format="pagerduty", routing_key=ROUTING_KEY)
        newest = Told(quiet.platform.state).write([], {}, events, snapshot=b"", data_faults=[fault])
        quiet.app.state.loop._newest_event = newest
        assert until(lambda: len(there.got) == 1)

    told = orjson.loads(there.bodies[0])
    assert (told["dedup_key"], told["payload"]["severity"]) == ("sentio-F1", "warning")


def test_each_subscriber_of_pagerduty_keeps_its_own_key_and_nobody_is_shown_it(quiet):
    other = ROUTING_KEY[::-1]
    with listening() as one, listening() as two:
        subscribe(quiet, one.url, format="pagerduty", routing_key=ROUTING_KEY)
        subscribe(quiet, two.url, format="pagerduty", routing_key=other)
        tell(quiet, fallen(), "opened")
        assert until(lambda: one.got and two.got)

    assert orjson.loads(one.bodies[0])["routing_key"] == ROUTING_KEY
    assert orjson.loads(two.bodies[0])["routing_key"] == other
    listed = quiet.get(SUBSCRIPTIONS).text
    assert ROUTING_KEY not in listed
    assert '"format":"pagerduty"' in listed


@pytest.mark.parametrize(
    "wish",
    [{"format": "pagerduty"}, {"format": "generic", "routing_key": ROUTING_KEY},
     {"format": "carrier_pigeon"}],
)  # fmt: skip
def test_a_format_without_what_it_needs_is_refused(quiet, wish: dict):
    answer = quiet.post(SUBSCRIPTIONS, json={"callback": "http://127.0.0.1:9/", **wish})

    assert answer.status_code == 422
