"""A source may send so much a second; what is over is a debt that time pays."""

from __future__ import annotations

import pytest

from sentio.api.rate import Rate
from sentio.kernel.clock import FixedClock
from sentio.kernel.errors import OverloadError

S = 1_000_000_000


def test_a_debt_is_paid_by_time():
    clock = FixedClock(0)
    rate = Rate(10, "rows", clock)
    rate.check("probe")
    rate.take("probe", 40)

    with pytest.raises(OverloadError) as caught:
        rate.check("probe")
    clock.at_ns += int(caught.value.retry_after_s * S)

    assert caught.value.retry_after_s == pytest.approx(3.1)
    rate.check("probe")


def test_what_is_not_used_does_not_pile_up():
    clock = FixedClock(0)
    rate = Rate(2, "requests", clock)
    clock.at_ns = 3600 * S

    for _ in range(2):
        rate.check("probe")
        rate.take("probe", 1)

    with pytest.raises(OverloadError):
        rate.check("probe")


def test_a_clock_that_goes_back_takes_nothing_away():
    clock = FixedClock(100 * S)
    rate = Rate(2, "requests", clock)
    rate.take("probe", 1)

    clock.at_ns = 0

    rate.check("probe")


def test_a_rate_of_zero_does_not_bound():
    rate = Rate(0, "rows", FixedClock(0))

    rate.take("probe", 10**9)

    rate.check("probe")
