"""One fault is one degradation, however many parts of it are noticed first."""

from __future__ import annotations

import json
from copy import deepcopy

import numpy as np
import pyarrow as pa
import pytest

from sentio.analysis.scopes import find_scope
from sentio.awareness.budget import Budget
from sentio.awareness.ring import LOSSES, Ring
from sentio.awareness.totals import totals_of_uses
from sentio.awareness.watch import Watch
from sentio.loop.kept import kept, restored
from sentio.loop.sight import Odd
from sentio.loop.watching import Watching
from sentio.loop.widening import looser_scope
from sentio.model.topology import Derived, Topology

PERIOD_NS = 300_000_000_000
START_NS = 1_732_147_200_000_000_000
USES, SUBJECTS, CELLS = 900, 4000, 12
OF_UPF = {"upf-0": "ims-0", "upf-1": "ims-0", "upf-2": "ims-1", "upf-3": "ims-1"}
SIZES = {"app": 4, "cell": CELLS, "upf": 4, "segment": 3}


class Village:
    """Uses of one service by four apps, watched from the first period on."""

    def __init__(self) -> None:
        derived = {"ims": Derived(kind="ims", below="upf", of=OF_UPF)}
        self.topology = Topology(derived=derived)
        self.rng = np.random.default_rng(4)
        self.ring = Ring(periods=40, known_above=("subject", "ims"))
        self.budget = Budget(share=1.0)
        watch = Watch(period_ns=PERIOD_NS, topology=self.topology)
        self.watching = Watching(watch, self.ring, budget=self.budget)
        self.period = 0

    def turn(
        self, *, learn: bool, worst: str = "", also: dict[str, str] | None = None, **hit: str
    ) -> None:
        """Let a period pass; the uses that ``hit`` names fall, and most those of one segment.

        Those that ``also`` names fall by as much again.
        """
        start_ns = START_NS + self.period * PERIOD_NS
        uses = self._drawn(start_ns, (hit, also or {}), worst)
        self.budget.earn(uses.nbytes)
        self.ring.keep(start_ns, start_ns + PERIOD_NS, [uses], bulk_bytes=uses.nbytes)
        totals = totals_of_uses({"web": uses})
        step = self.watching.learn if learn else self.watching.see
        step(totals.rows, totals.bins, uses, start_ns=start_ns)
        self.period += 1

    def _drawn(
        self, start_ns: int, hits: tuple[dict[str, str], dict[str, str]], worst: str
    ) -> pa.Table:
        codes = {name: self.rng.integers(0, size, USES) for name, size in SIZES.items()}
        names = {
            name: pa.array([f"{name}-{code}" for code in of]).dictionary_encode()
            for name, of in codes.items()
        }
        names["ims"] = pa.array([OF_UPF[f"upf-{code}"] for code in codes["upf"]])
        is_worst = np.array(names["segment"].to_pylist()) == worst
        lost = np.where(is_worst, 1.8, 0.8) if worst else 1.0
        mos = self.rng.normal(4.1, 0.4, USES)
        for hit in filter(None, hits):
            inside = [np.array(names[name].to_pylist()) == member for name, member in hit.items()]
            mos -= np.logical_and.reduce(inside) * lost
        return pa.table(
            {
                "ts": np.sort(start_ns + self.rng.integers(0, PERIOD_NS, USES)),
                "subject": self.rng.integers(0, SUBJECTS, USES),
                "service": pa.array(["web"] * USES).dictionary_encode(),
                **{
                    name: column.cast(pa.dictionary(pa.int32(), pa.string()))
                    if pa.types.is_dictionary(column.type)
                    else column.dictionary_encode()
                    for name, column in names.items()
                },
                "mos": np.clip(mos, 1.0, 5.0),
                **{name: np.zeros(USES) for name in LOSSES},
            }
        )


@pytest.fixture(scope="module")
def learned() -> Village:
    village = Village()
    for _ in range(330):
        village.turn(learn=True)
    return village


@pytest.fixture
def village(learned: Village) -> Village:
    return deepcopy(learned)


@pytest.mark.parametrize(
    ("hit", "worst"),
    [
        ({"app": "app-1", "ims": "ims-1"}, ""),
        ({"app": "app-1", "ims": "ims-1"}, "segment-0"),
        ({"app": "app-2", "upf": "upf-3"}, "segment-1"),
        ({"app": "app-1", "segment": "segment-2", "upf": "upf-0"}, ""),
    ],
)
def test_a_fault_is_told_once_and_whole(village: Village, hit: dict[str, str], worst: str) -> None:
    told = {}
    for _ in range(16):
        village.turn(learn=False, worst=worst, **hit)
        told |= {one.told.id: one for one in village.watching.open}

    assert [dict(one.told.scope) for one in told.values()] == [hit]
    touched = next(iter(told.values())).felt.count
    expected = 16 * USES * np.prod([1.0 / SIZES.get(name, 2) for name in hit])
    assert touched == pytest.approx(expected, rel=0.25)


def test_a_fault_within_a_wider_one_is_told_as_well(village: Village) -> None:
    wide, narrow, told = {"segment": "segment-1"}, {"app": "app-2", "segment": "segment-1"}, {}
    for period in range(40):
        hit = wide if period < 36 else {}
        village.turn(learn=False, also=narrow if 12 <= period < 26 else None, **hit)
        told |= {one.told.id: one for one in village.watching.open}

    assert [dict(one.told.scope) for one in told.values()] == [wide, narrow]
    (_, until), (since, ended) = [
        [(at - START_NS) / PERIOD_NS - 330 for at in (one.told.began_ns, one.told.ended_ns)]
        for one in told.values()
    ]
    assert (since, ended, until) == pytest.approx((12, 26, 36), abs=1)
    around, within = told.values()
    assert within.within == around.told.id
    assert within.felt.count == pytest.approx(14 * USES / 3 / SIZES["app"], rel=0.3)


def test_where_two_faults_meet_there_is_no_third(village: Village) -> None:
    one, other, told = {"segment": "segment-1"}, {"app": "app-2"}, {}
    for period in range(30):
        village.turn(learn=False, also=other if period >= 10 else None, **one)
        told |= {each.told.id: each for each in village.watching.open}

    assert [dict(each.told.scope) for each in told.values()] == [one, other]


def test_what_began_well_before_a_wider_fault_stays_its_own(village: Village) -> None:
    wide, narrow, told = {"segment": "segment-1"}, {"app": "app-2", "segment": "segment-1"}, {}
    for period in range(30):
        village.turn(learn=False, also=narrow, **(wide if 12 <= period < 20 else {}))
        told |= {one.told.id: one for one in village.watching.open}

    assert [dict(one.told.scope) for one in told.values()] == [narrow, wide]
    (since, still), (later, ended) = [
        [at and (at - START_NS) / PERIOD_NS - 330 for at in (one.told.began_ns, one.told.ended_ns)]
        for one in told.values()
    ]
    assert still is None
    assert (since, later, ended) == pytest.approx((0, 12, 20), abs=1)


def test_what_a_fault_hits_hardest_is_no_fault_of_its_own(village: Village) -> None:
    hit, told = {"app": "app-0"}, {}
    for _ in range(30):
        village.turn(learn=False, worst="segment-2", **hit)
        told |= {one.told.id: one for one in village.watching.open}

    assert [dict(one.told.scope) for one in told.values()] == [hit]


def test_what_has_ended_is_told_to_its_end_and_not_again(village: Village) -> None:
    hit, told = {"segment": "segment-1"}, {}
    for period in range(40):
        village.turn(learn=False, **(hit if period < 10 else {}))
        told |= {one.told.id: one for one in village.watching.open}

    assert [dict(one.told.scope) for one in told.values()] == [hit]
    assert next(iter(told.values())).told.ended_ns is not None
    again = restored(village.watching.watch, village.ring, *json_copy(kept(village.watching)))
    assert [dict(scope) for scope, _, _ in again.known.past] == [hit]


def json_copy(state: tuple[dict, dict]) -> tuple[dict, dict]:
    arrays, more = state
    return arrays, json.loads(json.dumps(more))


@pytest.mark.parametrize(
    ("hit", "wider"),
    [
        ({"app": "app-1", "ims": "ims-1"}, {"app": "app-1", "ims": "ims-1"}),
        ({"app": "app-1"}, {"app": "app-1"}),
        ({"app": "app-1", "upf": "upf-2"}, None),
    ],
)
def test_of_a_part_the_whole_is_found(
    village: Village, hit: dict[str, str], wider: dict[str, str] | None
) -> None:
    part = {"app": "app-1", "upf": "upf-2"}
    for _ in range(6):
        village.turn(learn=True, **hit)
    sight, end_ns = village.watching.sight, START_NS + village.period * PERIOD_NS
    rows = sight.fetch(part, end_ns - 4 * PERIOD_NS, end_ns, 1000)
    assert rows is not None
    found = find_scope({}, rows.fall, law=sight.watch.law)
    assert found is not None
    odd = Odd(scope=part, nats=50.0, window=1, periods=4, uses=len(rows.mos), believed_from=15.0)

    assert looser_scope(sight, found, odd, rows, end_ns, sight.fetch) == wider
