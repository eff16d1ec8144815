"""The loop over a store tells faults of the data, and does not blame the network for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.loop.live_city import PACE, PERIOD_NS, START_NS, one_input

from sentio.governance.key import Key
from sentio.kernel.clock import FixedClock
from sentio.loop.change import Change
from sentio.loop.diagnosing import diagnoser
from sentio.loop.live import Live
from sentio.loop.record_path import RecordPath
from sentio.model.data_fault import DataFault
from sentio.store.state import StateStore
from sentio.store.state.told import Told
from sentio.store.warehouse import Warehouse

pytestmark = pytest.mark.slow
PERIODS, USES = 200, 80
FROM, UNTIL = 160, 180  # periods in which something is wrong with the southern probe


def uses(first: int, last: int, *, side: int, factor: float = 1.0, share: float = 1.0) -> str:
    """Write what the probe of one side of a city sent."""
    lines = ["ts,imsi,cell,gnb,link,app,page_load_ms,is_success"]
    for period in range(first, last):
        rng = np.random.default_rng([8, side, period])
        is_ill = FROM <= period < UNTIL
        at = np.sort(rng.integers(0, 299_000, USES)) * 1_000_000 + START_NS + period * PERIOD_NS
        load = np.exp(rng.normal(7.2, 0.3, USES)) * (factor if is_ill else 1.0)
        kept = rng.random(USES) < (share if is_ill else 1.0)
        for i in np.flatnonzero(kept).tolist():
            c = 6 * side + int(rng.integers(6))
            who = int(rng.integers(0, 400))
            lines.append(
                f"{at[i]},26201{who:010},cell-{c},gnb-{c // 3},link-{c // 6},app-1,{load[i]:.0f},1"
            )
    return "\n".join(lines) + "\n"


def city(path: Path, **spoilt: float) -> Path:
    with Warehouse(path, memory_limit_mb=256) as warehouse:
        clock = FixedClock(START_NS + 10 * 288 * PERIOD_NS)
        record_path = RecordPath(warehouse, key=Key(b"k" * 32), clock=clock)
        for side, source in enumerate(("north", "south")):
            text = uses(0, PERIODS, side=side, **(spoilt if source == "south" else {}))
            one = one_input(f"{source}.csv", text)
            record_path.run([one], source=source, options={"service": "web"})
    return path


def watched(path: Path, state: str, stops: tuple[int, ...] = ()) -> tuple[Told, list[object]]:
    """Watch a store to its end, begun anew after so many turns each time."""
    told, seen = Told(StateStore.open(state)), list[object]()
    for turns in (*stops, PERIODS):
        left = iter([False] * turns)
        with Warehouse(path, mode="read") as warehouse:
            live = Live(warehouse, told, pace=PACE, on_change=seen.append)
            live.explain = diagnoser(warehouse, live)
            live.catch_up(lambda left=left: next(left, True))
    return told, seen


@pytest.fixture(scope="module")
def in_other_units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return city(tmp_path_factory.mktemp("units") / "city.duckdb", factor=100.0)


def test_a_probe_in_other_units_is_told_and_what_seems_to_fall_is_blamed_on_the_data(
    in_other_units, tmp_path
):
    told, seen = watched(in_other_units, f"sqlite:///{tmp_path}/state.db")
    faults, fallen = told.data_faults(), told.degradations()

    assert [(each.what, each.source, each.indicator) for each in faults] == [
        ("factor", "south", "page_load_ms")
    ]
    assert faults[0].since_ns == START_NS + FROM * PERIOD_NS
    assert faults[0].until_ns == START_NS + UNTIL * PERIOD_NS
    assert fallen
    for each in fallen:
        first = [made for _, made in told.diagnoses(degradation=each.id)][-1]
        assert first.cause is not None
        assert (first.cause.domain, first.cause.element) == ("data", "south")
        assert "not of the network" in first.sentence
    kinds = [type(each) for each in seen]
    assert kinds.index(DataFault) < kinds.index(Change)
    assert [each.kind for each in told.events(0, limit=1000)].count("data_fault") == 2


def test_killed_in_the_middle_it_tells_the_same_faults_once(in_other_units, tmp_path):
    through, _ = watched(in_other_units, f"sqlite:///{tmp_path}/through.db")
    killed, _ = watched(in_other_units, f"sqlite:///{tmp_path}/killed.db", stops=(1, 2, 4, 1))

    assert killed.data_faults() == through.data_faults()
    assert killed.snapshot() == through.snapshot()


def test_half_the_records_lost_lowers_nobody_s_experience_and_is_told(tmp_path):
    path = city(tmp_path / "city.duckdb", share=0.5)
    told, _ = watched(path, f"sqlite:///{tmp_path}/state.db")

    (fault,) = told.data_faults()
    assert (fault.what, fault.source) == ("fewer", "south")
    assert told.degradations() == []
