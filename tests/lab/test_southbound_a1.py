"""The lab's A1 policies: cells steer users away and are retuned as long as the policy is there."""

from __future__ import annotations

import pytest
from tests.lab.southbound_city import opened

BASE = "/a1-policy-management/v1"
POLICIES = f"{BASE}/policies"


@pytest.fixture
def south():
    with opened() as found:
        yield found


def policy(share: float = 0.4, *, cell: str = "cell-0007", kind: str = "steer", **more: object):
    return {
        "policyId": "O-1",
        "policyTypeId": f"sentio_{kind}_1.0.0",
        "nearRtRicId": "ric-1",
        "policyObject": {"scope": {"cellId": cell}, "objectives": {"share": share}},
        **more,
    }


def test_a_policy_steers_and_is_found_by_its_name(south):
    made = south.http.post(POLICIES, json=policy())
    again = south.http.post(POLICIES, json=policy())

    assert (made.status_code, made.json()) == (201, policy())
    assert (again.status_code, again.json()) == (201, policy())
    assert south.http.get(made.headers["location"]).json() == policy()["policyObject"]
    assert south.http.get(f"{POLICIES}/O-1/status").json()["enforceStatus"] == "ENFORCED"
    assert south.http.get(POLICIES).json() == [{"policyId": "O-1", "nearRtRicId": "ric-1"}]
    ((effect, _),) = south.effects()
    assert (effect.quantity, effect.amount) == ("steered", 0.4)
    (row,) = south.ledger("O-1")
    assert (row["action"], row["asked"], row["applied"]) == ("steer_traffic", 2, 1)


def test_a_policy_that_is_deleted_leaves_the_network_as_it_was(south):
    south.http.post(POLICIES, json=policy())
    south.step()

    assert south.http.delete(f"{POLICIES}/O-1").status_code == 204

    assert south.effects() == []
    for path in ("O-1", "O-1/status"):
        gone = south.http.get(f"{POLICIES}/{path}")
        assert (gone.status_code, gone.json()["status"]) == (404, 404)
    assert south.http.delete(f"{POLICIES}/O-1").status_code == 404
    assert south.http.get(POLICIES).json() == []


def test_put_makes_a_policy_once_and_changes_it(south):
    first = south.http.put(f"{POLICIES}/O-1", json=policy(0.2))
    same = south.http.put(f"{POLICIES}/O-1", json=policy(0.2)["policyObject"])
    assert south.ledger("O-1")[0]["applied"] == 1
    other = south.http.put(f"{POLICIES}/O-1", json=policy(0.5)["policyObject"])

    assert [each.status_code for each in (first, same, other)] == [201, 200, 200]
    assert [effect.amount for effect, _ in south.effects()] == [0.5]
    assert south.http.put(f"{POLICIES}/O-2", json={"scope": {"cellId": "x"}}).status_code == 404


def test_another_policy_of_the_same_name_is_a_conflict(south):
    south.http.post(POLICIES, json=policy(0.2))

    assert south.http.post(POLICIES, json=policy(0.3)).status_code == 409
    assert [effect.amount for effect, _ in south.effects()] == [0.2]


def test_retuning_cures_interference_until_the_policy_is_deleted(south):
    operator = south.lab.operator
    operator.break_now("uplink_interference", "cell-0007", severity=1.0, minutes=120)
    ends_ns = operator.truth[0].end_ns
    south.step()

    plain = {"scope": {"cellId": "cell-0007"}, "objectives": {}}
    south.http.post(POLICIES, json=policy(kind="retune", policyObject=plain))
    assert operator.truth[0].end_ns == operator.now_ns
    south.step()
    south.http.delete(f"{POLICIES}/O-1")

    assert operator.truth[0].end_ns == ends_ns


def test_types_and_the_ric_are_told(south):
    types = south.http.get(f"{BASE}/policy-types").json()
    (ric,) = south.http.get(f"{BASE}/rics").json()["rics"]

    assert {each["policyTypeId"] for each in types} == set(ric["policyTypeIds"])
    assert {each["nearRtRicId"] for each in types} == {ric["ricId"]}
    schema = south.http.get(f"{BASE}/policy-types/sentio_steer_1.0.0").json()["policySchema"]
    assert schema["required"] == ["scope"]
    assert south.http.get(f"{BASE}/rics/{ric['ricId']}").json() == ric
    assert south.http.get(f"{BASE}/rics", params={"policyTypeId": "x"}).json() == {"rics": []}
    assert "gnb-001" in ric["managedElementIds"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"nearRtRicId": "ric-9"}, 404),
        ({"policyTypeId": "sentio_dance_1.0.0"}, 404),
        ({"policyObject": {}}, 400),
        ({"policyObject": {"scope": {"cellId": "cell-9999"}}}, 400),
        ({"policyObject": {"scope": {"cellId": "cell-0007"}, "objectives": [1]}}, 400),
        ({"nearRtRicId": None}, 400),
    ],
)
def test_a_policy_that_nobody_can_enforce_is_refused(south, change, status):
    answer = south.http.post(POLICIES, json=policy() | change)

    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert south.effects() == []
    assert south.http.get(POLICIES).json() == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/policy-types/other", 404),
        ("GET", "/rics/ric-9", 404),
        ("GET", "/elsewhere", 404),
        ("DELETE", "/rics/ric-1", 405),
        ("PATCH", "/policies/O-1", 405),
    ],
)
def test_what_is_not_there_or_not_offered_is_told(south, method, path, status):
    assert south.http.request(method, BASE + path, json={}).status_code == status
