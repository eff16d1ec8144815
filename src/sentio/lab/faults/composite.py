"""Random faults of random combinations: one to three attributes, one impairment of any size."""

from __future__ import annotations

import numpy as np

from sentio.lab.faults.recipe import Recipe

NATURAL = {
    "app_version": "application",
    "firmware": "device",
    "server": "application",
    "app": "application",
    "edge": "edge",
    "device_model": "device",
    "cell": "ran",
    "gnb": "ran",
    "link": "transport",
    "ring": "transport",
    "router": "transport",
    "upf": "core",
    "slice": "core",
    "segment": "core",
}
"""Domain of a combination: that of its first attribute in this order, the most specific."""
PLACES = ("cell", "gnb", "link", "ring", "router")
"""One lies within the other: a scope holds one of them."""
CURED_BY = {
    "app_version": "roll_back",
    "firmware": "roll_back",
    "server": "switch",
    "link": "reroute",
    "ring": "reroute",
}
"""Whoever no longer runs a version, or comes over a server, link or ring, is out of a combination
that has it, whatever is wrong there."""
WEIGHT = (1.2, 0.8, 1.0, 1.6, 0.6, 1.6, 0.7, 1.0, 0.8, 1.2, 1.0, 1.2, 1.2, 1.2)
SIZES = (0.25, 0.5, 0.25)  # share of one, two, three attributes
IMPAIRMENTS: dict[str, tuple[dict[str, tuple[float, float]], ...]] = {
    "device": (
        {"noise_db": (9.0, 17.0), "noise_ul_db": (9.0, 17.0)},
        {"slow": (2.0, 3.2), "slow_ul": (2.0, 3.2)},
        {"fail": (0.25, 0.6)},
        {"loss": (0.03, 0.1)},
    ),
    "ran": (
        {"noise_db": (10.0, 18.0), "noise_ul_db": (10.0, 18.0)},
        {"slow": (2.0, 3.2), "slow_ul": (2.0, 3.2)},
        {"cut": (0.25, 0.6), "fail": (0.15, 0.35)},
        {"loss": (0.03, 0.1)},
    ),
    "transport": (
        {"loss": (0.03, 0.1)},
        {"delay_ms": (80.0, 260.0)},
        {"jitter_ms": (35.0, 90.0), "loss": (0.005, 0.01)},
        {"slow": (2.2, 3.2), "slow_ul": (2.2, 3.2)},
    ),
    "core": (
        {"fail": (0.25, 0.6)},
        {"loss": (0.03, 0.1)},
        {"delay_ms": (80.0, 260.0)},
        {"slow": (2.2, 3.2), "slow_ul": (2.2, 3.2)},
    ),
    "edge": (
        {"server_ms": (40.0, 120.0), "frames": (0.03, 0.1), "delay_ms": (2.0, 30.0)},
        {"loss": (0.03, 0.1)},
        {"fail": (0.25, 0.6)},
    ),
    "application": (
        {"fail": (0.25, 0.6)},
        {"server_ms": (600.0, 2000.0), "delay_ms": (20.0, 60.0)},
        {"slow": (2.4, 3.4), "slow_ul": (2.4, 3.4)},
        {"coarse": (1.6, 2.6)},
        {"loss": (0.03, 0.1)},
    ),
}


def draw_size(rng: np.random.Generator) -> int:
    """Draw how many attributes a combination has."""
    return int(rng.choice((1, 2, 3), p=SIZES))


def compose(rng: np.random.Generator, count: int) -> Recipe:
    """Draw a combination and an impairment; whether they fit, a trial must tell.

    ``count`` is how many attributes to draw: two places make one, a release brings its app.
    """
    weight = np.array(WEIGHT) / sum(WEIGHT)
    drawn = rng.choice(len(NATURAL), count, replace=False, p=weight)
    chosen = {name for at, name in enumerate(NATURAL) if at in drawn}
    for place in [name for name in PLACES if name in chosen][1:]:
        chosen.discard(place)
    for part, whole, other in (
        ("app_version", "app", "firmware"),
        ("firmware", "device_model", "app"),
    ):
        if part in chosen:
            chosen = {part, whole, *sorted(chosen - {part, whole, other})[:1]}
    chosen = sorted(chosen, key=list(NATURAL).index)
    domain = NATURAL[chosen[0]]
    options = IMPAIRMENTS[domain]
    return Recipe(
        kind="composite",
        domain=domain,
        dimensions=tuple(chosen),
        blame=chosen[0],
        impacts=options[int(rng.integers(len(options)))],
        cured_by=tuple(dict.fromkeys(CURED_BY[name] for name in chosen if name in CURED_BY)),
        minutes=(45.0, 480.0),
    )
