"""Sessions of better quality are felt: those who get one fare better while it lasts, nobody else.

Two cities that are the same but for the sessions are compared use by use, as a Sentio reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from tests.lab.wires_store import read

from sentio.cli.subscribers import subjects_by_pseudonym
from sentio.execution.catalogue import CONTROLLERS
from sentio.execution.controller import Order
from sentio.execution.peer import Peer
from sentio.governance.key import Key
from sentio.lab.live.lab import Lab
from sentio.lab.live.mishaps import Mishaps
from sentio.lab.live.sending import Sent
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.simulation import MONDAY_NS, Operator, Scale
from sentio.lab.southbound.server import southbound
from sentio.lab.stream.names import known_as
from sentio.lab.stream.parcels import Parcel
from sentio.lab.stream.writers import Wires
from sentio.model.plan import Action
from sentio.store.warehouse import Warehouse
from sentio.testing.controller import trial_order

KEY = Key(b"k" * 32)  # that of `tests.lab.wires_store`
SCALE = Scale(cells=24, users=3000, things=50)
BEGIN_NS = MONDAY_NS + 144 * PERIOD_NS
FULL = "cell-0007"
QUALITY = CONTROLLERS["camara_qod"]
BEFORE, WITHIN, AFTER = 2, 4, 2  # periods
Fared = dict[tuple[int, int], float]
"""MOS by subject and moment of a use."""


@dataclass
class Kept:
    """Takes parcels and keeps them."""

    parcels: list[Parcel] = field(default_factory=list)
    sent: Sent = field(default_factory=Sent)

    def send(self, parcels: Iterator[Parcel]) -> None:
        self.parcels += parcels


@dataclass
class City:
    """A lab, whose network is reached at ``peer``, and the store that reads what it sends."""

    lab: Lab
    wires: Wires
    peer: Peer
    warehouse: Warehouse

    def live(self, periods: int) -> None:
        parcels = [
            parcel for _ in range(periods) for parcel in self.wires.write(self.lab._step())
        ]
        read(self.warehouse, parcels, now_ns=self.lab.operator.now_ns)

    def at_full_cell(self) -> list[int]:
        rows = self.warehouse.con.execute(
            "SELECT DISTINCT subject FROM experience_web WHERE cell = ? ORDER BY 1", [FULL]
        )
        return [int(subject) for (subject,) in rows.fetchall()]

    def fared(self, since_ns: int, until_ns: int) -> Fared:
        rows = self.warehouse.con.execute(
            "SELECT subject, ts, mos FROM experience_web WHERE cell = ? AND ts >= ? AND ts < ?",
            [FULL, since_ns, until_ns],
        )
        return {(int(who), int(ts)): float(mos) for who, ts, mos in rows.fetchall()}


@contextmanager
def city(folder: Path) -> Iterator[City]:
    """Open a city with a cell that is full."""
    operator = Operator(SCALE, seed=3, start_ns=BEGIN_NS)
    operator.break_now("congestion", FULL, severity=1.0, minutes=120)
    mishaps = Mishaps(a_day=0.0, rng=np.random.default_rng(5), next_ns=0)
    wires = Wires(operator, seed=1, dirt=0.0)
    lab = Lab(operator, wires, Kept(), mishaps=mishaps)
    subject_of = subjects_by_pseudonym(known_as(SCALE.subjects), lambda: KEY)
    folder.mkdir()
    with (
        southbound(lab, port=0, subject_of=subject_of) as url,
        Warehouse(folder / "store.db", memory_limit_mb=256) as warehouse,
    ):
        yield City(lab, wires, Peer(url), warehouse)


def order_for(subjects: list[int], now_ns: int) -> Order:
    trial = trial_order(Action(kind="qos_session", target=FULL, target_kind="cell"))
    names = tuple(str(each) for each in subjects)
    until_ns = now_ns + WITHIN * PERIOD_NS
    return replace(trial, subjects=names, made_ns=now_ns, until_ns=until_ns)


@pytest.mark.slow
def test_whoever_has_a_session_fares_better_while_it_lasts_and_nobody_else(tmp_path: Path):
    began_ns, ended_ns = BEGIN_NS + BEFORE * PERIOD_NS, BEGIN_NS + (BEFORE + WITHIN) * PERIOD_NS
    with city(tmp_path / "with") as treated, city(tmp_path / "without") as other:
        for each in (treated, other):
            each.live(BEFORE)
        chosen = treated.at_full_cell()[::2]
        diff = QUALITY.plan(order_for(chosen, began_ns), treated.peer)
        handles = QUALITY.apply(diff, treated.peer)
        for each in (treated, other):
            each.live(WITHIN + AFTER)
        stands = QUALITY.verify(diff, treated.peer).state
        ledger = treated.peer.ask("GET", "/southbound/ledger").body["orders"]
        spans = ((began_ns, ended_ns), (ended_ns, treated.lab.operator.now_ns))
        (within, within_other), (after, after_other) = (
            (treated.fared(*span), other.fared(*span)) for span in spans
        )

    gain = {key: mos - within_other[key] for key, mos in within.items()}
    favoured = [gained for (who, _), gained in gain.items() if who in chosen]
    assert len(handles) == len(chosen) > 3
    assert len(favoured) > 5
    assert min(favoured) >= 0.0
    assert np.mean(favoured) > 0.3
    assert not any(gained for (who, _), gained in gain.items() if who not in chosen)
    assert (stands, after) == ("absent", after_other)
    assert {each["element"] for each in ledger} == {str(who) for who in chosen}
