"""The law of large deviations, against laws known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from sentio.awareness.law import family


def test_of_two_outcomes_it_is_the_binomial_law() -> None:
    law = family(np.array([0.0, 1.0]), np.array([700_000.0, 300_000.0]))

    found = law.distance(np.array([0.1, 0.3, 0.6]), np.full(3, 0.3))

    for nats, q in zip(found, (0.1, 0.3, 0.6), strict=True):
        exact = q * np.log(q / 0.3) + (1 - q) * np.log((1 - q) / 0.7)
        assert nats == pytest.approx(exact, abs=5e-4)


def test_near_the_usual_it_is_the_normal_law() -> None:
    values = np.linspace(1.0, 5.0, 40)
    weights = 1e6 * np.exp(-((values - 3.0) ** 2) / 2 / 0.5**2)

    law = family(values, weights)
    nats = law.distance(np.array([2.9]), np.array([3.0]))

    assert law.scatter == pytest.approx(0.5, rel=0.06)  # some may be spoilt by anything
    assert nats[0] == pytest.approx(0.1**2 / 2 / law.scatter**2, rel=0.05)


def test_two_bad_uses_where_bad_ones_are_rare_say_less_than_the_normal_law_would() -> None:
    values, weights = np.array([1.0, 4.3]), np.array([40_000.0, 960_000.0])

    law = family(values, weights)
    mean = 4.3 - 0.04 * 3.3
    exact = 2 * float(law.distance(np.array([1.0]), np.array([mean]))[0])

    assert exact == pytest.approx(2 * np.log(1 / 0.04), rel=0.05)
    assert exact < 0.3 * 2 * (mean - 1.0) ** 2 / 2 / (0.04 * 0.96 * 3.3**2)
