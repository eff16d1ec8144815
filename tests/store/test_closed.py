"""Days that are over become weeks in order of subjects, and no answer changes by it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from sentio.store.ask import Answers
from sentio.store.closed import drop_before, put_in_order, start_ns
from sentio.store.cube import HOUR_NS
from sentio.store.facts import partitions
from sentio.store.ledger import Commit
from sentio.store.warehouse import Warehouse

WEEK = ("20261116", "20261118", "20261122")  # Monday, Wednesday, Sunday
NEXT = "20261123"


def commit(warehouse: Warehouse, day: str, *, hour: int = 6, cell: str = "cell-1") -> None:
    ts = [start_ns(day) + hour * HOUR_NS + i for i in range(50)]
    batch = pa.record_batch(
        {
            "ts": pa.array(ts, pa.int64()),
            "subject": pa.array([(i * 7) % 5 + 1 for i in range(50)], pa.int64()),
            "cell": pa.array([cell] * 50).dictionary_encode(),
            "mos": pa.array([4.0] * 50, pa.float32()),
            "confidence": pa.array([1.0] * 50, pa.float32()),
        }
    )
    facts = {"experience_web": [batch]}
    warehouse.commit(Commit(source="s", at_ns=ts[-1], release="test", facts=facts))


@pytest.fixture
def warehouse(tmp_path: Path):
    with Warehouse(tmp_path / "store.duckdb") as opened:
        for day in (*WEEK, NEXT):
            commit(opened, day, cell=f"cell of {day}")
        yield opened


def tables(warehouse: Warehouse) -> list[str]:
    return [part.period for part in partitions(warehouse.con, "experience_web")]


def test_a_week_that_is_over_becomes_one_table_in_order(warehouse: Warehouse):
    before = Answers(warehouse).ask("subject_history", subject=3)

    put_in_order(warehouse.con, before="20261124")

    assert tables(warehouse) == ["20261116_20261122", NEXT]
    assert Answers(warehouse).ask("subject_history", subject=3) == before
    table = "experience_web_20261116_20261122"
    subjects = warehouse.con.execute(f"SELECT subject FROM {table}").fetchnumpy()["subject"]
    assert (subjects[1:] >= subjects[:-1]).all()
    (week,) = [part for part in partitions(warehouse.con) if part.table_name == table]
    assert (week.rows, week.first_ts) == (150, start_ns(WEEK[0]) + 6 * HOUR_NS)


def test_a_week_that_still_runs_stays_in_days(warehouse: Warehouse):
    put_in_order(warehouse.con, before=WEEK[-1])

    assert tables(warehouse) == [*WEEK, NEXT]
    ordered = [part.period for part in partitions(warehouse.con) if part.is_ordered]
    assert ordered == list(WEEK[:2])


def test_a_second_time_there_is_nothing_to_do(warehouse: Warehouse):
    put_in_order(warehouse.con, before="20261124")

    assert put_in_order(warehouse.con, before="20261124") == []


def test_late_rows_of_a_joined_week_are_found_and_joined_when_many(warehouse: Warehouse):
    put_in_order(warehouse.con, before=NEXT)
    commit(warehouse, WEEK[1], hour=9)

    late = Answers(warehouse).ask("subject_history", subject=3)
    put_in_order(warehouse.con, before=NEXT)

    assert late.num_rows == 50
    assert tables(warehouse) == ["20261116_20261122", NEXT]
    assert Answers(warehouse).ask("subject_history", subject=3) == late


def test_dropping_cuts_a_week_at_the_day(warehouse: Warehouse):
    put_in_order(warehouse.con, before=NEXT)

    drop_before(warehouse.con, WEEK[1])

    assert tables(warehouse) == ["20261118_20261122", NEXT]
    left = Answers(warehouse).sql("SELECT DISTINCT cell FROM experience_web ORDER BY cell")
    assert left["cell"].to_pylist() == [f"cell of {day}" for day in (*WEEK[1:], NEXT)]


def test_dropping_takes_whole_days_and_weeks(warehouse: Warehouse):
    put_in_order(warehouse.con, before=NEXT)

    drop_before(warehouse.con, NEXT)

    assert tables(warehouse) == [NEXT]
