"""What customers are promised becomes what each domain must do, or is refused with the reason."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.kernel.errors import DefinitionError, RefusedError
from sentio.loop.domains.budgets import QUANTITIES, share_out
from sentio.loop.domains.catalogue import domains, sla, slas
from sentio.loop.domains.decompose import (
    Usual,
    budgets_of,
    check_examples,
    contradiction,
    decompose,
)
from sentio.loop.domains.promises import Promises
from sentio.model.intent import Expectation, IntentReport, TargetReport


@pytest.mark.parametrize("name", sorted(slas()))
def test_the_worked_examples_of_a_promise_come_out(name: str) -> None:
    assert check_examples(sla(name), domains()) > 0


def test_an_example_that_says_something_else_is_found() -> None:
    wrong = sla("vehicles").examples[0].model_copy(update={"then": {"ran": {"delay_ms": 1.0}}})
    broken = sla("vehicles").model_copy(update={"examples": [wrong]})

    with pytest.raises(DefinitionError, match="delay_ms of ran is 13"):
        check_examples(broken, domains())


def test_a_promise_becomes_business_service_and_resource_intents() -> None:
    made = decompose(sla("vehicles"), domains(), Usual())

    layers = [(each.layer, each.domain, each.parent) for each in made]

    assert layers == [
        ("business", "", ""),
        ("service", "", "B-vehicles"),
        ("resource", "ran", "S-vehicles-vehicle"),
        ("resource", "transport", "S-vehicles-vehicle"),
        ("resource", "core", "S-vehicles-vehicle"),
        ("resource", "edge", "S-vehicles-vehicle"),
    ]


@given(
    whole=st.floats(5.0, 1e3),
    floors=st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3),
    weights=st.lists(st.floats(0.0, 50.0), min_size=3, max_size=3),
)
def test_budgets_add_up_and_nobody_gets_less_than_it_needs(
    whole: float, floors: list[float], weights: list[float]
) -> None:
    names = ("ran", "transport", "core")
    held = dict(zip(names, floors, strict=True))

    found = share_out(whole, held, dict(zip(names, weights, strict=True)))

    assert found is not None
    assert math.isclose(sum(found.values()), whole, rel_tol=1e-9)
    assert all(found[name] >= held[name] - 1e-9 for name in names)


@pytest.mark.parametrize(("name", "value"), [("availability_ratio", 0.995), ("loss_ratio", 0.01)])
def test_shares_of_availability_and_loss_multiply_to_the_promise(name: str, value: float) -> None:
    quantity = QUANTITIES[name]
    parts = share_out(quantity.add(value), {"ran": 0.0, "core": 0.0}, {"ran": 3.0, "core": 1.0})

    assert parts is not None
    good = [
        quantity.back(each) if name == "availability_ratio" else 1.0 - quantity.back(each)
        for each in parts.values()
    ]

    assert math.prod(good) == pytest.approx(value if name == "availability_ratio" else 1.0 - value)


def test_a_refusal_tells_what_could_be_kept_and_who_takes_what() -> None:
    with pytest.raises(RefusedError) as refused:
        decompose(sla("telesurgery"), domains(), Usual())

    assert refused.value.what == "delay_ms of at most 5 ms cannot be kept"
    assert "8.5 or easier: at best ran 6, transport 2, core 0.5" in refused.value.expected


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"availability_ratio": 1.0}, "no promise that anybody can keep"),
        ({"path": ["ran", "moon"]}, "names 'moon'"),
        ({"path": ["ran", "ran"]}, "a domain twice"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        decompose(sla("vehicles").model_copy(update=change), domains(), Usual())


def test_intents_that_leave_no_room_between_them_contradict_each_other() -> None:
    first = decompose(sla("vehicles"), domains(), Usual())[1]
    floor = Expectation(name="delay_ms", unit="ms", condition="at_least", value=30.0)
    other = replace(
        first, id="S-other", expectations=(replace(floor, scope=first.expectations[0].scope),)
    )

    assert contradiction([first]) == ""
    assert contradiction([first, other]) == (
        "delay_ms: S-vehicles-vehicle allows at most 20, S-other at least 30"
    )


def report(
    intent: str, name: str, value: float, limit: float, *, state: str = "compliant"
) -> IntentReport:
    target = TargetReport(
        name=name,
        unit="ms",
        condition="at_most",
        value=limit,
        observed=value,
        observed_status="FULFILLED" if value <= limit else "NOT_FULFILLED",
        predicted=None,
        predicted_status=None,
    )
    return IntentReport(intent=intent, made_ns=0, state=state, targets=(target,))  # pyright: ignore[reportArgumentType]


def test_a_domain_that_needs_more_gets_what_others_have_to_spare() -> None:
    promises = Promises(domains())
    promises.add(sla("vehicles"))
    takes = {"ran": 7.0, "transport": 9.0, "core": 0.6, "edge": 0.4}
    reports = {
        f"R-vehicles-vehicle-{name}": report(
            f"R-vehicles-vehicle-{name}", "delay_ms", value, 5.0, state="degraded"
        )
        for name, value in takes.items()
    }
    reports["S-vehicles-vehicle"] = report("S-vehicles-vehicle", "delay_ms", 17.0, 20.0)

    assert promises.rebudget("transport", reports) == ""
    promises.reconfigure("transport", reports)

    budgets = {
        each.domain: each.expectations[0].value
        for each in promises.intents
        if each.layer == "resource"
    }
    assert budgets["transport"] > 9.0
    assert sum(budgets.values()) == pytest.approx(20.0)
    assert all(budgets[name] >= value for name, value in takes.items())


def test_no_budget_is_moved_where_the_others_need_theirs() -> None:
    promises = Promises(domains())
    promises.add(sla("vehicles"))
    reports = {
        f"R-vehicles-vehicle-{name}": report(
            f"R-vehicles-vehicle-{name}", "delay_ms", value, 5.0, state="degraded"
        )
        for name, value in {"ran": 12.0, "transport": 11.0}.items()
    }

    said = promises.rebudget("transport", reports)

    assert said.startswith("the others have too little to spare")


def test_no_budget_is_moved_where_customers_miss_it_already() -> None:
    promises = Promises(domains())
    promises.add(sla("vehicles"))
    service = report("S-vehicles-vehicle", "delay_ms", 25.0, 20.0, state="degraded")

    said = promises.rebudget("transport", {"S-vehicles-vehicle": service})

    assert said == "S-vehicles-vehicle is missed itself: no budget is left to move"


def test_what_is_usual_moves_the_budgets_to_who_takes_most() -> None:
    path = [domains()[name] for name in sla("everybody").path]

    calm = budgets_of(sla("everybody"), path, Usual())
    busy = budgets_of(sla("everybody"), path, Usual(takes={"ran": {"delay_ms": 40.0}}))

    assert busy[0].by_domain["ran"] > calm[0].by_domain["ran"]
    assert sum(busy[0].by_domain.values()) == pytest.approx(60.0)
