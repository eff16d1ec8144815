"""The best next action is chosen, guards hold, and every refusal can be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sentio.decision.choosing import Chooser, before
from sentio.decision.examples import check_examples
from sentio.decision.need import HOUR_NS, MINUTE_NS, Deed, Need, Situation
from sentio.decision.policy import policies, policy, with_autonomy
from sentio.kernel.errors import DefinitionError, UnknownName
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis, Hypothesis, Impact
from sentio.model.plan import Action

NOW_NS = 10 * HOUR_NS
DEFAULT = policy("default")
CHOOSER = Chooser(policy=DEFAULT)


def cause(**more: object) -> Hypothesis:
    given: dict[str, object] = {
        "element": "link-7",
        "element_kind": "link",
        "domain": "transport",
        "scope": {"link": "link-7"},
        "kind": "loss",
        "probability": 0.97,
    }
    return Hypothesis(**{**given, **more})  # pyright: ignore[reportArgumentType]


def need(*causes: Hypothesis, name: str = "D1", **more: object) -> Need:
    told = Degradation(
        id=name,
        scope=causes[0].scope,
        services=("web",),
        began_ns=NOW_NS - 10 * MINUTE_NS,
        seen_ns=NOW_NS,
        uses=200,
        poor_uses=120,
        mos_usual=4.2,
        mos_seen=2.4,
        nats=90.0,
        per_day=1e-9,
    )
    made = Diagnosis(
        degradation=name,
        made_ns=NOW_NS,
        sentence="",
        hypotheses=causes,
        abstains=bool(more.pop("abstains", False)),
        impact=Impact(users=150, things=0, uses=200),
    )
    given: dict[str, object] = {
        "degradation": told,
        "diagnosis": made,
        "diagnosis_id": f"{name}-0",
        "lost_min_per_hour": 400.0,
        "subjects": 150,
        "remaining_min": 90.0,
    }
    return Need(**{**given, **more})  # pyright: ignore[reportArgumentType]


def situation(**more: object) -> Situation:
    given: dict[str, object] = {"now_ns": NOW_NS, "all_subjects": 10_000}
    return Situation(**{**given, **more})  # pyright: ignore[reportArgumentType]


def reroute(*, began_min: float = 20.0, ended_min: float | None = None, **more: object) -> Deed:
    given: dict[str, object] = {
        "plan": "P0",
        "degradation": "D1",
        "action": Action(kind="reroute", target="link-7", target_kind="link"),
        "began_ns": NOW_NS - round(began_min * MINUTE_NS),
        "ended_ns": None if ended_min is None else NOW_NS - round(ended_min * MINUTE_NS),
    }
    return Deed(**{**given, **more})  # pyright: ignore[reportArgumentType]


def guards_of(asked: Need, at: Situation, kind: str = "reroute") -> list[str]:
    plan = CHOOSER.choose(asked, at, number="P1")
    return [each.guard for each in plan.refused if each.action.kind == kind]


@pytest.mark.parametrize("name", sorted(policies()))
def test_the_examples_of_every_policy_hold(name: str) -> None:
    assert check_examples(policies()[name]) >= 3


def test_an_example_that_does_not_hold_is_told() -> None:
    wrong = DEFAULT.examples[0].model_copy(update={"action": "restart"})

    with pytest.raises(DefinitionError, match=r"ends with act scale"):
        check_examples(DEFAULT.model_copy(update={"examples": [wrong]}))


def test_an_unknown_policy_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="default"):
        policy("defualt")


def test_a_lossy_link_is_led_around() -> None:
    plan = CHOOSER.choose(need(cause()), situation(), number="P1")

    assert plan.chosen is not None
    assert plan.chosen.action == Action(kind="reroute", target="link-7", target_kind="link")
    assert plan.autonomy == "act"
    assert plan.until_ns == NOW_NS + 240 * MINUTE_NS
    assert plan.chosen.value == pytest.approx(
        plan.chosen.regained_min.mean - plan.chosen.cost - plan.chosen.risk
    )
    assert "link-7" in plan.sentence


def test_a_cause_in_doubt_is_left_to_a_person() -> None:
    plan = CHOOSER.choose(need(cause(probability=0.6)), situation(), number="P1")

    assert plan.chosen is not None
    assert plan.chosen.action.kind == "ticket"
    assert "60 %" in next(r.reason for r in plan.refused if r.action.kind == "reroute")


def test_nothing_is_done_where_the_diagnosis_abstains_or_the_data_are_at_fault() -> None:
    abstaining = CHOOSER.choose(need(cause(), abstains=True), situation(), number="P1")
    data = CHOOSER.choose(need(cause(domain="data", kind="late")), situation(), number="P2")

    assert abstaining.chosen is None
    assert data.chosen is None
    assert "Nothing is done" in data.sentence


def test_the_kill_switch_stops_everything() -> None:
    plan = CHOOSER.choose(need(cause()), situation(is_stopped=True), number="P1")

    assert plan.chosen is None
    assert {each.guard for each in plan.refused} == {"kill_switch"}


@pytest.mark.parametrize(
    ("more", "guard"),
    [
        ({"deeds": (reroute(ended_min=5.0, was_undone=True),)}, "once"),
        (
            {
                "deeds": (
                    reroute(action=Action(kind="restart", target="link-7", target_kind="link")),
                )
            },
            "one_cure",
        ),
        ({"deeds": (reroute(degradation="D9"),)}, "conflict"),
        ({"locks": {"link-7": "transport"}}, "conflict"),
        ({"works": frozenset({"link-7"})}, "planned_work"),
        ({"reach": {"link-7": 9_000}}, "blast_radius"),
        (
            {
                "deeds": tuple(
                    reroute(degradation="D9", began_min=m, ended_min=m - 31.0, plan=f"P{m}")
                    for m in (200.0, 100.0)
                )
            },
            "rate",
        ),
        ({"deeds": (reroute(degradation="D9", ended_min=300.0, was_undone=True),)}, "once"),
        (
            {
                "deeds": (
                    reroute(
                        degradation="D9",
                        ended_min=5.0,
                        was_undone=True,
                        action=Action(kind="restart", target="link-7", target_kind="link"),
                    ),
                )
            },
            "cool_down",
        ),
    ],
)
def test_a_guard_refuses(more: dict[str, object], guard: str) -> None:
    assert guards_of(need(cause()), situation(**more)) == [guard]


def test_what_stands_for_another_decline_is_not_done_once_more_until_it_is_given_back() -> None:
    stands = reroute(degradation="D9", began_min=120.0, ended_min=90.0, stands=True)

    assert guards_of(need(cause()), situation(deeds=(stands,))) == ["once"]
    assert guards_of(need(cause()), situation(deeds=(replace(stands, stands=False),))) == []


def test_capacity_can_be_added_to_capacity() -> None:
    action = Action(kind="scale", target="link-7", target_kind="link", parameters={"factor": 1.5})
    stands = reroute(degradation="D9", ended_min=90.0, stands=True, action=action)
    loaded = need(cause(kind="overload"))

    assert guards_of(loaded, situation(deeds=(stands,)), "scale") == []


def test_traffic_is_not_led_around_a_work_that_is_over() -> None:
    working = cause(kind="planned_work")

    assert guards_of(need(working), situation(works=frozenset({"link-7"}))) == []
    assert guards_of(need(working), situation()) == ["planned_work"]


def test_no_more_actions_an_hour_than_allowed() -> None:
    deeds = tuple(
        reroute(
            plan=f"P{i}",
            degradation=f"D{i + 10}",
            began_min=30.0,
            action=Action(kind="scale", target=f"cell-{i}", target_kind="cell"),
        )
        for i in range(DEFAULT.limits.actions_per_hour)
    )

    assert guards_of(need(cause()), situation(deeds=deeds)) == ["rate"]


def test_work_is_led_around_though_it_is_being_worked_on() -> None:
    working = cause(kind="planned_work", signs={"planned_work": 0.0})
    plan = CHOOSER.choose(need(working), situation(works=frozenset({"link-7"})), number="P1")

    assert plan.chosen is not None
    assert plan.chosen.action.kind == "reroute"


def test_what_costs_more_than_it_brings_is_left() -> None:
    assert guards_of(need(cause(), lost_min_per_hour=5.0), situation()) == ["worth_it"]


def test_a_great_risk_waits_for_a_yes() -> None:
    limits = DEFAULT.limits.model_copy(
        update={"approval_above_risk_min": 0.1, "approval_above_risk_share": 0.01}
    )
    careful = Chooser(policy=DEFAULT.model_copy(update={"limits": limits}))
    bold = Chooser(
        policy=DEFAULT.model_copy(
            update={"limits": limits.model_copy(update={"approval_above_risk_share": 0.9})}
        )
    )
    crowded = situation(uses_per_min={"link-7": 200.0})

    assert careful.choose(need(cause()), crowded, number="P1").autonomy == "approve"
    assert bold.choose(need(cause()), crowded, number="P1").autonomy == "act"


def test_a_restart_is_not_worth_the_outage_of_all_others() -> None:
    jittery = need(
        cause(element="router-1", element_kind="router", scope={"app": "a"}, kind="jitter")
    )

    few, many = (
        CHOOSER.choose(jittery, situation(uses_per_min={"router-1": n}), number="P1")
        for n in (1.0, 1000.0)
    )

    assert few.chosen is not None
    assert few.chosen.action.kind == "restart"
    assert [r.guard for r in many.refused if r.action.kind == "restart"] == ["worth_it"]


def test_a_way_round_is_too_long_for_machines_that_cannot_wait() -> None:
    def chosen(things: dict[str, float], *services: str) -> str | None:
        asked = need(cause())
        asked = replace(asked, degradation=replace(asked.degradation, services=services))
        at = situation(things_per_min={"link-7": things})
        plan = CHOOSER.choose(asked, at, number="P1")
        return plan.chosen.action.kind if plan.chosen else None

    assert chosen({"plc": 40.0}, "web") == "ticket"
    assert chosen({"meter": 40.0, "vehicle": 40.0}, "web") == "reroute"
    assert chosen({"plc": 0.5}, "web", "plc") == "reroute"  # few, against all others
    assert chosen({"plc": 40.0}, "web", "plc") == "ticket"  # what is left to them would be lost


def test_a_cure_that_has_just_helped_gets_time_to_show_it() -> None:
    other = Action(kind="restart", target="link-7", target_kind="link")

    for deed in (reroute(ended_min=30.0, action=other), reroute(ended_min=30.0, degradation="D9")):
        assert guards_of(need(cause()), situation(deeds=(deed,))) == ["one_cure"]
    assert guards_of(need(cause()), situation(deeds=(reroute(ended_min=70.0, action=other),))) == []


@pytest.mark.parametrize("most", ["observe", "advise", "approve"])
def test_autonomy_is_held_down(most: str) -> None:
    held = Chooser(policy=with_autonomy(DEFAULT, most))  # pyright: ignore[reportArgumentType]

    assert held.choose(need(cause()), situation(), number="P1").autonomy == most


def test_a_minute_of_those_who_pay_for_it_counts_more() -> None:
    of_all = CHOOSER.choose(need(cause()), situation(), number="P1").chosen
    of_business = CHOOSER.choose(
        need(cause(), by_segment={"business": 100, "consumer": 50}), situation(), number="P1"
    ).chosen

    assert of_all is not None
    assert of_business is not None
    assert of_business.regained_min.mean == pytest.approx(
        of_all.regained_min.mean * (100 * 3.0 + 50 * 1.0) / 150
    )


def test_emergency_services_are_served_first_whatever_others_are_worth() -> None:
    large = need(cause(), name="D1", lost_min_per_hour=9e4)
    small = need(cause(), name="D2", lost_min_per_hour=50.0, by_segment={"emergency": 3})
    pairs = [
        (each, CHOOSER.choose(each, situation(), number="P").chosen) for each in (large, small)
    ]

    assert before(pairs, DEFAULT) == [small, large]


def test_a_large_change_of_customers_begins_with_a_part() -> None:
    crowded = cause(
        element="gnb-1", element_kind="gnb", domain="ran", scope={"gnb": "gnb-1"}, kind="failing"
    )
    ticket = Action(kind="ticket", target="gnb-1", target_kind="gnb")
    opened = situation(deeds=(reroute(action=ticket, touches=False),))
    plan = CHOOSER.choose(need(crowded, subjects=4_000), opened, number="P1")

    assert plan.chosen is not None
    assert plan.chosen.action.kind == "tell_customer"
    assert plan.canary == {"gnb": "gnb-1", "part": "1/10"}


def test_the_second_cause_is_acted_on_when_the_first_was_tried_in_vain() -> None:
    first = cause(probability=0.9)
    second = cause(element="ring-1", element_kind="ring", scope={"ring": "ring-1"})
    tried = reroute(ended_min=40.0, was_undone=True)
    plan = CHOOSER.choose(
        need(first, replace(second, probability=0.85)), situation(deeds=(tried,)), number="P1"
    )

    assert plan.chosen is not None
    assert plan.chosen.action.target == "ring-1"
