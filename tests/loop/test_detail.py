"""Single uses of a scope and window, read back from the facts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from tests.loop.live_city import CELLS, PERIOD_NS, START_NS, USES, read, uses

from sentio.awareness.ring import LOSSES, Ring, Span
from sentio.loop.detail import StoreDetail
from sentio.loop.periods import Periods
from sentio.loop.touched import touched
from sentio.model.degradation import Degradation
from sentio.model.record import ELEMENT
from sentio.store.ledger import Commit
from sentio.store.warehouse import Warehouse

PERIODS = 300  # over midnight: the facts are in two tables
END_NS = START_NS + PERIODS * PERIOD_NS
SLOW = (START_NS + 170 * PERIOD_NS, START_NS + 194 * PERIOD_NS)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    path = tmp_path_factory.mktemp("detail") / "city.duckdb"
    rows = [
        {"ts": START_NS, "element": name, "element_kind": kind, "parent": parent, "quality": 0}
        for name, kind, parent in (
            ("ring-1", "ring", None),
            ("link-0", "link", "ring-1"),
            ("link-1", "link", "ring-2"),
            ("ring-2", "ring", None),
        )
    ]
    schema = pa.schema({**ELEMENT, "subject": pa.int64()})
    elements = {"element": [pa.RecordBatch.from_pylist(rows, schema=schema)]}
    with Warehouse(path, memory_limit_mb=256) as warehouse:
        read(warehouse, ("uses.csv", uses(0, PERIODS)))
        warehouse.commit(
            Commit(
                source="inventory", at_ns=START_NS, release="test",
                facts=elements, cubes={}, quality=[], dead_letters=[],
            )
        )  # fmt: skip
        yield warehouse


@pytest.fixture(scope="module")
def detail(city: Warehouse) -> StoreDetail:
    return StoreDetail(city, Periods(city, period_ns=PERIOD_NS).topology())


def fetched(detail: StoreDetail, scope: dict[str, str], *, most: int = 100_000):
    return detail.fetch(scope, START_NS, END_NS, most_rows=most, losses=True)


def names(uses_: pa.Table, column: str) -> set[str | None]:
    return set(uses_.column(column).to_pylist())


def test_all_uses_of_a_window_are_there_with_their_scores_losses_and_attributes(city, detail):
    found = fetched(detail, {}).uses
    stored = city.con.cursor().execute("SELECT avg(mos) FROM experience_web").fetchone()

    assert found.num_rows == PERIODS * CELLS * USES
    assert names(found, "service") == {"web"}
    assert names(found, "ring") == {"ring-1", "ring-2"}
    assert names(found, "upf") == {None}
    assert np.mean(found.column("mos").to_numpy()) == pytest.approx(stored[0])
    lost = sum(np.asarray(found.column(name)) for name in LOSSES)
    slow = np.asarray(found.column("mos")) < 2.0
    assert lost[slow].min() > lost[~slow].mean()


@pytest.mark.parametrize(
    ("scope", "column", "members"),
    [
        ({"cell": "cell-7"}, "cell", {"cell-7"}),
        ({"ring": "ring-1"}, "cell", {f"cell-{i}" for i in range(6)}),
        ({"ring": "ring-2", "app": "app-1"}, "app", {"app-1"}),
        ({"service": "web", "gnb": "gnb-0"}, "cell", {"cell-0", "cell-1", "cell-2"}),
        ({"cell": "cell-7", "link": "link-0"}, "cell", set()),
        ({"cell": "nowhere"}, "cell", set()),
        ({"service": "gaming"}, "cell", set()),
        ({"upf": "upf-1"}, "cell", set()),
        ({"firmware": "1.0"}, "cell", set()),
    ],
)
def test_a_scope_keeps_its_own_uses_only(detail, scope, column, members):
    everything = fetched(detail, {}).uses.to_pylist()
    wanted = [each for each in everything if all(each[n] == m for n, m in scope.items())]

    found = fetched(detail, scope).uses
    assert found.num_rows == len(wanted)
    assert names(found, column) == members


def in_ring(detail: StoreDetail) -> Ring:
    ring = Ring(periods=1)
    ring.keep(START_NS, END_NS, [fetched(detail, {}).uses], bulk_bytes=0)
    return ring


@pytest.mark.parametrize("place", ["store", "ring"])
def test_uses_that_are_explained_do_not_travel_but_are_counted(detail, place):
    middle_ns = (START_NS + END_NS) // 2
    spans = [
        Span({"ring": "ring-1"}, 0, middle_ns),
        Span({"service": "web", "app": "app-1"}, 0, END_NS),
        Span({"upf": "upf-1"}, 0, END_NS),
        Span({"service": "gaming"}, 0, END_NS),
        Span({"nothing": "known"}, 0, END_NS),
    ]
    everything = fetched(detail, {"gnb": "gnb-0"}).uses.to_pylist()
    left = [0] * len(spans)
    for each in everything:
        is_early = each["ring"] == "ring-1" and each["ts"] < middle_ns
        left[0 if is_early else 1] += is_early or each["app"] == "app-1"

    where = detail if place == "store" else in_ring(detail)
    found = where.fetch({"gnb": "gnb-0"}, START_NS, END_NS, most_rows=50, losses=False, but=spans)

    free = len(everything) - sum(left)
    assert found.left_out == tuple(left)
    assert min(*left[:2], free - 50) > 0
    assert found.share == pytest.approx(50 / free)
    rows = found.uses.to_pylist()
    assert not any(each["app"] == "app-1" for each in rows)
    assert all(each["ts"] >= middle_ns for each in rows if each["ring"] == "ring-1")


def test_a_window_without_data_has_no_uses(detail):
    nothing = detail.fetch({"cell": "cell-7"}, 0, START_NS, most_rows=10, losses=True)

    assert (nothing.uses.num_rows, nothing.share) == (0, 1.0)
    assert {"cell", "mos", "ring"} <= {*nothing.uses.column_names}


def test_a_sample_is_drawn_evenly_always_the_same_and_says_its_share(detail):
    whole = fetched(detail, {})
    some, again = (fetched(detail, {}, most=1000) for _ in range(2))

    assert some.uses.num_rows == 1000
    assert some.share == pytest.approx(1000 / whole.uses.num_rows)
    assert some.uses.equals(again.uses)
    before = np.asarray(some.uses.column("ts")) < START_NS + PERIODS // 2 * PERIOD_NS
    assert before.mean() == pytest.approx(0.5, abs=0.06)
    cells = np.unique(some.uses.column("cell").to_pylist(), return_counts=True)[1]
    assert cells.min() > 0.5 * 1000 / CELLS


def test_a_window_is_kept_to_the_nanosecond(detail):
    found = detail.fetch({}, SLOW[0], SLOW[0] + PERIOD_NS, most_rows=10_000, losses=False).uses
    ts = np.asarray(found.column("ts"))

    assert len(ts) == CELLS * USES
    assert SLOW[0] <= ts.min() <= ts.max() < SLOW[0] + PERIOD_NS
    assert not {*LOSSES} & {*found.column_names}


def test_uses_of_which_none_could_be_scored_are_passed_over(tmp_path):
    with Warehouse(tmp_path / "city.duckdb", memory_limit_mb=256) as warehouse:
        bare = f"ts,imsi,cell,duration_ms\n{START_NS},262010000000001,cell-0,10\n"
        read(warehouse, ("uses.csv", uses(0, 2)))
        read(warehouse, ("cameras.csv", bare), service="camera")
        detail = StoreDetail(warehouse, Periods(warehouse, period_ns=PERIOD_NS).topology())

        found = fetched(detail, {"cell": "cell-0"})
        assert names(found.uses, "service") == {"web"}
        assert len(detail.subjects({"cell": "cell-0"}, START_NS, END_NS)) > 0


def test_whom_a_degradation_touches_is_listed_worst_first_and_counts_every_use(city, detail):
    one = Degradation(
        id="D00001", scope={"cell": "cell-7"}, services=("web",), began_ns=SLOW[0],
        seen_ns=SLOW[1], uses=0, poor_uses=0, mos_usual=4.0, mos_seen=2.0, nats=9.0, per_day=0.1,
    )  # fmt: skip
    found = touched(city, one, until_ns=SLOW[1])
    count = city.con.cursor().execute(
        "SELECT count(*), count(DISTINCT subject), count(*) FILTER (mos < 3) FROM experience_web "
        "WHERE cell = 'cell-7' AND ts >= ? AND ts < ?",
        [*SLOW],
    )

    assert (
        sum(each.uses for each in found),
        len(found),
        sum(each.poor_uses for each in found),
    ) == count.fetchone()
    assert sorted(each.subject for each in found) == detail.subjects(one.scope, *SLOW).tolist()
    assert [each.poor_uses for each in found] == sorted(
        (each.poor_uses for each in found), reverse=True
    )


def test_periods_read_ahead_hold_the_same_uses_as_one_read_alone(city, detail):
    ahead = StoreDetail(city, detail.topology)
    ahead.due_ns = END_NS
    starts = range(START_NS, START_NS + 30 * PERIOD_NS, PERIOD_NS)

    together = [ahead.uses(start, start + PERIOD_NS) for start in starts]

    alone = StoreDetail(city, detail.topology)
    for start, uses_ in zip(starts, together, strict=True):
        assert uses_.equals(alone.uses(start, start + PERIOD_NS))
