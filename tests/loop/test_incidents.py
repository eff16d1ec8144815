"""What is worked out for an incident: its outlook, its path, what a closer look took."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.execution.planned import plan

from sentio.loop.incidents.course import MINUTE_NS, Step, expected, step_minutes
from sentio.loop.incidents.path import path_of, places_of
from sentio.loop.incidents.zoomed import of_look
from sentio.model.topology import Topology

CITY = Topology(
    parent={"cell-1": "gnb-1", "cell-2": "gnb-1", "gnb-1": "link-1"},
    kind={"cell-1": "cell", "cell-2": "cell", "gnb-1": "gnb", "link-1": "link"},
)


def steps(*means: float) -> list[Step]:
    return [
        Step(since_ns=at * 5 * MINUTE_NS, uses=100, poor_uses=10, mos_mean=mean)
        for at, mean in enumerate(means)
    ]


def test_without_an_action_it_stays_as_it_is_within_its_scatter() -> None:
    found = expected(steps(2.0, 2.2, 1.8, 2.0), usual=4.0, now_ns=0, until_ns=1)

    assert found is not None
    assert found.without.mean == pytest.approx(2.0)
    assert found.without.low < 1.8
    assert found.without.high > 2.2
    assert found.with_action is None


def test_an_action_that_may_fail_has_an_interval_that_holds_both_courses() -> None:
    found = expected(
        steps(2.0, 2.0), usual=4.0, now_ns=0, until_ns=1, effect_ns=1, success=0.5, recovers=0.9
    )

    assert found is not None
    assert found.with_action is not None
    assert found.with_action.mean == pytest.approx(2.0 + 0.5 * 0.9 * 2.0)
    assert found.with_action.low < 2.0
    assert found.with_action.high > 3.8


def test_a_sure_action_leaves_no_doubt_that_it_helps() -> None:
    found = expected(
        steps(2.0, 2.0), usual=4.0, now_ns=0, until_ns=1, effect_ns=1, success=1.0, recovers=0.9
    )

    assert found is not None
    assert found.with_action is not None
    assert found.with_action.low > 3.5


def test_nothing_is_expected_where_nothing_was_seen() -> None:
    assert expected([], usual=4.0, now_ns=0, until_ns=1) is None


def test_cells_lead_over_what_they_hang_on_to_the_link_at_fault() -> None:
    places = places_of([{"link": "link-1"}], ["cell=cell-1", "cell=cell-2"])
    found = path_of(CITY, places, ("link", "link-1"), alarms={"link-1": 2})

    assert {each.id: (each.column, each.role) for each in found.nodes} == {
        "hit": (0, "hit"),
        "cell-1": (1, "place"),
        "cell-2": (1, "place"),
        "gnb-1": (2, "between"),
        "link-1": (3, "cause"),
    }
    assert ("gnb-1", "link-1") in found.edges
    assert "all 2 places" in found.reason


def test_a_version_hangs_on_the_app_that_it_is_one_of() -> None:
    places = [("app", "streambox"), ("app_version", "6.3")]

    found = path_of(Topology(), places, ("app_version", "6.3"))

    assert found.edges == (("hit", "streambox"), ("streambox", "6.3"))


def test_a_hundred_cells_are_drawn_as_eight_and_a_number() -> None:
    found = path_of(CITY, [("cell", f"cell-{at}") for at in range(100)], None)

    assert len(found.nodes) < 20
    assert sum(each.more for each in found.nodes) == 92


def test_a_look_never_takes_more_than_all_there_is() -> None:
    small, large = (of_look(scope_uses=n, network_uses=10_000) for n in (100, 9_000))

    assert (small.collected, small.full) == (100 * 26, 10_000 * 26)
    assert (large.collected, large.full) == (1_500 * 26, 10_000 * 26)


def test_a_yes_may_be_to_another_candidate_and_to_nothing_else() -> None:
    one = plan(1, autonomy="approve")
    assert one.chosen is not None
    other = replace(one.chosen, action=replace(one.chosen.action, kind="restart"))
    asked = replace(one, candidates=(one.chosen, other))

    agreed = asked.agreed("restart:upf/upf-1")

    assert agreed is not None
    assert (agreed.autonomy, agreed.chosen) == ("act", other)
    assert asked.agreed("reboot:upf/upf-1") is None
    assert asked.agreed() == replace(asked, autonomy="act")


@pytest.mark.parametrize(("hours", "minutes"), [(2, 5), (12, 15), (72, 60)])
def test_a_course_has_no_more_than_a_hundred_steps(hours: int, minutes: int) -> None:
    assert step_minutes(0, hours * 60 * MINUTE_NS) == minutes
