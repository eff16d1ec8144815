"""What the simulated operator sends is what it did: read again, counts and scores add up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.lab.wires_store import read

from sentio.awareness.totals import totals_of_uses
from sentio.ingest.format import FORMATS
from sentio.kernel.errors import RefusedError
from sentio.lab.changes import Change
from sentio.lab.day import DAY_NS, HOUR_NS
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.simulation import MONDAY_NS, Operator, Period, Plan, Scale
from sentio.lab.stream.folder import TRUTH, fill, monday_before
from sentio.lab.stream.parcels import Parcel
from sentio.lab.stream.writers import Wires
from sentio.loop.periods import Periods
from sentio.loop.scored import scored_uses
from sentio.model.domain import DIMENSIONS
from sentio.model.record import Quality
from sentio.model.topology import Topology, topology
from sentio.store.warehouse import Warehouse

SMALL = Scale(cells=36, users=2_000, things=400)
EVENING_NS = MONDAY_NS + 20 * HOUR_NS


def sums(rows: pa.Table) -> dict[tuple[str, str, str], tuple[float, float]]:
    names = ("service", "dimension", "member", "n", "total")
    columns = (
        rows.column(name).cast(pa.string() if i < 3 else pa.float64()).to_pylist()
        for i, name in enumerate(names)
    )
    return {
        (s, d, m): (n, total) for s, d, m, n, total in zip(*columns, strict=True) if d in DIMENSIONS
    }


@pytest.mark.slow
def test_what_is_read_scores_as_what_was_simulated(tmp_path: Path) -> None:
    operator = Operator(SMALL, seed=4, start_ns=EVENING_NS)
    operator.break_now("backhaul_loss", severity=1.0)
    wires = Wires(operator, seed=4, dirt=0.0)
    parcels = list(wires.opening())
    told: dict[int, dict[tuple[str, str, str], tuple[float, float]]] = {}
    for period in operator.run(3):
        parcels += wires.write(period)
        uses = {name: scored_uses(name, batch, Topology()) for name, batch in period.uses.items()}
        told[period.start_ns] = sums(totals_of_uses(uses).rows)

    with Warehouse(tmp_path / "store.db", memory_limit_mb=256) as warehouse:
        rows = read(warehouse, parcels, now_ns=operator.now_ns)
        periods = Periods(warehouse, period_ns=PERIOD_NS)
        kept = {at: sums(totals.rows) for at, totals in periods.read(EVENING_NS, operator.now_ns)}
        known = periods.topology()

    assert rows["rejected"] == 0
    assert kept.keys() == told.keys()
    for at, expected in told.items():
        assert kept[at].keys() == expected.keys()
        counted, mos = (np.array([kept[at][key][i] for key in expected]) for i in (0, 1))
        uses_n, uses_mos = (np.array([each[i] for each in expected.values()]) for i in (0, 1))
        assert (counted == uses_n).all()
        # the cube keeps MOS in units of 1e-4, and probes write 32-bit numbers
        assert (np.abs(mos - uses_mos) < 2e-4 * uses_n).all()
    assert known.derived == topology(*operator.topology()).derived


@dataclass
class Ran:
    """A dirty evening of a small city: what its systems sent, and what is in the store."""

    operator: Operator
    wires: Wires
    periods: list[Period]
    parcels: list[Parcel]
    rows: Counter[str]
    warehouse: Warehouse

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        return self.warehouse.con.execute(sql).fetchall()

    def told(self, kind: str) -> list[dict[str, object]]:
        rows = [row for period in self.periods for row in period.events.to_pylist()]
        return [row for row in rows if row["event_kind"] == kind]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    plan = Plan(faults=2, days=2, kinds=("maintenance_without_backup",), composite_share=0.0)
    operator = Operator(SMALL, seed=4, start_ns=EVENING_NS, plan=plan)
    operator.break_now("upf_overload", severity=1.0, minutes=40)
    operator.apply(Change(kind="restart", element="dns-1"))
    wires = Wires(operator, seed=4, dirt=5.0)
    parcels, periods = list(wires.opening()), list[Period]()
    for period in operator.run(18):
        periods.append(period)
        parcels += wires.write(period)
    parcels += wires.closing(operator.now_ns)
    path = tmp_path_factory.mktemp("city") / "store.db"
    with Warehouse(path, memory_limit_mb=256) as warehouse:
        rows = read(warehouse, parcels, now_ns=operator.now_ns)
        yield Ran(operator, wires, periods, parcels, rows, warehouse)


@pytest.mark.slow
def test_a_parcel_is_taken_for_the_format_that_it_names(ran: Ran) -> None:
    for each in ran.parcels:
        sure = {form.name: form.sniff(each.body[:65_536], each.name) for form in FORMATS}
        assert max(sure, key=sure.__getitem__) == each.format, each.name


@pytest.mark.slow
def test_every_soiled_row_is_a_dead_letter_and_every_other_use_is_kept(ran: Ran) -> None:
    dirt = ran.wires.dirt
    used = sum(batch.num_rows for period in ran.periods for batch in period.uses.values())
    reasons = dict(ran.ask("SELECT reason, count(*) FROM dead_letter GROUP BY reason"))
    tables = ran.ask(
        "SELECT table_name FROM information_schema.tables"
        " WHERE regexp_matches(table_name, '^experience_.*_\\d{8}$')"
    )
    (kept,) = ran.ask("SELECT " + " + ".join(f"(SELECT count(*) FROM {t})" for (t,) in tables))[0]

    assert ran.rows["read"] == ran.rows["kept"] + ran.rows["rejected"]
    assert ran.rows["rejected"] == sum(int(str(n)) for n in reasons.values())
    assert {*reasons} == {"duplicate", "clock_skew", "wrong_columns", "not_a_number"}
    assert min(dirt[kind] for kind in ("late", "duplicate", "cut", "clock", "unit", "nil")) > 0
    assert reasons["wrong_columns"] == dirt["cut"]
    assert kept == used + dirt["duplicate"] - sum(
        int(str(n))
        for _, _, n in ran.ask(
            "SELECT source, reason, count(*) FROM dead_letter WHERE source IN ('probe', 'things')"
            " GROUP BY source, reason"
        )
    )


@pytest.mark.slow
def test_late_rows_are_kept_and_flagged(ran: Ran) -> None:
    (late,) = ran.ask(
        f"SELECT sum(CASE WHEN quality & {int(Quality.LATE)} > 0 THEN 1 ELSE 0 END)"
        " FROM experience_web"
    )[0]

    assert 0 < int(str(late)) <= ran.wires.dirt["late"]


@pytest.mark.slow
def test_the_cube_has_every_dimension_and_the_facts_have_the_releases(ran: Ran) -> None:
    found = {name for (name,) in ran.ask("SELECT DISTINCT dimension FROM cube_minute")}
    estate = ran.operator.estate

    assert found == set(DIMENSIONS)
    for table, column in (("web", "app_version"), ("web", "firmware"), ("cpe", "firmware")):
        names = {n for (n,) in ran.ask(f"SELECT DISTINCT {column} FROM experience_{table}")}
        assert {None} < names | {None} <= {None, *estate.names[column]}


@pytest.mark.slow
def test_measurements_are_those_of_the_elements(ran: Ran) -> None:
    told = pa.Table.from_batches([period.measurements for period in ran.periods])
    expected = Counter(
        zip(
            told["element"].to_pylist(),
            told["indicator"].to_pylist(),
            told["ts"].to_pylist(),
            strict=True,
        )
    )
    kept = ran.ask(
        "SELECT element, indicator, ts, value, element_kind FROM measurement"
        " WHERE element_kind IS DISTINCT FROM 'cpe'"
    )
    lost = ran.wires.dirt["no_number"]
    (nulls,) = ran.ask("SELECT count(*) FROM measurement WHERE value IS NULL")[0]
    (suspect,) = ran.ask(
        f"SELECT count(*) FROM measurement WHERE quality & {int(Quality.SUSPECT)} > 0"
    )[0]

    assert len(kept) == told.num_rows - lost
    assert {row[:3] for row in kept} <= set(expected)
    kinds = dict(zip(told["element"].to_pylist(), told["element_kind"].to_pylist(), strict=True))
    assert all(row[4] == kinds[row[0]] for row in kept if row[0] != "city")
    # a value that is missing may stand on an element that is suspect
    assert 0 < int(str(nulls)) <= ran.wires.dirt["nil"]
    assert 0 < int(str(suspect)) <= ran.wires.dirt["suspect_values"]


@pytest.mark.slow
def test_events_are_those_that_happened(ran: Ran) -> None:
    for kind in ("alarm", "planned_work", "change"):
        told = Counter(
            (row["element"], row["element_kind"], row["title"], int(str(row["ts"])) // 10**9)
            for row in ran.told(kind)
        )
        kept = ran.ask(
            "SELECT element, element_kind, title, ts // 1000000000 FROM event"
            f" WHERE event_kind = '{kind}'"
        )
        assert told, kind
        assert Counter(kept) == told, kind
    (work,) = ran.ask("SELECT attributes, end_ts FROM event WHERE event_kind = 'planned_work'")[:1]
    begins = json.loads(str(work[0]))["planned_start_ns"]
    assert begins // 10**9 in {
        int(json.loads(str(row["attributes"]))["planned_start_ns"]) // 10**9
        for row in ran.told("planned_work")
    }
    assert ran.ask("SELECT count(*) FROM event WHERE event_kind = 'ticket'") == [
        (len(ran.told("ticket")),)
    ]
    assert ran.ask(
        "SELECT bool_and(value BETWEEN 0 AND 10), count(*) > 0 FROM event"
        " WHERE event_kind = 'survey'"
    ) == [(True, True)]


@pytest.mark.slow
def test_complaints_and_uses_are_of_the_same_subjects(ran: Ran) -> None:
    """By its IMSI or serial number everyone is one pseudonym, in uses, tickets and the CRM."""
    (strange,) = ran.ask(
        "SELECT count(*) FROM (SELECT subject FROM experience_web UNION SELECT subject FROM"
        " experience_cpe UNION SELECT subject FROM experience_meter UNION SELECT subject FROM event"
        " WHERE event_kind IN ('ticket', 'survey')) WHERE subject NOT IN (SELECT subject FROM"
        " customer)"
    )[0]

    assert strange == 0
    assert ran.ask("SELECT count(DISTINCT subject) FROM customer") == [(2_400,)]


@pytest.mark.slow
def test_days_as_files_are_the_same_again_and_tell_the_truth_beside(tmp_path: Path) -> None:
    bodies = list[dict[str, bytes]]()
    for name in ("one", "other"):
        operator = Operator(SMALL, seed=2, start_ns=EVENING_NS)
        operator.break_now("slow_dns", severity=1.0, minutes=30)
        fill(tmp_path / name / "city", operator, periods=4, seed=2)
        top = tmp_path / name
        bodies.append({p.relative_to(top).as_posix(): p.read_bytes() for p in top.rglob("*.*")})

    assert bodies[0] == bodies[1]
    (fault,) = json.loads(bodies[0][TRUTH])["faults"]
    assert (fault["kind"], fault["element_kind"], fault["harmful"]) == ("slow_dns", "dns", True)
    web = bodies[0]["city/probe/xdr-web-20260907.csv"]
    assert web.count(b"ts,service") == 1
    assert sum(name.encode() in web for name in fault["subjects"]) > 0
    with pytest.raises(RefusedError):
        fill(tmp_path / "one" / "city", operator, periods=1, seed=2)


def test_days_begin_on_a_monday_and_are_over() -> None:
    for now_ns in (MONDAY_NS, MONDAY_NS + 5 * DAY_NS + 7):
        begins_ns = monday_before(now_ns, days=3)
        assert (begins_ns - MONDAY_NS) % (7 * DAY_NS) == 0
        assert begins_ns + 3 * DAY_NS <= now_ns < begins_ns + 10 * DAY_NS
