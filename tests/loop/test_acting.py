"""What is open and explained is acted on, proven against others, and taken back where it failed."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace

import pytest
from tests.execution.planned import plan as planned
from tests.village import PERIOD_NS, START_NS, Village

from sentio.awareness.series import Place
from sentio.decision.catalogue import ACTIONS
from sentio.decision.choosing import Chooser
from sentio.decision.policy import policy, with_autonomy
from sentio.decision.tallied import Tallied
from sentio.loop.acting import Acting, World
from sentio.loop.needs import uses_per_min
from sentio.loop.proofs import worse_for
from sentio.model.degradation import Scope
from sentio.model.diagnosis import Diagnosis, Hypothesis, Impact
from sentio.model.plan import Autonomy, Outcome, Plan, Verdict

LEARNED = 330
HIT = {"upf": "upf-1"}


def acting(level: Autonomy = "act") -> Acting:
    limits = policy("default").limits.model_copy(update={"least_value_min": -1e9})
    given = policy("default").model_copy(update={"limits": limits})
    return Acting(
        Chooser(policy=with_autonomy(given, level), effects=Tallied()),
        World(all_subjects=lambda _now_ns: 100_000),
        kinds={each.name: each for each in ACTIONS},
        period_ns=PERIOD_NS,
    )


@pytest.fixture(scope="module")
def learned() -> Village:
    village = Village()
    for _ in range(LEARNED):
        village.turn(learn=True)
    return village


@pytest.fixture
def village(learned: Village) -> Village:
    return deepcopy(learned)


def explained(village: Village, *, element: str = "upf-1", kind: str = "overload") -> Diagnosis:
    told = village.watching.open[0].told
    cause = Hypothesis(
        element=element,
        element_kind="upf",
        domain="core",
        scope={"upf": element},
        kind=kind,
        probability=0.96,
    )
    return Diagnosis(
        degradation=told.id,
        made_ns=told.seen_ns,
        sentence="",
        hypotheses=(cause,),
        abstains=False,
        impact=Impact(users=200, things=0, uses=200),
    )


def turn(village: Village, loop: Acting, hit: Scope | None, **cause: str) -> list[Plan | Outcome]:
    """Let a period pass, explain what is open, and let the loop act."""
    village.turn(learn=False, **(hit or {}))
    if village.watching.open:
        loop.note("d", explained(village, **cause))
    return loop.see(village.watching, now_ns=START_NS + village.period * PERIOD_NS)


def until_done(village: Village, loop: Acting, hit: Scope = HIT, **cause: str) -> Plan:
    for _ in range(12):
        for told in turn(village, loop, hit, **cause):
            if isinstance(told, Plan) and told.chosen and told.autonomy == "act":
                return told
    pytest.fail("nothing was done")


def outcomes(village: Village, loop: Acting, hit: Scope | None) -> list[Outcome]:
    found: list[Outcome] = []
    for _ in range(5):
        found += [told for told in turn(village, loop, hit) if isinstance(told, Outcome)]
        if found:
            break
    return found


def test_a_cure_that_helps_is_kept(village: Village) -> None:
    loop = acting()
    plan = until_done(village, loop)
    proven = outcomes(village, loop, None)

    assert plan.chosen is not None
    assert plan.chosen.action.name == "scale:upf/upf-1(factor=1.5)"
    assert [each.verdict for each in proven] == ["improved"]
    assert proven[0].plan == plan.id
    assert 0.5 < proven[0].effect_mos.mean < 1.5
    assert proven[0].effect_mos.low < 1.0 < proven[0].effect_mos.high
    assert not proven[0].is_undone
    assert loop.standing == []
    assert [each.plan for each in loop.deeds if each.stands] == [plan.id]


def test_what_helped_is_given_back_at_its_limit(village: Village) -> None:
    loop = acting()
    plan = until_done(village, loop)
    outcomes(village, loop, None)
    again = acting()
    again.restore(json.loads(json.dumps(loop.saved())))
    last = [t for t in again.see(village.watching, now_ns=plan.until_ns) if isinstance(t, Outcome)]

    assert [(each.plan, each.verdict, each.is_undone) for each in last] == [
        (plan.id, "improved", True)
    ]
    assert not any(each.stands for each in again.deeds)


def test_what_does_not_help_is_taken_back_and_not_tried_again(village: Village) -> None:
    loop = acting()
    plan = until_done(village, loop)
    proven = outcomes(village, loop, HIT)
    later = [told for _ in range(6) for told in turn(village, loop, HIT)]

    assert [(each.verdict, each.is_undone) for each in proven] == [("no_effect", True)]
    again = [t for t in later if isinstance(t, Plan) and t.chosen and plan.chosen]
    assert all(t.chosen.action != plan.chosen.action for t in again if t.chosen)


def test_whoever_else_is_harmed_by_it_is_named(village: Village) -> None:
    loop, part = acting(), {"app": "app-1"}
    plan = until_done(village, loop, part)
    for_whom = loop.proving[plan.id].scope
    proven = outcomes(village, loop, HIT)

    assert (plan.scope, for_whom) == (HIT, part)
    assert [(each.verdict, each.is_undone) for each in proven] == [("worse", True)]
    assert proven[0].effect_mos.low > 0.0
    assert proven[0].worse_for == ("upf=upf-1",)


@pytest.mark.parametrize(
    ("alone", "weighed", "named"),
    [
        ("improved", "worse", ("upf=upf-1",)),
        ("undecided", "worse", ("upf=upf-1",)),
        ("worse", "worse", ()),
        ("improved", "improved", ()),
        ("no_effect", "no_effect", ()),
    ],
)
def test_others_are_named_only_where_it_is_worse_because_of_them(
    alone: Verdict, weighed: Verdict, named: tuple[str, ...]
) -> None:
    assert worse_for(planned(), alone, weighed) == named


def test_what_came_of_it_is_learned(village: Village) -> None:
    loop, twin = acting(), deepcopy(village)
    first = until_done(village, loop)
    outcomes(village, loop, HIT)
    again = acting()
    again.restore({**acting().saved(), "effects": loop.saved()["effects"]})
    second = until_done(twin, again)

    assert first.chosen is not None
    assert second.chosen is not None
    assert second.chosen.success < first.chosen.success - 0.05


def test_a_plan_that_waits_for_a_yes_is_done_after_it(village: Village) -> None:
    loop = acting("approve")
    told: list[Plan | Outcome] = []
    while not any(isinstance(t, Plan) and t.chosen for t in told):
        told += turn(village, loop, HIT)
    plan = next(t for t in told if isinstance(t, Plan) and t.chosen)
    now_ns = START_NS + village.period * PERIOD_NS

    assert plan.autonomy == "approve"
    assert loop.deeds == []
    assert loop.approve("P99999", village.watching, now_ns=now_ns) is None
    yes = loop.approve(plan.id, village.watching, now_ns=now_ns)
    assert yes == replace(plan, autonomy="act")
    assert loop.approve(plan.id, village.watching, now_ns=now_ns) is None
    assert [each.verdict for each in outcomes(village, loop, None)] == ["improved"]


def test_nothing_is_chosen_for_a_period_that_is_long_over(village: Village) -> None:
    loop = acting()
    for _ in range(4):
        village.turn(learn=False, **HIT)
        if village.watching.open:
            loop.note("d", explained(village))
        now_ns = START_NS + village.period * PERIOD_NS
        assert loop.see(village.watching, now_ns=now_ns, is_late=True) == []

    assert loop.courses.of


def test_it_goes_on_from_what_was_saved(village: Village) -> None:
    loop = acting()
    until_done(village, loop)
    again = acting()
    again.restore(json.loads(json.dumps(loop.saved())))
    twin = deepcopy(village)

    assert again.saved() == loop.saved()
    assert outcomes(village, loop, None) == outcomes(twin, again, None)
    assert again.saved() == loop.saved()


def test_who_uses_a_suspect_is_counted_though_the_decline_explains_their_uses(
    village: Village,
) -> None:
    loop = acting()
    until_done(village, loop)
    watch = village.watching.watch
    of, all_ = (
        [watch.uses(Place(dimension=kind, member=name), window=window) for window in (1, 2)]
        for kind, name in (("upf", "upf-1"), ("all", "all"))
    )
    need = loop._needs(village.watching)[0]  # pyright: ignore[reportPrivateUsage]
    counted = uses_per_min(need, watch, PERIOD_NS)

    assert counted["upf-1"] / counted["all"] == pytest.approx(of[1] / all_[1])
    assert of[0] / all_[0] < 0.9 * of[1] / all_[1]
