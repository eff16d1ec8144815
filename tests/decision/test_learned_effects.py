"""Effects begin with what the catalogue believes, and move to what outcomes teach."""

from __future__ import annotations

import numpy as np
import pytest

from sentio.decision.learning import (
    Belief,
    Caution,
    Context,
    LearnedEffects,
    Lesson,
    choose,
    propensities,
)
from sentio.kernel.errors import StoreError
from sentio.model.plan import Action, Estimate, Verdict

DAY_NS = 86_400_000_000_000
SCALE, RESTART = (Action(kind=k, target="upf-1", target_kind="upf") for k in ("scale", "restart"))
BELIEFS = {
    "scale": Belief(effect=0.6, success=0.8, count=4.0),
    "restart": Belief(effect=0.3, success=0.5, count=4.0),
}


def context(symptom: str = "overload") -> Context:
    return Context(
        numbers={"loss_mos": 1.0, "probability": 0.9},
        categories={"symptom": symptom, "domain": "core", "element_kind": "upf"},
    )


def lesson(action: Action, gain: float, day: int, symptom: str = "overload") -> Lesson:
    verdict: Verdict = "improved" if gain > 0.2 else "no_effect"
    effect = Estimate(mean=gain, low=gain - 0.2, high=gain + 0.2)
    return Lesson(
        context=context(symptom), action=action, effect=effect, verdict=verdict, at_ns=day * DAY_NS
    )


def taught(days: int = 30) -> LearnedEffects:
    model = LearnedEffects(BELIEFS)
    for day in range(1, days):
        model.learn([lesson(SCALE, 0.0, day), lesson(RESTART, 0.9, day)])
    return model


def test_it_begins_with_the_catalogue() -> None:
    scale, restart = LearnedEffects(BELIEFS).predict(context(), [SCALE, RESTART])

    assert scale.effect.mean == pytest.approx(0.6, abs=0.05)
    assert (scale.success, restart.success) == (pytest.approx(0.8), pytest.approx(0.5))
    assert scale.effect.low < scale.effect.mean < scale.effect.high


def test_outcomes_turn_the_order_round() -> None:
    scale, restart = taught().predict(context(), [SCALE, RESTART])

    assert restart.effect.mean > 0.7
    assert scale.effect.mean < 0.2
    assert restart.success > 0.85
    assert scale.success < 0.3


def test_what_is_old_counts_for_less() -> None:
    model = taught()
    model.fade(3000 * DAY_NS)
    scale, _ = model.predict(context(), [SCALE, RESTART])

    assert scale.effect.mean == pytest.approx(0.6, abs=0.05)
    assert scale.success == pytest.approx(0.8, abs=0.02)


def test_it_goes_on_from_what_was_saved() -> None:
    model = taught()
    again = LearnedEffects.restored(model.saved(), BELIEFS)

    assert again.predict(context(), [SCALE, RESTART]) == model.predict(context(), [SCALE, RESTART])
    with pytest.raises(StoreError, match="columns"):
        LearnedEffects.restored({**model.saved(), "xy": np.zeros((2, 3))}, BELIEFS)


def test_a_kind_that_nobody_knew_is_met() -> None:
    other = Action(kind="pray", target="upf-1", target_kind="upf")
    [found] = LearnedEffects(BELIEFS).predict(context(), [other])

    assert found.success == pytest.approx(0.5)


def test_what_is_written_down_is_what_was_drawn_from() -> None:
    value, deviation = np.array([1.0, 0.9, 0.2]), np.array([0.1, 0.1, 0.1])
    rng = np.random.default_rng(1)
    drawn = [choose(value, deviation, rng=rng) for _ in range(4000)]
    often = np.bincount([each.index for each in drawn], minlength=3) / len(drawn)

    assert often == pytest.approx(drawn[0].propensities, abs=0.02)
    assert drawn[0].propensities.sum() == pytest.approx(1.0)
    assert drawn[0].propensities[2] == 0.0  # far below the best: never tried


def test_nothing_is_tried_in_an_emergency() -> None:
    value, deviation = np.array([1.0, 0.99]), np.array([0.5, 0.5])

    found = propensities(value, deviation, is_emergency=True, caution=Caution(least=0.1))
    assert found.tolist() == [1.0, 0.0]
