"""What a policy would bring is told from another's log, with an honest interval, or refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentio.decision.evaluation.estimators import dm, dr, ips, snips
from sentio.decision.evaluation.evaluate import evaluate, evaluate_all
from sentio.decision.evaluation.log import Log
from sentio.decision.evaluation.reward_model import Foretold, foretold
from sentio.decision.evaluation.support import support
from sentio.kernel.errors import RefusedError

ACTIONS = ("a", "b", "c")


def by_hand() -> tuple[Log, np.ndarray]:
    """Three decisions and a policy, small enough to be worked out by hand."""
    log = Log(
        x=np.ones((3, 1)),
        action=np.array([0, 1, 0]),
        propensity=np.array([0.5, 0.25, 0.5]),
        reward=np.array([2.0, 4.0, 0.0]),
        actions=ACTIONS[:2],
    )
    return log, np.array([[0.25, 0.75], [0.25, 0.75], [1.0, 0.0]])


def logged(rows: int = 2000, seed: int = 1) -> tuple[Log, np.ndarray, float]:
    """A log of three actions with linear rewards, a policy to judge, and its true value."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(rows), rng.normal(0.0, 1.0, rows)])
    gain = np.array([[1.0, 0.5], [1.5, -0.5], [0.5, 0.0]])
    mean = x @ gain.T
    chances = np.array([0.5, 0.3, 0.2])
    action = rng.choice(3, rows, p=chances)
    target = np.full((rows, 3), 0.05)
    target[np.arange(rows), np.argmax(mean, axis=1)] += 0.85
    log = Log(
        x=x,
        action=action,
        propensity=chances[action],
        reward=mean[np.arange(rows), action] + rng.normal(0.0, 0.5, rows),
        actions=ACTIONS,
        groups=(1, 1),
    )
    return log, target, float((target * mean).sum(axis=1).mean())


def test_inverse_propensity_scores_worked_out_by_hand() -> None:
    log, target = by_hand()

    # weights 0.25/0.5, 0.75/0.25, 1/0.5; times rewards 1, 12, 0
    assert ips(log, target).score.tolist() == [1.0, 12.0, 0.0]
    assert ips(log, target).estimate == pytest.approx(13 / 3)
    assert snips(log, target).estimate == pytest.approx(13 / 5.5)


def test_doubly_robust_scores_worked_out_by_hand() -> None:
    log, target = by_hand()
    table = np.array([[1.0, 3.0], [1.0, 3.0], [1.0, 3.0]])
    model = Foretold(whole=foretold(log).whole, table=table, crossed=table)

    # model: .25+2.25, .25+2.25, 1; mended by weight * (reward - model): .5*1, 3*1, 2*-1
    assert dr(log, target, model).score.tolist() == pytest.approx([3.0, 5.5, -1.0])


def test_where_the_model_is_exact_doubly_robust_is_the_direct_method() -> None:
    log, target = by_hand()
    exact = np.array([[2.0, 9.0], [9.0, 4.0], [0.0, 9.0]])
    model = Foretold(whole=foretold(log).whole, table=exact, crossed=exact)

    assert dr(log, target, model).estimate == pytest.approx(dm(log, target, model).estimate)


@given(shift=st.floats(-50.0, 50.0), seed=st.integers(0, 50))
def test_self_normalised_scores_do_not_care_where_zero_is(shift: float, seed: int) -> None:
    log, target, _ = logged(200, seed)
    moved = replace(log, reward=log.reward + shift)

    plain, shifted = snips(log, target).estimate, snips(moved, target).estimate
    assert shifted - shift == pytest.approx(plain, abs=1e-8)


def test_inverse_propensity_is_right_on_average() -> None:
    found = [(ips(log, target).estimate, value) for log, target, value in map(_seeded, range(60))]
    off = np.array([estimate - value for estimate, value in found])

    assert abs(off.mean()) < 3.0 * off.std() / np.sqrt(len(off))


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    inside = 0
    for seed in range(80):
        log, target, value = logged(400, seed)
        told = evaluate(log, target).told
        inside += told.low <= value <= told.high

    assert 0.82 <= inside / 80 <= 0.98


def test_doubly_robust_is_calmer_than_weights_alone() -> None:
    log, target, value = logged()
    found = evaluate_all(log, target)

    assert found["dr"].told.high - found["dr"].told.low < 0.7 * (
        found["ips"].told.high - found["ips"].told.low
    )
    assert found["dr"].told.mean == pytest.approx(value, rel=0.05)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"propensity": np.full(2000, np.nan)}, "propensities are missing"),
        ({"propensity": np.zeros(2000)}, "not above 0"),
        ({"propensity": np.full(2000, 0.9)}, "mean weight"),
        ({"reward": np.full(2000, np.nan)}, "rewards are missing"),
        ({"action": np.zeros(2000, dtype=np.int64)}, "the log never does"),
    ],
)
def test_a_log_that_cannot_tell_is_refused(broken: dict[str, np.ndarray], said: str) -> None:
    log, target, _ = logged()
    found = evaluate(replace(log, **broken), target)

    assert found.value is None
    with pytest.raises(RefusedError, match=said):
        _ = found.told


def test_few_decisions_that_weigh_everything_are_too_few() -> None:
    log, target, _ = logged(60)
    rare = replace(log, propensity=np.where(log.action == 2, 0.001, log.propensity))

    assert not support(rare, target).is_enough
    assert "effective sample size" in " ".join(support(log.of(range(30)), target[:30]).reasons)


def _seeded(seed: int) -> tuple[Log, np.ndarray, float]:
    return logged(300, seed)
