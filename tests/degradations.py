"""A degradation as any, of which a test changes what it is about."""

from __future__ import annotations

from dataclasses import replace

from sentio.model.degradation import Degradation

PERIOD_NS = 300_000_000_000
ANY = Degradation(
    id="D00001",
    scope={"cell": "cell-7"},
    services=("web",),
    began_ns=0,
    seen_ns=PERIOD_NS,
    uses=100,
    poor_uses=60,
    mos_usual=4.1,
    mos_seen=2.2,
    nats=40.0,
    per_day=1e-9,
)


def degradation_at(began_ns: int, number: int = 1, **given: object) -> Degradation:
    """Give one that began at a time and was told a period later."""
    return replace(
        ANY, id=f"D{number:05d}", began_ns=began_ns, seen_ns=began_ns + PERIOD_NS, **given
    )
