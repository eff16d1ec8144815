"""What was changed can be taken back: the network is then as if it had never been changed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentio.kernel.errors import UnknownName
from sentio.lab.changes import Change
from sentio.lab.faults.truth import Fault
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.operator.scale import Scale
from sentio.lab.simulation import MONDAY_NS, Operator, Period

SMALL = Scale(cells=24, users=600, things=60)
HOUR_NS = 12 * PERIOD_NS
NOON_NS = MONDAY_NS + 12 * HOUR_NS
FIRST_USER = "999700000000000"
CHANGES = (
    Change(kind="capacity", element="cell-0007", value=2.0),
    Change(kind="quota", element="1-000001", value=1.5),
    Change(kind="reroute", element="link-003"),
    Change(kind="channel", element="cell-0007"),
    Change(kind="retune", element="cell-0007"),
    Change(kind="roll_back", element="cell-0007"),
    Change(kind="switch", element="cdn-1", target="cdn-2"),
    Change(kind="switch_access", element="link-003", value=1.0, target="satellite"),
    Change(kind="steer", element="cell-0007", value=0.3),
    Change(kind="priority", element=FIRST_USER),
    Change(kind="move_work", element="work-001", value=3.0),
    Change(kind="guard_work", element="work-001"),
)


def small() -> Operator:
    operator = Operator(SMALL, seed=3, start_ns=NOON_NS)
    ring = int(np.flatnonzero(~operator.estate.transport.is_protected)[0])
    operator.plan_work(
        "ring",
        operator.estate.names["ring"][ring],
        window_ns=(NOON_NS + 2 * HOUR_NS, NOON_NS + 3 * HOUR_NS),
        announced_ns=NOON_NS,
    )
    return operator


@pytest.fixture
def operator() -> Operator:
    return small()


@pytest.fixture(scope="module")
def broken() -> Operator:
    """Give an operator with several faults of kinds that the changes cure."""
    operator = Operator(SMALL, seed=3, start_ns=NOON_NS)
    operator.plan_work(
        "ring", "ring-01", window_ns=(NOON_NS + HOUR_NS, NOON_NS + 2 * HOUR_NS), announced_ns=0
    )
    for kind, element in (
        ("congestion", "cell-0007"),
        ("uplink_interference", "cell-0007"),
        ("wrong_neighbour", "cell-0007"),
        ("backhaul_loss", "link-003"),
        ("slow_cdn", "cdn-1"),
        ("slice_quota", ""),
    ):
        operator.break_now(kind, element, severity=1.0, minutes=240.0)
    return operator


def state(operator: Operator) -> list[object]:
    """Tell what is in effect at some moments from now on, and until when each fault lasts."""
    moments = [operator.now_ns + each * PERIOD_NS for each in (0, 1, 12, 30, 47, 60)]
    ends = [(each.name, each.start_ns, each.end_ns) for each in operator.truth]
    return [*map(operator.effects_at, moments), ends]


def mean_load(operator: Operator, cell: str) -> float:
    assert operator.last
    return float(operator.last[1].loads.by_kind["cell"][operator.estate.code("cell", cell)])


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.kind)
def test_a_change_that_is_withdrawn_leaves_the_effects_that_were(broken, change):
    before = state(broken)

    name = broken.apply(change)
    assert broken.withdraw(name)

    assert state(broken) == before
    assert not broken.withdraw(name)


@given(
    order=st.permutations(range(len(CHANGES))),
    undone=st.permutations(range(len(CHANGES))),
)
@settings(max_examples=30, deadline=None)
def test_in_whichever_order_changes_are_withdrawn_all_is_as_before(broken, order, undone):
    before = state(broken)

    names = {each: broken.apply(CHANGES[each]) for each in order}
    for each in undone:
        broken.withdraw(names[each])

    assert state(broken) == before


def fault(operator: Operator) -> Fault:
    return next(each for each in operator.truth if each.kind == "slow_dns")


def test_a_cured_fault_comes_back_for_the_rest_of_its_time_only_where_no_cure_stands():
    operator = small()
    dns = operator.break_now("slow_dns", severity=1.0, minutes=60).element
    ends_ns = fault(operator).end_ns
    operator.step()
    first = operator.apply(Change(kind="switch", element=dns))
    cured_ns = operator.now_ns
    second = operator.apply(Change(kind="switch", element=dns))
    operator.step()

    operator.withdraw(second)
    assert fault(operator).end_ns == cured_ns
    operator.withdraw(first)

    assert fault(operator).end_ns == ends_ns
    touched = len(fault(operator).sessions_by_period)
    operator.step()
    assert len(fault(operator).sessions_by_period) == touched + 1


def test_a_restart_cannot_be_taken_back():
    operator = small()
    dns = operator.break_now("slow_dns", severity=1.0, minutes=60).element
    operator.step()
    name = operator.apply(Change(kind="restart", element=dns))
    cured_ns = operator.now_ns

    assert not operator.withdraw(name)

    assert fault(operator).end_ns == cured_ns


def test_an_alarm_is_raised_again_when_its_fault_comes_back():
    operator = small()
    upf = operator.break_now("upf_overload", severity=1.0, minutes=600).element
    operator.step()
    name = operator.apply(Change(kind="capacity", element=upf, value=1.01))
    operator.step()

    operator.withdraw(name)
    told = operator.step().events.to_pylist()

    mine = [(row["event_kind"], row["title"]) for row in told if row["element"] == upf]
    assert ("change", "undo capacity") in mine
    assert any(
        row["severity"] == "major" and row["event_kind"] == "alarm"
        for row in told
        if row["element"] == upf
    )


def test_nobody_withdraws_what_was_never_changed(operator):
    with pytest.raises(UnknownName, match="change-0007"):
        operator.withdraw("change-0007")


def test_a_quota_that_is_lowered_cures_nothing(operator):
    slice_ = operator.break_now("slice_quota", minutes=60).element
    ends_ns = operator.truth[-1].end_ns
    operator.step()

    operator.apply(Change(kind="quota", element=slice_, value=0.75))

    assert operator.truth[-1].end_ns == ends_ns


def test_steered_users_of_a_full_cell_are_served_by_its_neighbours():
    operator, other = small(), small()
    for each in (operator, other):
        each.break_now("congestion", "cell-0007", severity=1.0, minutes=60)
    name = operator.apply(Change(kind="steer", element="cell-0007", value=0.5))
    operator.step()
    other.step()
    here = operator.estate.code("cell", "cell-0007")
    near = operator.estate.places.neighbours[here]
    names = operator.estate.names["cell"]

    assert mean_load(operator, "cell-0007") == pytest.approx(0.5 * mean_load(other, "cell-0007"))
    for each in near:
        assert mean_load(operator, names[each]) > mean_load(other, names[each])
    assert operator.last
    assert other.last
    served = operator.last[1].path["cell"]
    led = served[other.last[1].path["cell"] == here]
    assert set(led.tolist()) <= {here, *near.tolist()}
    assert 0.2 < float((led != here).mean()) < 0.8

    operator.withdraw(name)
    operator.step()
    other.step()
    assert mean_load(operator, "cell-0007") == mean_load(other, "cell-0007")


def test_a_subject_with_priority_waits_less_in_a_full_cell_and_others_as_before():
    operator, other = small(), small()
    for each in (operator, other):
        each.break_now("congestion", "cell-0007", severity=1.0, minutes=60)
    other.step()
    assert other.last
    scene, played = other.last
    there = np.flatnonzero(played.path["cell"] == operator.estate.code("cell", "cell-0007"))
    chosen = int(scene.draw.subject[there[0]])

    operator.apply(Change(kind="priority", element=f"99970{chosen:010}"))
    operator.step()

    assert operator.last
    calm, full = operator.last[1].met, played.met
    is_chosen = scene.draw.subject == chosen
    assert calm.rate_dl_kbps[there[0]] > 2.0 * full.rate_dl_kbps[there[0]]
    assert calm.one_way_ms[there[0]] < full.one_way_ms[there[0]]
    assert np.array_equal(calm.rate_dl_kbps[~is_chosen], full.rate_dl_kbps[~is_chosen])


def announced(periods: list[Period]) -> list[int]:
    return [
        row["end_ts"]
        for period in periods
        for row in period.events.to_pylist()
        if row["event_kind"] == "planned_work" and row["title"] == "ring maintenance"
    ]


def test_a_moved_work_is_announced_anew_and_hurts_in_its_new_window(operator):
    operator.step()
    work = operator.truth[0]

    name = operator.apply(Change(kind="move_work", element=work.element, value=1.0))
    moved = list(operator.run(38))

    assert operator.truth[0].start_ns == work.start_ns + HOUR_NS
    assert operator.truth[0].end_ns == work.end_ns + HOUR_NS
    assert work.end_ns + HOUR_NS in announced(moved)
    begins = min(operator.truth[0].sessions_by_period)
    assert begins >= work.start_ns + HOUR_NS
    assert not operator.withdraw(name)  # its old window is over


def test_a_guarded_work_hurts_nobody_until_it_is_guarded_no_more(operator):
    work = operator.truth[0]
    name = operator.apply(Change(kind="guard_work", element=work.name))
    list(operator.run(30))

    assert operator.now_ns > work.start_ns
    assert operator.truth[0].sessions == 0
    operator.withdraw(name)
    operator.step()
    assert operator.truth[0].sessions > 0


@pytest.mark.parametrize(
    "change",
    [
        Change(kind="steer", element="link-003", value=0.3),
        Change(kind="priority", element="someone"),
        Change(kind="guard_work", element="work-9"),
        Change(kind="switch", element="cdn-1", target="cdn-77"),
    ],
    ids=lambda each: each.kind,
)
def test_a_change_of_what_there_is_none_of_is_refused_and_leaves_no_trace(operator, change):
    before = state(operator)

    with pytest.raises(UnknownName):
        operator.apply(change)

    assert state(operator) == before
