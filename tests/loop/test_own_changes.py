"""A decline that an own action brought is no reason for another one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.decision.test_choosing import NOW_NS, cause, need, reroute

from sentio.decision.need import MINUTE_NS, Deed
from sentio.loop.own_changes import brought_by, is_regretted, without_own_change
from sentio.model.plan import Estimate

CHANGED = cause(kind="change")
BEGAN_MIN = 10.0  # before now, the decline of `need`


def test_the_action_is_named_that_a_decline_began_with() -> None:
    mine = reroute(degradation="D9", began_min=BEGAN_MIN + 5.0, ended_min=1.0, stands=True)

    assert brought_by([mine], need(CHANGED)) == mine


@pytest.mark.parametrize(
    ("deed", "what"),
    [
        (reroute(degradation="D9", began_min=BEGAN_MIN - 5.0), CHANGED),
        (reroute(degradation="D9", began_min=BEGAN_MIN + 30.0), CHANGED),
        (reroute(degradation="D9", began_min=BEGAN_MIN + 5.0), cause(kind="loss")),
        (reroute(degradation="D9", began_min=BEGAN_MIN + 5.0, touches=False), CHANGED),
        (
            reroute(degradation="D9", began_min=BEGAN_MIN + 5.0),
            cause(kind="change", element="link-8"),
        ),
    ],
    ids=["later", "long before", "no change", "touched nobody", "elsewhere"],
)
def test_others_have_other_causes(deed: Deed, what: object) -> None:
    assert brought_by([deed], need(what)) is None  # pyright: ignore[reportArgumentType]


def test_what_comes_back_when_an_action_ends_is_of_the_old_kind() -> None:
    back_ns = NOW_NS - round((BEGAN_MIN + 5.0) * MINUTE_NS)
    mine = reroute(degradation="D9", began_min=200.0, ended_min=190.0, against="loss")
    returned = replace(mine, returned_ns=back_ns)

    assert brought_by([returned], need(CHANGED)) is None  # it began long before
    found = without_own_change([returned], need(CHANGED)).diagnosis.cause
    assert found is not None
    assert (found.element, found.kind) == ("link-7", "loss")
    assert without_own_change([mine], need(CHANGED)) == need(CHANGED)


def test_what_was_done_for_a_decline_is_not_the_change_that_brought_it() -> None:
    mine = reroute(began_min=BEGAN_MIN - 5.0, against="loss")
    found = without_own_change([mine], need(CHANGED)).diagnosis.cause

    assert found is not None
    assert found.kind == "loss"


def test_an_action_is_given_up_for_more_than_it_brings() -> None:
    mine = reroute(degradation="D9", worth_min=600.0)
    good, bad = (Estimate(mean=each, low=-9.0, high=9.0) for each in (0.1, -0.1))

    assert not is_regretted(need(CHANGED, lost_min_per_hour=100.0), mine, None)
    assert is_regretted(need(CHANGED, lost_min_per_hour=1000.0), mine, None)
    assert not is_regretted(need(CHANGED, lost_min_per_hour=1000.0), mine, good)
    assert is_regretted(need(CHANGED, lost_min_per_hour=100.0), mine, bad)


def test_what_is_taken_back_already_is_regretted_no_more() -> None:
    mine = reroute(degradation="D9", began_min=BEGAN_MIN + 5.0, ended_min=1.0, was_undone=True)

    assert brought_by([mine], need(CHANGED)) == mine
    assert not is_regretted(need(CHANGED, lost_min_per_hour=1000.0), mine, None)


def test_a_change_in_the_record_that_is_the_end_of_an_own_action_is_its_own() -> None:
    mine = reroute(degradation="D9", began_min=260.0, ended_min=250.0, against="loss")
    told = replace(CHANGED, signs={"change": 250.0 - BEGAN_MIN})  # minutes before the decline
    other = replace(CHANGED, signs={"change": 120.0})

    found = without_own_change([mine], need(told)).diagnosis.cause
    assert found is not None
    assert found.kind == "loss"
    assert without_own_change([mine], need(other)) == need(other)
