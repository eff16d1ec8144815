"""What is usual of a count is drawn through its hours, and what all share is divided out."""

from __future__ import annotations

import numpy as np

from sentio.awareness.volumes import HOUR_NS, Volumes

PERIOD_NS, PLACES, DAYS = 300_000_000_000, 60, 3
GROUP = np.zeros(PLACES, dtype=np.int64)


def rate(middle_ns: int) -> float:
    """Give the uses of a place: few by night, many by day."""
    return 6.0 - 5.0 * np.cos(2.0 * np.pi * middle_ns / (24 * HOUR_NS))


def watched(factor: float, *, silent: int = -1) -> Volumes:
    volumes, rng = Volumes(), np.random.default_rng(2)
    for period in range(288 * DAYS + 132):
        middle_ns = period * PERIOD_NS + PERIOD_NS // 2
        is_late = period >= 288 * DAYS + 120
        counts = rng.poisson(rate(middle_ns) * (factor if is_late else 1.0), PLACES).astype(float)
        if is_late and silent >= 0:
            counts[silent] = 0.0
        volumes.see(counts, middle_ns, group=GROUP)
    return volumes


def test_a_place_without_uses_is_surely_missing_some():
    judged = watched(1.0, silent=17).judged(12, GROUP)

    assert (np.flatnonzero(judged.nats > 14.0)).tolist() == [17]
    assert judged.seen[17] == 0.0


def test_what_all_places_share_is_missing_nowhere():
    judged = watched(0.4).judged(12, GROUP)

    assert judged.nats.max() < 14.0
    assert abs(judged.expected.sum() / judged.usual.sum() - 0.4) < 0.05


def test_the_hours_are_joined_without_steps():
    volumes = watched(1.0)
    morning = [288 * DAYS * PERIOD_NS + 6 * HOUR_NS + k * PERIOD_NS for k in range(36)]
    usual = np.array([volumes.usual(each).mean() for each in morning])

    assert np.abs(np.diff(usual)).max() < 0.3
    assert np.abs(usual - [rate(each) for each in morning]).max() < 0.6
