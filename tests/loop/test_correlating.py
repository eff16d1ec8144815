"""Tickets of those who felt it, and alarms of what hangs on the cause, are told with it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.degradations import degradation_at
from tests.loop.live_city import PACE, PERIOD_NS, SLOW_FROM, START_NS, one_input, read, uses

from sentio.governance.key import Key
from sentio.kernel.clock import FixedClock
from sentio.loop.correlating import alarms_below, complaints_of
from sentio.loop.diagnosing import diagnoser
from sentio.loop.live import Live
from sentio.loop.record_path import RecordPath
from sentio.model.diagnosis import Hypothesis
from sentio.model.topology import Topology
from sentio.store.state import StateStore
from sentio.store.state.told import Told
from sentio.store.warehouse import Warehouse

pytestmark = pytest.mark.slow
SUBJECTS, TOLD_IN = 400, SLOW_FROM + 6


def tickets() -> str:
    """Everybody opens a ticket while a cell is slow, and a tenth did the day before."""
    lines = ["ticket_id,imsi,created_at,category,status"]
    for i in range(SUBJECTS):
        for number, period in ((i, TOLD_IN), (1000 + i, i % 150)):
            if number < SUBJECTS or i % 10 == 0:
                at = datetime.fromtimestamp((START_NS + period * PERIOD_NS) / 1e9, UTC)
                lines.append(f"T{number},26201{i:010},{at:%Y-%m-%dT%H:%M:%SZ},slow internet,open")
    return "\n".join(lines) + "\n"


def test_tickets_of_those_who_felt_it_are_counted_and_said(tmp_path: Path) -> None:
    with (
        Warehouse(tmp_path / "city.duckdb", memory_limit_mb=256) as warehouse,
        StateStore.open(f"sqlite:///{tmp_path}/state.db") as state,
    ):
        read(warehouse, ("uses.csv", uses(0, SLOW_FROM + 12)))
        path = RecordPath(warehouse, key=Key(b"k" * 32), clock=FixedClock(2 * 10**18))
        path.run([one_input("tickets.csv", tickets())], source="desk")
        live = Live(warehouse, Told(state), pace=PACE)
        live.catch_up()
        [one] = live.watching.open
        diagnosis = diagnoser(warehouse, live)(one, live.next_ns or 0)
        nobody = complaints_of(warehouse.con.cursor(), one.told, [], live.next_ns or 0)

    assert diagnosis is not None
    assert diagnosis.complaints.tickets == len(one.subjects) > 20
    assert 0.0 < diagnosis.complaints.usual < diagnosis.complaints.tickets / 5
    assert diagnosis.complaints.by_title == {"slow internet": len(one.subjects)}
    assert f"with {len(one.subjects)} tickets since" in diagnosis.sentence
    assert nobody.tickets == 0


def test_alarms_of_what_hangs_on_the_cause_are_told(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "city.duckdb", memory_limit_mb=256) as warehouse:
        con = warehouse.con.cursor()
        con.execute(
            "CREATE TABLE event (ts BIGINT, end_ts BIGINT, event_kind VARCHAR, element VARCHAR, "
            "severity VARCHAR, title VARCHAR)"
        )
        for element, kind, at in (
            ("cell-1", "alarm", 5),
            ("cell-2", "alarm", -90),
            ("cell-9", "alarm", 5),
            ("cell-1", "change", 5),
        ):
            con.execute(
                "INSERT INTO event VALUES (?, NULL, ?, ?, 'major', 'radio lost')",
                [START_NS + at * 60 * 10**9, kind, element],
            )
        parent = {"cell-1": "gnb-1", "cell-2": "gnb-1", "gnb-1": "link-1", "cell-9": "gnb-9"}
        topology = Topology(parent=parent)
        cause = Hypothesis(
            element="link-1",
            element_kind="link",
            domain="transport",
            scope={"link": "link-1"},
            probability=0.9,
        )
        told = degradation_at(START_NS, scope={"link": "link-1"})
        now_ns = START_NS + 20 * 60 * 10**9

        assert alarms_below(con, cause, topology, told, now_ns) == ("alarm on cell-1: radio lost",)
        assert alarms_below(con, None, topology, told, now_ns) == ()
