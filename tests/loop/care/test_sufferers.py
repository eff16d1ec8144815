"""Who is called first: by what they went through, and by who they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sentio.loop.care.sufferers import Customer, Suffered, ranked

HOUR_NS = 3_600_000_000_000
ANY = Suffered(
    subject=7,
    uses=10,
    poor_uses=4,
    mos_mean=3.0,
    worst_mos=1.2,
    lost_min=20.0,
    first_ns=0,
    last_ns=2 * HOUR_NS,
    services=("web",),
)


def rank(suffered: Suffered = ANY, customer: Customer | None = None, *, days: int = 1) -> float:
    return ranked(suffered, customer or Customer(), usual_value=20.0, poor_days=days).rank_value


@pytest.mark.parametrize(
    ("why", "worse"),
    [
        ("lost more", rank(replace(ANY, lost_min=60.0))),
        ("on more days", rank(days=3)),
        ("worth more", rank(customer=Customer(value_per_month=80.0))),
        ("important", rank(customer=Customer(is_important=True))),
        ("new", rank(customer=Customer(tenure_months=2.0))),
        ("may leave", rank(customer=Customer(contract="Month to month"))),
        ("unhappy", rank(customer=Customer(worst_answer=3.0))),
        ("called before", rank(customer=Customer(tickets_before=2))),
    ],
)
def test_who_went_through_more_or_is_likelier_to_leave_comes_first(why: str, worse: float):
    assert worse > rank(), why


def test_four_times_the_value_counts_twice_and_an_unknown_one_as_usual():
    assert rank(customer=Customer(value_per_month=80.0)) == pytest.approx(2.0 * rank())
    assert rank(customer=Customer(value_per_month=20.0)) == pytest.approx(rank())


def test_every_reason_is_said_and_nothing_is_made_up():
    known = Customer(tenure_months=2.0, contract="prepaid", worst_answer=4.0, is_important=True)
    plain = ranked(ANY, Customer(), usual_value=0.0, poor_days=1)
    told = ranked(ANY, known, usual_value=0.0, poor_days=2)

    assert plain.reasons == (
        "4 of 10 uses poor, the worst 1.2",
        "20 experience minutes lost",
    )
    assert set(told.reasons[2:]) == {
        "poor uses on 2 of the last 7 days",
        "an important customer",
        "a customer for less than half a year",
        "may leave at any time",
        "answered 4 of 10 lately",
    }
    assert told.proneness == pytest.approx(1.1)
    assert told.suffered_min == pytest.approx(120.0)
