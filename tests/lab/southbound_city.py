"""A small lab whose southbound interfaces are open on a loopback port, and what tests ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import numpy as np

from sentio.lab.faults.effect import Effect
from sentio.lab.live.lab import Lab
from sentio.lab.live.mishaps import Mishaps
from sentio.lab.live.sending import Sent
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.simulation import MONDAY_NS, Operator, Scale
from sentio.lab.southbound.mischief import Mischief
from sentio.lab.southbound.server import southbound
from sentio.lab.stream.writers import Wires

NOON_NS = MONDAY_NS + 144 * PERIOD_NS


class Nowhere:
    """Takes parcels and forgets them."""

    sent = Sent()

    def send(self, parcels: object) -> None:
        pass


@dataclass
class South:
    """The lab, a client at its southbound address, and its mischief."""

    lab: Lab
    http: httpx.Client
    mischief: Mischief

    def effects(self) -> list[tuple[Effect, float]]:
        """What changes do from now on."""
        return self.lab.operator.effects_at(self.lab.operator.now_ns)[1]

    def quantities(self) -> list[str]:
        """Quantities that changes touch from now on."""
        return [effect.quantity for effect, _ in self.effects()]

    def step(self, periods: int = 1) -> None:
        """Let periods pass."""
        for _ in range(periods):
            self.lab._step()

    def ledger(self, order: str) -> list[dict[str, object]]:
        """What the ledger has of an order."""
        rows = self.http.get("/southbound/ledger").json()["orders"]
        return [each for each in rows if each["order"] == order]


@contextmanager
def opened(*, token: str = "", subject_of=str) -> Iterator[South]:
    """Open a lab."""
    operator = Operator(Scale(cells=24, users=400, things=50), seed=3, start_ns=NOON_NS)
    mishaps = Mishaps(a_day=0.0, rng=np.random.default_rng(5), next_ns=0)
    lab = Lab(operator, Wires(operator, seed=1), Nowhere(), mishaps=mishaps)
    mischief = Mischief()
    where = southbound(lab, port=0, token=token, mischief=mischief, subject_of=subject_of)
    with where as url, httpx.Client(base_url=url, trust_env=False, timeout=5.0) as http:
        yield South(lab, http, mischief)
