"""The lab's TM Forum interfaces: what is ordered changes the network, and can be taken back."""

from __future__ import annotations

import pytest
from tests.lab.southbound_city import opened

from sentio.lab.southbound.tmf import merged

SERVICES = "/tmf-api/serviceActivationAndConfiguration/v4/service"
ORDERS = "/tmf-api/serviceOrdering/v4/serviceOrder"
CANCELS = "/tmf-api/serviceOrdering/v4/cancelServiceOrder"
TICKETS = "/tmf-api/troubleTicket/v4/troubleTicket"
MESSAGES = "/tmf-api/communicationManagement/v4/communicationMessage"
INTENTS = "/tmf-api/intentManagement/v5/intent"


@pytest.fixture
def south():
    with opened() as found:
        yield found


def service(kind: str, element: str, order: str = "O-1", **parameters: object) -> dict:
    told = {"element": element, "element_kind": "cell", **parameters}
    return {
        "name": order,
        "state": "active",
        "serviceSpecification": {"name": kind},
        "serviceCharacteristic": [{"name": name, "value": value} for name, value in told.items()],
    }


def quota(order: str, factor: float, slice_: str = "1-000001") -> dict:
    characteristic = [{"name": "quotaFactor", "value": factor}]
    changed = {
        "id": slice_,
        "serviceSpecification": {"name": "slice"},
        "serviceCharacteristic": characteristic,
    }
    return {
        "externalId": order,
        "serviceOrderItem": [{"id": "1", "action": "modify", "service": changed}],
    }


def intent(order: str, action: str, element: str, **parameters: object) -> dict:
    expectation = {
        "@type": "icm:DeliveryExpectation",
        "icm:target": element,
        "icm:params": {"action": action, "element_kind": "link", **parameters},
    }
    return {
        "@type": "Intent",
        "name": order,
        "expression": {
            "@type": "JsonLdExpression",
            "iri": "http://tio.models.tmforum.org/tio/v3.6.0/IntentCommonModel/",
            "expressionValue": {
                "@context": {"icm": "http://tio.models.tmforum.org/tio/v3.6.0/"},
                "@type": "icm:Intent",
                "icm:hasExpectation": [expectation],
            },
        },
    }


TICKET = {
    "externalId": "O-1",
    "description": "cell-0007 is slow",
    "severity": "major",
    "ticketType": "quality",
    "relatedEntity": [{"id": "cell-0007", "@referredType": "cell"}],
}
MESSAGE = {
    "content": "We are working on it.",
    "messageType": "SMS",
    "receiver": [{"id": "1"}, {"id": "2"}],
    "sender": {"id": "operator"},
    "characteristic": [{"name": "orderId", "value": "O-1"}],
}
ALL = [
    pytest.param(SERVICES, service("scale", "cell-0007", factor=2.0), "name", id="tmf640"),
    pytest.param(ORDERS, quota("O-1", 1.5), "externalId", id="tmf641"),
    pytest.param(TICKETS, TICKET, "externalId", id="tmf621"),
    pytest.param(MESSAGES, MESSAGE, "characteristic.value", id="tmf681"),
    pytest.param(INTENTS, intent("O-1", "reroute", "link-003"), "name", id="tmf921"),
]


@pytest.mark.parametrize(("path", "body", "key"), ALL)
def test_what_is_made_is_found_by_its_order_and_a_repeat_is_no_double(south, path, body, key):
    made = south.http.post(path, json=body)
    effects = south.effects()
    again = south.http.post(path, json=body)
    found = south.http.get(path, params={key: "O-1"})
    by_id = south.http.get(f"{path}/{made.json()['id']}")

    assert made.status_code in {201, 202}
    assert made.headers["location"]
    assert again.json()["id"] == made.json()["id"]
    assert [each["id"] for each in found.json()] == [made.json()["id"]]
    assert found.headers["x-total-count"] == "1"
    assert by_id.json() == found.json()[0]
    assert south.effects() == effects
    (row,) = south.ledger("O-1")
    assert (row["asked"], row["applied"], row["stands"]) == (2, 1, True)
    assert south.http.get(path, params={key: "O-2"}).json() == []


@pytest.mark.parametrize(("path", "body", "key"), ALL)
def test_what_is_deleted_is_gone_and_the_network_is_as_before(south, path, body, key):
    before = south.effects()
    name = south.http.post(path, json=body).json()["id"]
    south.step()

    gone = south.http.delete(f"{path}/{name}")

    assert gone.status_code == 204
    assert south.effects() == before
    assert south.ledger("O-1")[0]["taken_back"] == 1
    assert south.http.delete(f"{path}/{name}").status_code == 404
    assert south.http.get(f"{path}/{name}").json()["status"] == "404"
    assert south.http.get(path, params={key: "O-1"}).json() == []


@pytest.mark.parametrize(("path", "body", "key"), ALL)
def test_what_lacks_something_or_is_no_json_is_a_400_and_does_nothing(south, path, body, key):
    lacking = {name: value for name, value in body.items() if name == key}
    headers = {"Content-Type": "application/json"}

    assert south.http.post(path, json=lacking).status_code == 400
    broken = south.http.post(path, content=b"{not json", headers=headers)
    assert (broken.status_code, broken.json()["@type"]) == (400, "Error")
    assert south.http.post(path, content=b"a=1").status_code == 415
    assert south.http.put(path, json=body).status_code == 405
    assert south.effects() == []
    assert south.http.get(path).json() == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (SERVICES, service("scale", "cell-9999")),
        (SERVICES, service("reboot", "cell-0007")),
        (SERVICES, service("scale", "cell-0007", factor="much")),
        (ORDERS, quota("O-1", 1.5, "9-999999")),
        (INTENTS, intent("O-1", "reroute", "link-999")),
        (INTENTS, intent("O-1", "scale", "link-003")),
        (INTENTS, intent("O-1", "switch_domain", "link-003", to="balloon")),
        (INTENTS, {**intent("O-1", "reroute", "link-003"), "expression": {"@type": "Turtle"}}),
    ],
)
def test_an_order_that_nobody_can_carry_out_is_refused_and_leaves_no_trace(south, path, body):
    answer = south.http.post(path, json=body)

    assert answer.status_code == 400
    assert answer.json()["reason"]
    assert south.effects() == []
    assert south.http.get(path).json() == []
    assert south.ledger("O-1") == []


def test_an_activation_is_accepted_and_its_monitor_tells_when_it_is_done(south):
    made = south.http.post(SERVICES, json=service("switch", "cdn-1", target="cdn-2"))
    watched = south.http.get(made.headers["location"]).json()

    assert made.status_code == 202
    assert watched["state"] == "Completed"
    assert watched["sourceHref"] == made.json()["href"]
    assert south.quantities() == ["redirect"]
    monitors = f"{SERVICES.removesuffix('service')}monitor"
    assert south.http.get(f"{monitors}/M9").status_code == 404
    assert south.http.post(monitors, json={}).status_code == 405


def test_a_restart_cures_and_deleting_it_brings_nothing_back(south):
    dns = south.lab.operator.break_now("slow_dns", severity=1.0, minutes=60).element
    south.step()
    name = south.http.post(SERVICES, json=service("restart", dns)).json()["id"]
    cured_ns = south.lab.operator.truth[0].end_ns

    assert cured_ns == south.lab.operator.now_ns
    south.http.delete(f"{SERVICES}/{name}")
    assert south.lab.operator.truth[0].end_ns == cured_ns
    assert south.ledger("O-1")[0]["stands"]


def test_a_service_that_is_patched_follows_its_state_and_its_characteristics(south):
    name = south.http.post(SERVICES, json=service("scale", "cell-0007", factor=2.0)).json()["id"]
    more = service("scale", "cell-0007", factor=3.0)["serviceCharacteristic"]

    south.http.patch(f"{SERVICES}/{name}", json={"serviceCharacteristic": more})
    assert [effect.amount for effect, _ in south.effects()] == [3.0]
    ended = south.http.patch(f"{SERVICES}/{name}", json={"state": "terminated", "id": "other"})
    assert (ended.json()["state"], ended.json()["id"]) == ("terminated", name)
    assert south.effects() == []
    bad = service("scale", "cell-9999")["serviceCharacteristic"]
    change = {"state": "active", "serviceCharacteristic": bad}
    assert south.http.patch(f"{SERVICES}/{name}", json=change).status_code == 400
    assert south.http.get(f"{SERVICES}/{name}").json()["state"] == "terminated"


def test_a_quota_that_was_raised_is_set_back_by_another_order(south):
    slice_ = south.lab.operator.break_now("slice_quota", minutes=120).element
    ends_ns = south.lab.operator.truth[0].end_ns
    south.step()
    made = south.http.post(ORDERS, json=quota("O-1", 1.5, slice_)).json()
    assert made["state"] == "acknowledged"
    assert south.http.get(f"{ORDERS}/{made['id']}").json()["state"] == "completed"
    assert south.lab.operator.truth[0].end_ns == south.lab.operator.now_ns

    undo = south.http.post(ORDERS, json=quota("O-1-undo", 1 / 1.5, slice_)).json()

    assert south.http.get(f"{ORDERS}/{undo['id']}").json()["state"] == "completed"
    assert south.lab.operator.truth[0].end_ns == ends_ns
    assert [(each["applied"], each["stands"]) for each in south.ledger("O-1")] == [(1, False)]


def test_of_two_orders_of_one_id_the_one_that_is_named_is_set_back(south):
    south.mischief.forgets = True
    ids = [south.http.post(ORDERS, json=quota("O-1", 1.5)).json()["id"] for _ in range(2)]
    assert south.ledger("O-1")[0]["applied"] == 2

    south.http.post(ORDERS, json=quota(f"O-1-undo-{ids[1]}", 1 / 1.5))
    assert (south.ledger("O-1")[0]["taken_back"], south.ledger("O-1")[0]["stands"]) == (1, True)
    south.http.post(ORDERS, json=quota("O-1-undo", 1 / 1.5))

    assert not south.ledger("O-1")[0]["stands"]


def test_an_order_can_be_cancelled_until_it_is_completed(south):
    first = south.http.post(ORDERS, json=quota("O-1", 1.5)).json()["id"]
    second = south.http.post(ORDERS, json=quota("O-2", 0.75)).json()["id"]
    assert south.ledger("O-2")[0]["action"] == "slice_quota_down"
    early = south.http.post(CANCELS, json={"serviceOrder": {"id": first}})
    south.http.get(f"{ORDERS}/{second}")
    late = south.http.post(CANCELS, json={"serviceOrder": {"id": second}})

    assert (early.status_code, early.json()["state"]) == (201, "done")
    assert south.http.get(f"{ORDERS}/{first}").json()["state"] == "cancelled"
    assert not south.ledger("O-1")[0]["stands"]
    assert late.json()["state"] == "terminatedWithError"
    assert south.ledger("O-2")[0]["stands"]
    assert south.http.post(CANCELS, json={"serviceOrder": {"id": "S9"}}).status_code == 404


def test_a_ticket_is_open_until_it_is_cancelled(south):
    name = south.http.post(TICKETS, json=TICKET).json()["id"]

    wrong = south.http.patch(f"{TICKETS}/{name}", json={"status": "lost"})
    cancelled = south.http.patch(f"{TICKETS}/{name}", json={"status": "cancelled"})

    assert wrong.status_code == 400
    assert cancelled.json()["status"] == "cancelled"
    (row,) = south.ledger("O-1")
    assert (row["element"], row["stands"]) == ("cell-0007", False)


def test_a_message_that_was_sent_is_not_taken_back(south):
    name = south.http.post(MESSAGES, json=MESSAGE).json()["id"]
    assert south.http.get(f"{MESSAGES}/{name}").json()["state"] == "completed"

    assert south.http.delete(f"{MESSAGES}/{name}").status_code == 204

    assert south.ledger("O-1")[0]["stands"]


def test_an_intent_leads_traffic_another_way_and_reports_that_it_is_met(south):
    operator = south.lab.operator
    ring = operator.estate.names["ring"][0]
    told = intent("O-1", "supplement_domain", ring, to="satellite", also="fixed_wireless", part=0.5)
    name = south.http.post(INTENTS, json=told).json()["id"]
    (report,) = south.http.get(f"{INTENTS}/{name}/intentReport").json()
    ways = [round(effect.amount) for effect, _ in south.effects()]

    assert south.quantities() == ["access", "access"]
    assert ways == [2, 3]
    assert report["expression"]["expressionValue"]["icm:intentUpdateState"] == "icm:StateCompliant"
    assert south.http.get(report["href"]).json()["id"] == report["id"]
    assert south.http.delete(report["href"]).status_code == 204
    assert south.http.get(report["href"]).status_code == 404
    back = south.http.post(INTENTS, json=intent("O-2", "return_domain", ring)).json()["id"]
    assert [round(effect.amount) for effect, _ in south.effects()][-1] == 0
    south.http.delete(f"{INTENTS}/{back}")
    assert [round(effect.amount) for effect, _ in south.effects()] == ways
    south.http.patch(f"{INTENTS}/{name}", json={"lifecycleStatus": "Terminated"})
    assert south.effects() == []


def test_json_ld_is_understood_in_its_long_form_too(south):
    told = intent("O-1", "reroute", "link-003")
    told["expression"]["expressionValue"] = {
        "@graph": [
            {
                "icm:target": [{"@id": "urn:element:link-003"}],
                "icm:params": [{"icm:action": [{"@value": "reroute"}]}],
            }
        ]
    }

    assert south.http.post(INTENTS, json=told).status_code == 201
    assert south.quantities() == ["delay_ms"]


def test_an_intent_for_a_whole_domain_is_kept_on_record(south):
    told = intent("O-1", "reconfigure_domain", "transport", delay_ms=20.0)

    assert south.http.post(INTENTS, json=told).status_code == 201
    assert south.effects() == []
    assert south.ledger("O-1")[0]["action"] == "reconfigure_domain"


def test_lists_are_paged_filtered_and_narrowed(south):
    for number in range(5):
        told = service("scale", f"cell-000{number + 1}", order=f"O-{number}", factor=1.1)
        south.http.post(SERVICES, json=told)

    page = south.http.get(SERVICES, params={"offset": 1, "limit": 2, "fields": "name"})
    some = south.http.get(
        SERVICES, params={"name": "O-1,O-3", "serviceSpecification.name": "scale"}
    )

    assert [each["name"] for each in page.json()] == ["O-1", "O-2"]
    assert set(page.json()[0]) == {"id", "href", "@type", "name"}
    assert (page.headers["x-total-count"], page.headers["x-result-count"]) == ("5", "2")
    assert [each["name"] for each in some.json()] == ["O-1", "O-3"]
    assert south.http.get(SERVICES, params={"limit": "few"}).status_code == 400


def test_a_merge_patch_takes_away_what_is_null():
    target = {"a": "b", "c": {"d": "e", "f": "g"}}

    assert merged(target, {"a": "z", "c": {"f": None}}) == {"a": "z", "c": {"d": "e"}}
    assert merged({"a": [1]}, {"a": {"b": 2}}) == {"a": {"b": 2}}
    assert target == {"a": "b", "c": {"d": "e", "f": "g"}}
