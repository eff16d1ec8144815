"""The simulated operator of a city: the same by seed, of any size, healthy if left alone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sentio.experience.scoring import score
from sentio.experience.service import SERVICES
from sentio.kernel.errors import ConfigError, UnknownName
from sentio.lab.day import HOUR_NS
from sentio.lab.operator.catalogue import SERVICES as USED
from sentio.lab.simulation import MONDAY_NS, Change, Operator, Plan, Scale
from sentio.model.indicator import indicators
from sentio.model.record import CUSTOMER, ELEMENT, EVENT, EXPERIENCE, LINK, MEASUREMENT

SMALL = Scale(cells=36, users=2_000, things=400)
EVENING_NS = MONDAY_NS + 20 * HOUR_NS


def test_the_same_seed_gives_the_same_operator() -> None:
    plan = Plan(faults=4, decoys=4, days=2)

    one, other = (Operator(SMALL, seed=5, plan=plan) for _ in range(2))

    assert [each.scope for each in one.truth] == [each.scope for each in other.truth]
    first, second = one.step(), other.step()
    assert first.uses == second.uses
    assert first.measurements.equals(second.measurements)
    assert first.events.equals(second.events)


def test_another_seed_gives_another_operator() -> None:
    one, other = (Operator(SMALL, seed=seed).step() for seed in (5, 6))

    assert one.uses["web"] != other.uses["web"]


@pytest.mark.parametrize("cells", [24, 100, 335])
def test_a_city_has_exactly_as_many_cells_as_asked(cells: int) -> None:
    elements, _ = Operator(Scale(cells=cells, users=500, things=100), seed=2).topology()

    kinds = Counter(elements.column("element_kind").to_pylist())

    assert kinds["cell"] == cells
    assert kinds["gnb"] == kinds["link"] == round(cells / 3)


def test_a_city_too_small_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least 24"):
        Scale(cells=3)


def test_every_cell_hangs_on_the_core_router() -> None:
    elements, links = Operator(SMALL, seed=3).topology()
    names, parents = (elements.column(name).to_pylist() for name in ("element", "parent"))
    parent = dict(zip(names, parents, strict=True))
    kind = dict(zip(names, elements.column("element_kind").to_pylist(), strict=True))

    def way(name: str) -> list[str]:
        above = parent[name]
        return [kind[name], *(way(above) if above else [])]

    ways = {tuple(way(name)) for name in names if kind[name] == "cell"}

    assert ways == {("cell", "gnb", "link", "ring", "router", "router")}
    assert elements.schema.names == list(ELEMENT)
    assert links.schema.names == list(LINK)
    assert set(links.column("from_element").to_pylist()) <= set(names)


def test_records_have_the_names_that_the_platform_reads() -> None:
    period = Operator(SMALL, seed=3, start_ns=EVENING_NS).step()
    known = {*EXPERIENCE, "subject", *indicators()}

    assert set(period.uses) == set(USED)
    assert {name for each in period.uses.values() for name in each.schema.names} <= known
    assert period.measurements.schema.names == list(MEASUREMENT)
    assert period.events.schema.names == list(EVENT)


def test_the_business_knows_every_subject() -> None:
    customers = Operator(SMALL, seed=3).customers()

    assert customers.schema.names == ["subject", *CUSTOMER]
    assert customers.num_rows == SMALL.users + SMALL.things
    assert min(customers.column("value_per_month").to_pylist()) > 0.0


def test_indicators_stay_within_what_can_be_true() -> None:
    operator = Operator(SMALL, seed=3, start_ns=EVENING_NS)
    operator.break_now("ring_congestion", severity=1.0)
    operator.step()

    for batch in operator.step().uses.values():
        for name in set(batch.schema.names) & set(indicators()) - {"app_version", "firmware"}:
            values = np.asarray(batch.column(name))
            assert np.isfinite(values).all(), name
            assert values.min() >= indicators()[name].low, name
            assert values.max() <= indicators()[name].high, name


def test_radio_reports_each_quarter_of_an_hour_and_all_else_each_period() -> None:
    periods = list(Operator(SMALL, seed=3).run(3))

    told = [set(each.measurements.column("element_kind").to_pylist()) for each in periods]

    assert ["cell" in each for each in told] == [False, False, True]
    assert all({"link", "upf", "dns", "server"} <= each for each in told)


def test_dictionaries_are_the_same_in_every_period() -> None:
    one, other = Operator(SMALL, seed=3, start_ns=EVENING_NS).run(2)

    first, second = (each.uses["web"].column("cell").dictionary for each in (one, other))

    assert first.equals(second)


@pytest.mark.slow
def test_a_healthy_operator_pleases_nearly_everybody() -> None:
    operator = Operator(Scale(cells=120, users=12_000, things=2_400), seed=3, start_ns=EVENING_NS)
    found: dict[str, list[np.ndarray]] = {}
    for period in operator.run(6):
        for name, batch in period.uses.items():
            found.setdefault(name, []).append(score(SERVICES[name], batch).mos)

    for name, parts in found.items():
        mos = np.concatenate(parts)
        poor = (mos < SERVICES[name].poor_below).mean()
        assert mos.mean() > 4.0, name
        assert poor < 0.08, name


def test_what_breaks_where_it_is_felt_is_felt_more_than_by_chance() -> None:
    city = Scale(cells=24, users=8_000, things=100)
    felt = dict.fromkeys(("break_now", "break_where_felt"), 0)
    for kind in ("broken_release", "edge_misplaced", "firmware_bug"):
        for name in felt:
            operator = Operator(city, seed=2, start_ns=MONDAY_NS + 12 * HOUR_NS)
            getattr(operator, name)(kind, severity=0.8)
            for _ in operator.run(6):
                pass
            felt[name] += operator.truth[0].sessions

    assert felt["break_where_felt"] > 1.5 * felt["break_now"]


def readings(operator: Operator, element: str) -> list[tuple[str, int]]:
    """List what an element tells in the next period: indicators, with their granularity."""
    told = operator.step().measurements.to_pylist()
    return [(r["indicator"], r["granularity_ms"]) for r in told if r["element"] == element]


def test_a_cell_under_order_reports_each_period_and_goes_back_to_each_third() -> None:
    operator = Operator(SMALL, seed=5)

    usual = [readings(operator, "cell-0007") for _ in range(3)]
    operator.collect("cell-0007")
    ordered = [readings(operator, "cell-0007") for _ in range(3)]
    operator.collect_no_more("cell-0007")
    again = [readings(operator, "cell-0007") for _ in range(3)]

    assert [len(each) for each in usual] == [len(each) for each in again] == [0, 0, 7]
    assert ordered[0] == ordered[1] == ordered[2] == [(name, 300_000) for name, _ in usual[2]]


def test_an_order_changes_nothing_but_what_is_ordered() -> None:
    plain, ordered = (Operator(SMALL, seed=5) for _ in range(2))
    ordered.collect("cell-0007")
    ordered.collect("link-003", what="active_test")

    for _ in range(3):
        one, other = plain.step(), ordered.step()
        assert one.uses == other.uses
        rest = [
            row
            for row in other.measurements.to_pylist()
            if row["element"] != "cell-0007"
            and row["indicator"] not in {"rtt_ms", "packet_loss_ratio"}
        ]
        assert rest == [r for r in one.measurements.to_pylist() if r["element"] != "cell-0007"]


def test_an_active_test_measures_how_late_a_link_is_and_that_of_its_gnb_as_well() -> None:
    operator = Operator(SMALL, seed=5)
    tested = ("link-003", "gnb-003", "link-004", operator.estate.names["server"][0])
    for name in tested:
        operator.collect(name, what="active_test")
    operator.apply(Change(kind="reroute", element="link-003"))  # a detour of 5 ms each way

    rows = operator.step().measurements.to_pylist()
    rtt_ms = {r["element"]: r["value"] for r in rows if r["indicator"] == "rtt_ms"}

    assert set(rtt_ms) == set(tested)
    assert rtt_ms["link-004"] == pytest.approx(1.8, rel=0.2)
    assert rtt_ms["link-003"] == pytest.approx(11.8, rel=0.2)
    assert rtt_ms["gnb-003"] == pytest.approx(11.8, rel=0.2)


def test_what_cannot_be_tested_is_refused_by_name() -> None:
    operator = Operator(SMALL, seed=5)

    with pytest.raises(UnknownName):
        operator.collect("cell-0007", what="active_test")
    with pytest.raises(UnknownName):
        operator.collect("cell-9999")
