"""Uses within an open degradation are held against each other."""

from __future__ import annotations

import numpy as np
import pytest
from tests.degradations import degradation_at

from sentio.loop.looking import Following
from sentio.loop.nested import ENOUGH_USES, SETTLED_PERIODS, UNEVEN, levelled


def following(levels: dict[str, list[float]], *, periods: int = SETTLED_PERIODS) -> Following:
    told = degradation_at(0, scope={"cell": "a"})
    return Following(told=told, place=told.scope, fall=1.0, periods=periods, levels=levels)


def level(mean: float, spread: float, uses: float = ENOUGH_USES) -> list[float]:
    return [uses, uses * mean, uses * (mean**2 + spread**2)]


SERVICE = (np.array([0, 0, 1, 1]), ["web", "voice"])
FALL = np.array([2.0, 6.0, 1.0, 1.0])
INSIDE = np.array([True, True, True, False])


def test_each_service_has_its_own_level_and_what_lies_outside_has_none() -> None:
    one = following({"web": level(2.0, 2.0), "voice": level(0.5, 0.1)})

    found = levelled(FALL, SERVICE, [(one, INSIDE)])

    # a spread of less than that of a healthy use is taken for that
    assert found == pytest.approx([-UNEVEN, 2.0 - UNEVEN, 0.5 - UNEVEN, 1.0])


@pytest.mark.parametrize(
    "one",
    [
        following({"web": level(2.0, 2.0, uses=ENOUGH_USES - 1)}),
        following({"web": level(2.0, 2.0)}, periods=SETTLED_PERIODS - 1),
        following({}),
    ],
    ids=["few uses", "young", "none"],
)
def test_where_no_level_is_known_uses_are_left_out(one: Following) -> None:
    found = levelled(FALL, SERVICE, [(one, INSIDE)])

    assert np.isnan(found[:3]).all()
    assert found[3] == 1.0


def test_of_two_that_hold_a_use_the_later_counts() -> None:
    early, late = following({"web": level(2.0, 1.0)}), following({"web": level(5.0, 1.0)})
    inside = np.array([False, True, False, False])

    found = levelled(FALL, SERVICE, [(early, INSIDE), (late, inside)])

    assert found[:2] == pytest.approx([-UNEVEN, 1.0 - UNEVEN])
