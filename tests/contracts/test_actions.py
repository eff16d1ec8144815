"""Every kind of action keeps its contract; the check finds those that do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sentio.decision.catalogue import ACTIONS
from sentio.decision.policy import policies
from sentio.testing import BrokenContract, check_action

WANTED = {
    *("qos_session", "slice_quota", "slice_quota_down", "steer_traffic", "roll_back", "reroute"),
    *("scale", "switch", "restart", "move_work", "guard_work", "cpe_channel", "advise_version"),
    *("tell_customer", "ticket", "offer", "retune"),
    *("switch_domain", "supplement_domain", "reconfigure_domain", "return_domain"),
}


@pytest.mark.parametrize("name", ACTIONS.names())
def test_a_kind_of_action_keeps_its_contract(name: str) -> None:
    check_action(ACTIONS[name])


def test_the_catalogue_has_what_an_operator_does() -> None:
    assert set(ACTIONS.names()) >= WANTED


def test_every_action_has_its_level_of_autonomy() -> None:
    for policy in policies().values():
        assert set(ACTIONS.names()) <= policy.autonomy.keys()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"inverse": ""}, "taken back"),
        ({"harm": 0.0}, "may harm"),
        ({"remedies": ()}, "no remedy"),
        ({"limit_min": 1.0}, "its time is over"),
    ],
)
def test_the_check_finds_what_is_broken(broken: dict[str, object], said: str) -> None:
    with pytest.raises(BrokenContract, match=said):
        check_action(replace(ACTIONS["scale"], **broken))
