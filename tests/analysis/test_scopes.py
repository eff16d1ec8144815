"""The scope of a decline is found among combinations of attributes, or the whole sample is."""

from __future__ import annotations

import numpy as np
import pytest

from sentio.analysis.scopes import find_scope

ROWS = 2400


def law(uses: np.ndarray, fall: np.ndarray) -> np.ndarray:
    """The normal law, for uses whose falls have the standard deviation 1."""
    return uses * fall**2 / 2.0


def sample(seed: int) -> tuple[dict, np.ndarray]:
    rng = np.random.default_rng(seed)
    sizes = {"cell": 40, "app": 8, "device_model": 12, "segment": 3}
    attributes = {
        name: (rng.integers(0, size, ROWS), [f"{name}-{i}" for i in range(size)])
        for name, size in sizes.items()
    }
    return attributes, rng.normal(0.0, 1.0, ROWS)


@pytest.mark.parametrize(
    "scope",
    [
        {"cell": "cell-7"},
        {"app": "app-3", "device_model": "device_model-5"},
        {"app": "app-1", "device_model": "device_model-2", "segment": "segment-0"},
        {},
    ],
)
def test_just_the_attributes_that_matter_are_named(scope: dict[str, str]) -> None:
    attributes, fall = sample(len(scope))
    inside = np.ones(ROWS, dtype=bool)
    for name, member in scope.items():
        codes, members = attributes[name]
        inside &= codes == members.index(member)
    fall[inside] += 2.0 if scope else 0.5

    found = find_scope(attributes, fall, law=law)

    assert found is not None
    assert dict(found.scope) == scope
    assert found.uses == inside.sum()


def test_noise_alone_gives_no_evidence_to_speak_of() -> None:
    nats = []
    for seed in range(12):
        found = find_scope(*sample(100 + seed), law=law)
        nats.append(found.nats if found else 0.0)

    assert max(nats) < 8.0


def test_a_sample_that_gained_has_no_scope() -> None:
    attributes, fall = sample(3)

    assert find_scope(attributes, fall - 5.0, law=law) is None
