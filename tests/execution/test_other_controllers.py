"""What is peculiar to sessions, policies, gateways and the hook."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.execution.peers.all import A1, ACS, QOD
from tests.execution.peers.interfaces import Gateways, Hook, Policies, Sessions
from tests.execution.peers.loopback import listening

from sentio.execution.catalogue import CONTROLLERS
from sentio.execution.controller import Order
from sentio.execution.peer import PeerRefused
from sentio.model.plan import Action
from sentio.testing.controller import trial_order

QUALITY = CONTROLLERS["camara_qod"]
POLICY = CONTROLLERS["a1_policy"]
GATEWAY = CONTROLLERS["acs"]


def order(kind: str, route: Mapping[str, str] | None = None, **parameters: str | float) -> Order:
    action = Action(kind=kind, target="cell-7", target_kind="cell", parameters=parameters)
    return replace(trial_order(action), route=route or {})


def test_each_subject_gets_one_session_for_as_long_as_the_order_lasts() -> None:
    sessions = Sessions()
    with listening({QOD: sessions}) as stand:
        wanted = order("qos_session", {"realm": "op.invalid"}, profile="QOS_L")
        diff = QUALITY.plan(wanted, stand.peer)
        QUALITY.apply(diff, stand.peer)
        asked = [each for each in stand.log if each.path[-1] == "sessions"]

    devices = [each["device"]["networkAccessIdentifier"] for each in sessions.sessions.values()]
    assert devices == ["a1b2c3@op.invalid", "d4e5f6@op.invalid", "0a1b2c@op.invalid"]
    one = sessions.sessions["s-1"]
    assert (one["qosProfile"], one["duration"]) == ("QOS_L", 3600)
    assert one["sink"] == "https://cem.invalid/quality-on-demand?order=plan-7.1"
    assert {each.headers["x-correlator"] for each in asked} == {"plan-7.1"}


def test_so_many_subjects_as_may_get_a_session_and_the_plan_says_so() -> None:
    sessions = Sessions()
    with listening({QOD: sessions}) as stand:
        diff = QUALITY.plan(order("qos_session", {"most": "2"}), stand.peer)
        QUALITY.apply(diff, stand.peer)
        found = QUALITY.verify(diff, stand.peer)

    assert len(sessions.sessions) == found.wanted == 2
    assert "1 more subjects get none" in diff.sentence


def test_a_device_that_may_not_is_no_reason_for_the_others() -> None:
    sessions = Sessions(refused=frozenset({"d4e5f6@cem.invalid"}))
    with listening({QOD: sessions}) as stand:
        diff = QUALITY.plan(order("qos_session"), stand.peer)
        handles = QUALITY.apply(diff, stand.peer)
        found = QUALITY.verify(diff, stand.peer)

    assert (handles, found.handles) == (("s-1", "s-2"), ("s-1", "s-2"))
    assert (found.wanted, found.said) == (3, "2 of 3")


def test_where_no_device_may_the_order_is_refused() -> None:
    subjects = ("a1b2c3", "d4e5f6", "0a1b2c")
    sessions = Sessions(refused=frozenset(f"{each}@cem.invalid" for each in subjects))
    with listening({QOD: sessions}) as stand:
        diff = QUALITY.plan(order("qos_session"), stand.peer)
        with pytest.raises(PeerRefused, match="SERVICE_NOT_APPLICABLE"):
            QUALITY.apply(diff, stand.peer)


def test_a_second_session_of_a_device_stands_behind_the_first_of_all() -> None:
    with listening({QOD: Sessions()}) as stand:
        diff = QUALITY.plan(order("qos_session"), stand.peer)
        QUALITY.apply(diff, stand.peer)
        stand.peer.ask("POST", f"{QOD}/sessions", body=diff.after["sessions"][0])
        found = QUALITY.verify(diff, stand.peer)

    assert found.handles == ("s-1", "s-2", "s-3", "s-4")
    assert found.wanted == 3


def test_a_session_that_is_asked_for_is_pending_and_one_that_ended_absent() -> None:
    sessions = Sessions(status="REQUESTED")
    with listening({QOD: sessions}) as stand:
        diff = QUALITY.plan(order("qos_session"), stand.peer)
        QUALITY.apply(diff, stand.peer)
        asked = QUALITY.verify(diff, stand.peer).state
        for session in sessions.sessions.values():
            session |= {"qosStatus": "UNAVAILABLE", "statusInfo": "DURATION_EXPIRED"}
        ended = QUALITY.verify(diff, stand.peer).state

    assert (asked, ended) == ("pending", "absent")


def test_a_policy_goes_to_the_ric_that_looks_after_the_cell() -> None:
    policies = Policies()
    with listening({A1: policies}) as stand:
        diff = POLICY.plan(order("steer_traffic", share=0.3), stand.peer)
        POLICY.apply(diff, stand.peer)

    assert policies.policies["plan-7.1"]["nearRtRicId"] == "ric-2"
    assert policies.policies["plan-7.1"]["policyTypeId"] == "sentio_steer_1.0.0"
    assert policies.policies["plan-7.1"]["policyObject"] == {
        "scope": {"cellId": "cell-7"},
        "objectives": {"share": 0.3},
    }


def test_without_a_ric_that_knows_the_type_the_order_is_refused() -> None:
    with (
        listening({A1: Policies(types=("other",))}) as stand,
        pytest.raises(PeerRefused, match="no RIC knows"),
    ):
        POLICY.plan(order("retune"), stand.peer)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({}, "standing"),
        ({"enforceStatus": "ENFORCED"}, "standing"),
        ({"enforceStatus": "NOT_ENFORCED"}, "pending"),
        ({"enforceStatus": "NOT_ENFORCED", "enforceReason": "OTHER_REASON"}, "pending"),
        ({"enforceStatus": "NOT_ENFORCED", "enforceReason": "SCOPE_NOT_APPLICABLE"}, "failed"),
    ],
)
def test_a_policy_stands_once_it_is_enforced(status: dict[str, str], state: str) -> None:
    with listening({A1: Policies(status=status)}) as stand:
        diff = POLICY.plan(order("retune"), stand.peer)
        POLICY.apply(diff, stand.peer)

        assert POLICY.verify(diff, stand.peer).state == state


@pytest.mark.parametrize(("old", "new"), [(1, 6), (6, 11), (11, 1), (3, 6), (36, 44), (149, 36)])
def test_gateways_take_another_channel_of_their_band_and_get_the_old_one_back(
    old: int, new: int
) -> None:
    gateways = Gateways(first_channel=old)
    with listening({ACS: gateways}) as stand:
        diff = GATEWAY.plan(order("cpe_channel"), stand.peer)
        handles = GATEWAY.apply(diff, stand.peer)
        changed = dict(gateways.channels)
        GATEWAY.undo(diff, handles, stand.peer)

    assert (diff.before["channel"], changed) == (old, {"group-cell-7": new})
    assert gateways.channels == {"group-cell-7": old}


def test_a_gateway_that_sleeps_has_one_task_and_loses_it_when_it_is_undone() -> None:
    gateways = Gateways(is_asleep=True)
    with listening({ACS: gateways}) as stand:
        diff = GATEWAY.plan(order("cpe_channel"), stand.peer)
        GATEWAY.apply(diff, stand.peer)
        handles = GATEWAY.apply(diff, stand.peer)
        waiting, tasks = GATEWAY.verify(diff, stand.peer).state, len(gateways.tasks)
        GATEWAY.undo(diff, handles, stand.peer)
        gateways.wake()
        found = GATEWAY.verify(diff, stand.peer)

    assert (waiting, tasks) == ("pending", 1)
    assert (found.state, gateways.channels) == ("absent", {})


def test_a_channel_that_another_order_set_is_not_ours() -> None:
    with listening({ACS: Gateways()}) as stand:
        diff = GATEWAY.plan(order("cpe_channel"), stand.peer)
        handles = GATEWAY.apply(diff, stand.peer)
        other = replace(diff, order=replace(diff.order, id="plan-8.1"))
        found = GATEWAY.verify(other, stand.peer)
        GATEWAY.undo(other, handles, stand.peer)
        left = GATEWAY.verify(diff, stand.peer)

    assert (found.state, left.state) == ("absent", "standing")


def test_a_channel_that_somebody_else_chose_since_is_left() -> None:
    gateways = Gateways(first_channel=6)
    with listening({ACS: gateways}) as stand:
        diff = GATEWAY.plan(order("cpe_channel"), stand.peer)
        handles = GATEWAY.apply(diff, stand.peer)
        gateways.channels["group-cell-7"] = 1
        GATEWAY.undo(diff, handles, stand.peer)

    assert gateways.channels == {"group-cell-7": 1}


def test_the_hook_gets_a_signed_order_with_its_key() -> None:
    hook = Hook()
    with listening({"/hook": hook}) as stand:
        wanted = order("move_work", {"prefix": "/hook"}, hours=4.0)
        diff = CONTROLLERS["webhook"].plan(wanted, stand.peer)
        CONTROLLERS["webhook"].apply(diff, stand.peer)
        (sent,) = [each for each in stand.log if each.method == "POST"]

    assert sent.headers["idempotency-key"] == "plan-7.1"
    time, _, sign = sent.headers["x-sentio-signature"].partition(",v1=")
    signed = time.removeprefix("t=").encode() + b"." + sent.content
    assert sign == hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert hook.orders["plan-7.1"]["action"] == "move_work"
    assert hook.orders["plan-7.1"]["parameters"] == {"hours": 4.0}


def test_the_hook_refuses_an_order_that_another_secret_signed() -> None:
    with (
        listening({"/hook": Hook(secret=b"another")}) as stand,
        pytest.raises(PeerRefused, match="401"),
    ):
        CONTROLLERS["webhook"].plan(order("move_work", {"prefix": "/hook"}), stand.peer)
