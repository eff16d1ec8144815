"""An effect is told from chance, from what befalls all, and from what would have come anyway."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.execution.verifying import FIRST_PART, LASTING, Period, effect, verdict, weighed
from sentio.model.plan import Estimate

GAP = 1.5
PERIOD_NS = 300_000_000_000


def periods(
    rng: np.random.Generator, count: int, *, n: int, mean: float, others: float = 0.0
) -> list[Period]:
    found: list[Period] = []
    for at in range(count):
        uses = rng.normal(mean + others + rng.normal(0.0, LASTING), 0.8, n)
        found.append(
            Period(
                end_ns=at * PERIOD_NS,
                n=float(n),
                mean=float(uses.mean()),
                variance=float(uses.var()),
                control_n=5000.0,
                control_mean=others,
            )
        )
    return found


@pytest.mark.parametrize(("n", "count"), [(8, 1), (20, 2), (100, 3), (1000, 4)])
def test_the_interval_holds_the_truth_as_often_as_it_says(n: int, count: int) -> None:
    rng, inside = np.random.default_rng(n), 0
    for _ in range(400):
        began = -GAP * rng.normal(1.0, FIRST_PART)  # within the first period
        before = [*periods(rng, 1, n=n, mean=began), *periods(rng, 1, n=n, mean=-GAP)]
        found = effect(before, periods(rng, count, n=n, mean=0.0, others=-0.2))
        assert found is not None
        inside += found.low <= GAP <= found.high

    assert 0.84 <= inside / 400 <= 0.97


def test_what_befalls_all_is_no_effect() -> None:
    rng = np.random.default_rng(1)
    found = effect(periods(rng, 3, n=200, mean=-GAP), periods(rng, 3, n=200, mean=-GAP, others=0.8))

    assert found is not None
    assert found.low < 0.0 < found.high
    assert verdict(found, lost=GAP, uses=600.0, is_last=True) == "no_effect"


def test_a_cure_helps_harm_harms_and_little_is_undecided_until_it_must_be_decided() -> None:
    rng = np.random.default_rng(2)
    before = periods(rng, 2, n=100, mean=-GAP)
    cured = effect(before, periods(rng, 1, n=100, mean=0.0))
    worse = effect(before, periods(rng, 2, n=100, mean=-2.5 * GAP))
    unclear = effect(before, periods(rng, 1, n=8, mean=-0.85 * GAP))

    assert verdict(cured, lost=GAP, uses=100.0, is_last=False) == "improved"
    assert verdict(worse, lost=GAP, uses=200.0, is_last=False) == "worse"
    assert verdict(unclear, lost=GAP, uses=8.0, is_last=False) == "undecided"
    assert verdict(unclear, lost=GAP, uses=8.0, is_last=True) != "undecided"


def test_a_handful_of_uses_that_agree_is_no_more_sure_than_uses_elsewhere_stray() -> None:
    few = Period(end_ns=0, n=3.0, mean=-GAP, variance=0.0, control_n=900.0, control_mean=0.0)
    after = periods(np.random.default_rng(4), 2, n=100, mean=0.0)
    plain = effect([few], after)
    wary = effect([replace(few, control_variance=0.64)], after)

    assert plain is not None
    assert wary is not None
    assert plain.mean == wary.mean
    assert wary.high - wary.low > 1.3 * (plain.high - plain.low)


def test_few_uses_after_an_action_might_have_been_spared_anyway() -> None:
    before = periods(np.random.default_rng(5), 2, n=100, mean=-GAP)
    few, many = (
        effect(before, [replace(before[0], n=n, mean=0.0, variance=0.0)]) for n in (3.0, 300.0)
    )

    assert few is not None
    assert many is not None
    assert few.high - few.low > 1.5 * (many.high - many.low)


@pytest.mark.parametrize(
    ("high", "answer", "then"),
    [
        (-0.1, "improved", "worse"),
        (-0.1, "undecided", "worse"),
        (-0.1, "no_effect", "no_effect"),
        (0.1, "improved", "improved"),
    ],
)
def test_what_hurts_most_who_use_the_target_is_worse(high: float, answer: str, then: str) -> None:
    whole = Estimate(mean=-0.5, low=-0.9, high=high)

    assert weighed(answer, whole) == then  # pyright: ignore[reportArgumentType]
    assert weighed(answer, None) == answer  # pyright: ignore[reportArgumentType]


def test_nothing_to_compare_is_no_effect_in_the_end() -> None:
    rng = np.random.default_rng(3)

    assert effect([], periods(rng, 2, n=50, mean=0.0)) is None
    assert verdict(None, lost=GAP, uses=0.0, is_last=False) == "undecided"
    assert verdict(None, lost=GAP, uses=0.0, is_last=True) == "no_effect"


@given(shift=st.floats(-2.0, 2.0), seed=st.integers(0, 1000))
def test_the_effect_moves_with_the_treated_and_against_the_control(shift: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    before, after = periods(rng, 2, n=30, mean=-GAP), periods(rng, 2, n=30, mean=0.0)
    plain = effect(before, after)
    moved = effect(
        before,
        [
            Period(
                end_ns=p.end_ns,
                n=p.n,
                mean=p.mean + shift,
                variance=p.variance,
                control_n=p.control_n,
                control_mean=p.control_mean + 0.5 * shift,
            )
            for p in after
        ],
    )

    assert plain is not None
    assert moved is not None
    assert moved.mean - plain.mean == pytest.approx(0.5 * shift, abs=1e-9)
