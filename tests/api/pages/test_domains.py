"""The page of domains over HTTP: autonomy everywhere, switches between domains, promises."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.execution.planned import plan

from sentio.decision.catalogue import ACTIONS
from sentio.model.plan import Action, Estimate, Outcome
from sentio.store.state.steering import Steering
from sentio.store.state.told import Told

MINUTE_NS = 60_000_000_000


def of_kind(number: int, kind: str, *, at_ns: int, **parameters: str | float):
    made = plan(number)
    action = Action(kind=kind, target="link-3", target_kind="link", parameters=parameters)
    return replace(made, made_ns=at_ns, chosen=replace(made.chosen, action=action))


def tell(client, *decided) -> None:
    Steering(client.platform.state).turn(is_stopped=True, who="test", why="quiet", at_ns=1)
    Told(client.platform.state).write([], {}, [], snapshot=b"", decided=decided, at_ns=1)


def test_autonomy_is_the_least_of_policy_domain_and_setting(client) -> None:
    client.put("/api/v1/domains/transport/autonomy", json={"autonomy": "observe", "why": "storm"})

    told = client.get("/api/v1/autonomy").json()
    domains = {each["name"]: each for each in told["domains"]}
    actions = {each["kind"]: each for each in told["actions"]}

    assert told["most"] == "advise"  # as shipped
    assert (domains["transport"]["wished"], domains["transport"]["level"]) == ("observe", 1)
    assert (domains["core"]["wished"], domains["core"]["defined"]) == (None, "act")
    assert domains["core"]["autonomy"] == "advise"
    assert {each["level"] for each in domains["transport"]["actions"]} == {1}
    assert (actions["scale"]["by_policy"], actions["scale"]["autonomy"]) == ("act", "advise")
    assert actions["scale"]["level"] == 2
    kinds = {each["kind"] for each in [*told["actions"], *told["cross"]]}
    assert kinds == set(ACTIONS.names())


def test_the_reason_of_an_autonomy_is_in_the_audit(client) -> None:
    client.put("/api/v1/domains/core/autonomy", json={"autonomy": "approve", "why": "new crew"})

    line = client.get("/api/v1/audit?text=CORE").json()["items"][0]

    assert (line["what"], line["details"]) == (
        "set autonomy",
        {"level": "approve", "why": "new crew"},
    )
    assert client.get("/api/v1/audit?text=nobody").json()["items"] == []


def test_nobody_carries_an_action_out_without_a_peer(serving) -> None:
    told = serving(execution_url="http://127.0.0.1:9").get("/api/v1/autonomy").json()

    by_kind = {each["kind"]: each for each in told["actions"]}
    assert by_kind["scale"]["is_carried_out"]
    assert by_kind["scale"]["controller"] == "tmf640_activation"


@pytest.mark.parametrize("how", ["returned", "undone", "stands"])
def test_a_switch_is_told_until_it_is_given_back_or_undone(client, how: str) -> None:
    told = {"of": "transport", "to": "satellite", "share": 1.0}
    first = of_kind(1, "switch_domain", at_ns=10 * MINUTE_NS, **told)
    back = of_kind(2, "return_domain", at_ns=70 * MINUTE_NS, **told)
    proof = Outcome(
        plan=first.id,
        verdict="worse" if how == "undone" else "improved",
        verified_ns=25 * MINUTE_NS,
        effect_mos=Estimate(mean=0.4, low=0.2, high=0.6),
        treated_uses=100,
        control_uses=100,
        is_undone=how == "undone",
    )
    tell(client, first, proof, *([back] if how == "returned" else []), plan(9))

    items = client.get("/api/v1/domain-switches").json()["items"]
    found = {each["plan"]: each for each in items}[first.id]

    assert [each["kind"] for each in items][-1] == "switch_domain"
    assert len(items) == (2 if how == "returned" else 1)
    assert (found["of"], found["by"], found["share"]) == ("transport", "satellite", 1.0)
    assert found["effect_mos"] == 0.4
    ends = {
        "returned": ("1970-01-01T01:10:00+00:00", back.id),
        "undone": ("1970-01-01T00:25:00+00:00", "undone"),
        "stands": (None, ""),
    }
    assert (found["ended"], found["ended_by"]) == ends[how]


def test_promises_tell_which_of_them_are_taken_on(client) -> None:
    before = {each["name"]: each for each in client.get("/api/v1/promises").json()["items"]}
    client.post("/api/v1/intents", json={"name": "vehicles"})
    after = {each["name"]: each for each in client.get("/api/v1/promises").json()["items"]}

    assert {name for name, each in before.items() if each["since"]} == set()
    assert {name for name, each in after.items() if each["since"]} == {"vehicles"}
    assert after["vehicles"]["targets"] == before["vehicles"]["targets"]
