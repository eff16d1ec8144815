"""Whom a degradation touches is joined with what the business knows of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.loop.live_city import PACE, SLOW_FROM, one_input, read, uses

from sentio.governance.key import Key
from sentio.kernel.clock import FixedClock
from sentio.loop.impact import impact_of
from sentio.loop.live import Live
from sentio.loop.record_path import RecordPath
from sentio.store.state import StateStore
from sentio.store.state.told import Told
from sentio.store.warehouse import Warehouse

pytestmark = pytest.mark.slow
SUBJECTS = 400


def customers() -> str:
    """Everybody pays 10 a month; every fourth is important."""
    lines = ["imsi,segment,monthly_charges,tenure,important"]
    lines += [
        f"26201{i:010},consumer,10.0,12,{'yes' if i % 4 == 0 else 'no'}" for i in range(SUBJECTS)
    ]
    return "\n".join(lines) + "\n"


def test_it_tells_how_many_are_important_and_what_all_pay(tmp_path: Path) -> None:
    with (
        Warehouse(tmp_path / "city.duckdb", memory_limit_mb=256) as warehouse,
        StateStore.open(f"sqlite:///{tmp_path}/state.db") as state,
    ):
        read(warehouse, ("uses.csv", uses(0, SLOW_FROM + 12)))
        path = RecordPath(warehouse, key=Key(b"k" * 32), clock=FixedClock(2 * 10**18))
        path.run([one_input("crm.csv", customers())], source="crm")
        live = Live(warehouse, Told(state), pace=PACE)
        live.catch_up()

        [one] = live.watching.open
        impact = impact_of(warehouse, live, one, live.next_ns or 0)

    assert impact.users == len(one.subjects) > 20
    assert impact.value_per_month == pytest.approx(10.0 * impact.users)
    assert 0 < impact.important < impact.users / 2
    assert impact.by_service == {"web": impact.users}
    assert impact.forecast_subjects > impact.users
