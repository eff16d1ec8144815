"""The loop over a store: what is slow is seen once, however often the process dies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.loop.live_city import (
    BROKEN,
    CELLS,
    PACE,
    PERIOD_NS,
    SLOW_FROM,
    SLOW_UNTIL,
    START_NS,
    USES,
    read,
    uses,
)

from sentio.kernel.clock import FixedClock
from sentio.kernel.errors import RefusedError, StoreError
from sentio.loop.change import Change
from sentio.loop.diagnosing import diagnoser
from sentio.loop.live import Live, Pace
from sentio.loop.looking import Following
from sentio.model.collection import CollectionOrder
from sentio.model.diagnosis import Diagnosis, Impact
from sentio.store.state import StateStore
from sentio.store.state.told import Told
from sentio.store.warehouse import Warehouse

pytestmark = pytest.mark.slow
PERIODS = 240


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("city") / "city.duckdb"
    with Warehouse(path, memory_limit_mb=256) as warehouse:
        read(warehouse, ("uses.csv", uses(0, PERIODS)))
    return path


@pytest.fixture
def told(tmp_path: Path):
    with StateStore.open(f"sqlite:///{tmp_path}/state.db") as state:
        yield Told(state)


def stopping_after(turns: int) -> Callable[[], bool]:
    left = iter([False] * turns)
    return lambda: next(left, True)


def unexplained(one: Following, now_ns: int) -> Diagnosis:
    return Diagnosis(
        degradation=one.told.id,
        made_ns=now_ns,
        sentence="Nobody knows yet.",
        hypotheses=(),
        abstains=True,
        impact=Impact(users=len(one.subjects), things=0, uses=one.told.uses),
    )


def test_a_slow_cell_is_seen_where_and_when_it_was_slow_and_nothing_else_is(city, told):
    changes: list[Change] = []
    with Warehouse(city, mode="read") as warehouse:
        live = Live(warehouse, told, pace=PACE, on_change=changes.append)
        periods = live.catch_up()

    found = told.degradations()
    assert periods == PERIODS - 1  # the last one is not over yet
    assert [each.what for each in changes] == ["opened", "ended"]
    assert [dict(each.scope) for each in found] == [{"cell": BROKEN}]
    assert abs(found[0].began_ns - (START_NS + SLOW_FROM * PERIOD_NS)) <= 2 * PERIOD_NS
    assert found[0].seen_ns <= START_NS + (SLOW_FROM + 6) * PERIOD_NS
    assert abs((found[0].ended_ns or 0) - (START_NS + SLOW_UNTIL * PERIOD_NS)) <= 4 * PERIOD_NS
    assert found[0].services == ("web",)


def test_a_degradation_is_explained_by_what_is_in_the_store(city, told):
    with Warehouse(city, mode="read") as warehouse:
        live = Live(warehouse, told, pace=PACE)
        live.explain = diagnoser(warehouse, live)
        live.catch_up()

    first = told.diagnoses()[0]
    made = first if isinstance(first, Diagnosis) else first[-1]
    assert made.cause is not None
    assert (made.cause.element_kind, made.cause.element) == ("cell", BROKEN)
    assert made.cause.domain == "ran"
    assert BROKEN in made.sentence
    assert "%" in made.sentence
    assert made.impact.users > 0
    assert made.impact.things == 0
    assert made.impact.forecast_subjects > made.impact.users


def test_a_process_killed_in_the_middle_goes_on_as_if_it_had_not_been(city, tmp_path):
    runs = {}
    for name, stops in (("through", ()), ("killed", (1, 2, 5, 0, 3))):
        with StateStore.open(f"sqlite:///{tmp_path}/{name}.db") as state:
            told, seen = Told(state), []
            for turns in (*stops, PERIODS):
                with Warehouse(city, mode="read") as warehouse:
                    live = Live(
                        warehouse, told, pace=PACE, explain=unexplained, on_change=seen.append
                    )
                    if told.snapshot() is None:
                        live.collecting.budget.earn(10**9)  # so few uses pay for nothing
                    live.catch_up(stopping_after(turns))
            runs[name] = (
                told.orders(limit=1000),
                told.degradations(),
                told.diagnoses(),
                [(event.kind, dict(event.body)) for event in told.events(0, limit=1000)],
                [(each.what, each.degradation.id) for each in seen],
                told.snapshot(),
            )

    assert [(each.what, each.element, each.state) for each in runs["through"][0]] == [
        ("active_test", "link-1", "over")
    ]
    assert len(runs["through"][1]) == 1
    assert len(runs["through"][2]) >= 3
    assert runs["killed"] == runs["through"]


@dataclass
class Recorder:
    """Collectors that note what they are told."""

    told: list[tuple[str, str]] = field(default_factory=list)

    def order(self, order: CollectionOrder) -> None:
        self.told.append(("order", order.id))

    def revoke(self, order: CollectionOrder) -> None:
        self.told.append(("revoke", order.id))


def test_collectors_hear_of_what_is_open_now_and_of_its_end_though_the_process_died(city, told):
    now, collectors = FixedClock(START_NS), Recorder()
    heard: list[list[tuple[str, str]]] = []
    with Warehouse(city, mode="read") as warehouse:
        for until in (SLOW_FROM, SLOW_FROM + 12, SLOW_FROM + 12, PERIODS):
            live = Live(
                warehouse, told, pace=PACE, explain=unexplained, clock=now, collectors=collectors
            )
            if told.snapshot() is None:
                live.collecting.budget.earn(10**9)
            now.at_ns = START_NS + until * PERIOD_NS
            live.catch_up()
            heard.append(collectors.told[:])
            collectors.told.clear()

    ordered, revoked = [("order", "C00001")], [("revoke", "C00001")]
    assert heard == [[], ordered, ordered, revoked]


def test_what_was_not_written_is_told_again_after_a_crash_and_not_twice(city, told, monkeypatch):
    def fail(*_args: object, **_more: object) -> int:
        raise StoreError("the machine went down")

    seen: list[Change] = []
    with Warehouse(city, mode="read") as warehouse:
        Live(warehouse, told, pace=PACE, on_change=seen.append).catch_up(stopping_after(7))
        live = Live(warehouse, told, pace=PACE, on_change=seen.append)
        with monkeypatch.context() as patch:
            patch.setattr(told, "write", fail)
            with pytest.raises(StoreError):
                live.catch_up()
        before = list(seen)
        Live(warehouse, told, pace=PACE, on_change=seen.append).catch_up()

    assert before == []
    assert [each.what for each in seen] == ["opened", "ended"]


def test_data_that_arrives_while_it_runs_is_judged_once_its_period_is_over(tmp_path, told):
    pace = Pace(period_ns=PERIOD_NS, grace_ns=2 * PERIOD_NS, learn_days=1.0)
    with Warehouse(tmp_path / "growing.duckdb", memory_limit_mb=256) as warehouse:
        live = Live(warehouse, told, pace=pace)
        nothing = live.catch_up()
        read(warehouse, ("a.csv", uses(0, 10)))
        first = live.catch_up()
        read(warehouse, ("b.csv", uses(10, 13)))
        second = live.catch_up()
        read(warehouse, ("late.csv", uses(0, 1)[:400].rsplit("\n", 1)[0].replace("26201", "26202")))
        third = live.catch_up()

    assert (nothing, first, second, third) == (0, 7, 3, 0)


def test_a_shorter_grace_holds_from_the_next_look_on(city, told):
    with Warehouse(city, mode="read") as warehouse:
        live = Live(warehouse, told, pace=replace(PACE, grace_ns=200 * PERIOD_NS))
        waited = live.catch_up()

        live.pace = PACE

        assert waited + live.catch_up() == PERIODS - 1
        assert waited < PERIODS - 200


def test_one_clock_that_is_fast_does_not_make_all_others_late(tmp_path, told):
    now = FixedClock(START_NS + 3 * PERIOD_NS)
    with Warehouse(tmp_path / "fast.duckdb", memory_limit_mb=256) as warehouse:
        read(warehouse, ("a.csv", uses(0, 3)), ("fast.csv", uses(5, 6)))
        live = Live(warehouse, told, pace=PACE, clock=now)
        first = live.catch_up()
        now.at_ns += 2 * PERIOD_NS
        second = live.catch_up()

    assert (first, second) == (3, 2)


def test_a_gap_of_weeks_is_skipped_and_counts_for_nothing(tmp_path, told):
    week = 7 * 288
    with Warehouse(tmp_path / "gap.duckdb", memory_limit_mb=256) as warehouse:
        read(warehouse, ("a.csv", uses(0, 20)), ("b.csv", uses(week, week + 20)))
        live = Live(warehouse, told, pace=PACE)
        periods = live.catch_up()

    assert 39 <= periods < 100
    assert live.next_ns == START_NS + (week + 19) * PERIOD_NS


def test_periods_of_another_length_are_refused_with_what_to_do(city, told):
    with Warehouse(city, mode="read") as warehouse:
        Live(warehouse, told, pace=PACE).catch_up(stopping_after(1))

        with pytest.raises(RefusedError, match="--again"):
            Live(warehouse, told, pace=Pace(period_ns=60 * 10**9, grace_ns=0, learn_days=1.0))


def test_totals_read_from_the_store_are_those_of_the_uses(city):
    from sentio.loop.periods import Periods

    with Warehouse(city, mode="read") as warehouse:
        read_totals = dict(
            Periods(warehouse, period_ns=PERIOD_NS).read(START_NS, START_NS + 3 * PERIOD_NS)
        )

    for totals in read_totals.values():
        by = {
            name: totals.rows.filter(
                [each == name for each in totals.rows.column("dimension").to_pylist()]
            )
            for name in ("all", "cell", "link")
        }
        assert totals.bins["web"].sum() == CELLS * USES
        for rows in by.values():
            assert sum(rows.column("n").to_pylist()) == CELLS * USES
            total = sum(by["all"].column("total").to_pylist())
            assert sum(rows.column("total").to_pylist()) == pytest.approx(total)
