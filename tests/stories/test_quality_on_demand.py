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
    full: str  # the cell

    def live(self, periods: int) -> None:
        parcels = [each for _ in range(periods) for each in self.wires.write(self.lab._step())]
        read(self.warehouse, parcels, now_ns=self.lab.operator.now_ns)

    def fared(self, since_ns: int, until_ns: int) -> Fared:
        rows = self.warehouse.con.execute(
            "SELECT subject, ts, mos FROM experience_web WHERE cell = ? AND ts >= ? AND ts < ?",
            [self.full, since_ns, until_ns],
        )
        return {(int(who), int(ts)): float(mos) for who, ts, mos in rows.fetchall()}


@contextmanager
def city(folder: Path) -> Iterator[City]:
    """Open a city with a cell that is full."""
    operator = Operator(SCALE, seed=3, start_ns=BEGIN_NS)
    full = operator.break_where_felt("congestion", severity=1.0, minutes=120).element
    mishaps = Mishaps(a_day=0.0, rng=np.random.default_rng(5), next_ns=0)
    wires = Wires(operator, seed=1, dirt=0.0)
    lab = Lab(operator, wires, Kept(), mishaps=mishaps)
    subject_of = subjects_by_pseudonym(known_as(SCALE.subjects), lambda: KEY)
    folder.mkdir()
    with (
        southbound(lab, port=0, subject_of=subject_of) as url,
        Warehouse(folder / "store.db", memory_limit_mb=256) as warehouse,
    ):
        yield City(lab, wires, Peer(url), warehouse, full)


def order_for(subjects: list[int], cell: str, now_ns: int) -> Order:
    trial = trial_order(Action(kind="qos_session", target=cell, target_kind="cell"))
    names = tuple(str(each) for each in subjects)
    until_ns = now_ns + WITHIN * PERIOD_NS
    return replace(trial, subjects=names, made_ns=now_ns, until_ns=until_ns)


@pytest.mark.slow
def test_whoever_has_a_session_fares_better_while_it_lasts_and_nobody_else(tmp_path: Path):
    began_ns, ended_ns = BEGIN_NS + BEFORE * PERIOD_NS, BEGIN_NS + (BEFORE + WITHIN) * PERIOD_NS
    with city(tmp_path / "without") as other:
        other.live(BEFORE + WITHIN + AFTER)
        over_ns = other.lab.operator.now_ns
        without, without_after = other.fared(began_ns, ended_ns), other.fared(ended_ns, over_ns)
    chosen = sorted({who for who, _ in without})[::2]

    with city(tmp_path / "with") as treated:
        treated.live(BEFORE)
        diff = QUALITY.plan(order_for(chosen, treated.full, began_ns), treated.peer)
        handles = QUALITY.apply(diff, treated.peer)
        treated.live(WITHIN + AFTER)
        ended = QUALITY.verify(diff, treated.peer).state
        ledger = treated.peer.ask("GET", "/southbound/ledger").body["orders"]
        within, after = treated.fared(began_ns, ended_ns), treated.fared(ended_ns, over_ns)

    assert within.keys() == without.keys()
    gain = {key: mos - without[key] for key, mos in within.items()}
    favoured = [gained for (who, _), gained in gain.items() if who in chosen]
    assert len(handles) == len(chosen) > 5
    assert min(favoured) >= 0.0
    assert np.mean(favoured) > 0.5
    assert not any(gained for (who, _), gained in gain.items() if who not in chosen)
    assert (ended, after) == ("absent", without_after)
    assert {each["element"] for each in ledger} == {str(who) for who in chosen}
