"""A city in which only data go wrong: each fault is told as one of the data, none as another."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.lab.wires_store import read

from sentio.lab.live.slices import joined
from sentio.lab.simulation import Fault, Operator, Plan, Scale
from sentio.lab.stream.writers import Wires
from sentio.loop.diagnosing import diagnoser
from sentio.loop.live import SECOND_NS, Live, Pace
from sentio.store.state import StateStore
from sentio.store.state.told import Told
from sentio.store.warehouse import Warehouse

pytestmark = pytest.mark.slow
PERIOD_NS = 300 * SECOND_NS
PACE = Pace(period_ns=PERIOD_NS, grace_ns=0, learn_days=1.0)
A_DAY, AN_HOUR = 288, 12
KINDS = {
    "probe_drops": {"fewer", "silent"},
    "duplicate_batch": {"duplicates"},
    "clock_skew": {"skewed"},
    "stuck_counter": {"constant"},
    "wrong_units": {"factor"},
}
"""Decoys of the lab that are faults of the data, and what they are told as."""


def lived(folder: Path) -> tuple[Told, tuple[Fault, ...]]:
    """Learn a day, then watch a day with every decoy; both are read by the hour."""
    plan = Plan(decoys=15, days=2.0, calm_days=1.0)
    operator = Operator(Scale(cells=24, users=4000, things=800), seed=3, plan=plan)
    wires, told = (
        Wires(operator, seed=3, dirt=0.0),
        Told(StateStore.open(f"sqlite:///{folder}/s.db")),
    )
    with Warehouse(folder / "city.duckdb", memory_limit_mb=256) as warehouse:
        read(warehouse, wires.opening(), now_ns=operator.now_ns)
        live = Live(warehouse, told, pace=PACE)
        live.explain = diagnoser(warehouse, live)
        for _ in range(2 * A_DAY // AN_HOUR):
            hour = [each for period in operator.run(AN_HOUR) for each in wires.write(period)]
            read(warehouse, joined(hour), now_ns=operator.now_ns)
            live.catch_up()
    return told, operator.truth


def test_every_fault_of_the_data_is_told_and_the_network_is_not_blamed_for_it(tmp_path):
    told, truth = lived(tmp_path)
    faults = told.data_faults(limit=1000)
    spoilt = [each for each in truth if each.kind in KINDS]

    def is_told(each: Fault) -> bool:
        return any(
            one.what in KINDS[each.kind]
            and one.place in ("", each.element)
            and each.start_ns < one.seen_ns < each.end_ns + 3 * PERIOD_NS
            for one in faults
        )

    assert {each.kind for each in spoilt} == set(KINDS)
    assert [each.kind for each in spoilt if not is_told(each)] == []
    blamed = [made.cause for _, made in told.diagnoses(limit=1000) if made.cause is not None]
    assert not {cause.element for cause in blamed} & {each.element for each in spoilt}
