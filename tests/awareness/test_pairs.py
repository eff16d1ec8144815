"""A fall of one pair of attributes is told, chance is not, and what is explained is taken back."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from sentio.awareness.law import Family, family
from sentio.awareness.pairs import PairScan

APPS, MODELS, RINGS = 5, 8, 4
USES = 400


@pytest.fixture(scope="module")
def law() -> Family:
    values = np.linspace(-4.0, 4.0, 81)
    return family(values, 1e6 * np.exp(-(values**2) / 2))


def uses(rng: np.random.Generator, *, fall: float = 0.0) -> tuple[pa.Table, np.ndarray]:
    """Make a period's uses; those of one app on one model fall."""
    app, model, ring = (rng.integers(0, n, USES) for n in (APPS, MODELS, RINGS))
    table = pa.table(
        {
            "app": pa.array([f"app-{i}" for i in app]).dictionary_encode(),
            "device_model": pa.array([f"model+{i}" for i in model]).dictionary_encode(),
            "ring": pa.array([f"ring-{i}" for i in ring]).dictionary_encode(),
        }
    )
    hit = (app == 2) & (model == 3)
    return table, rng.normal(0.0, 1.0, USES) + fall * hit


def learned(law: Family) -> tuple[PairScan, np.random.Generator]:
    scan, rng = PairScan(ticks_a_day=288), np.random.default_rng(3)
    for _ in range(300):
        scan.see(*uses(rng))
        scan.learn_tail(law)
    return scan, rng


def test_one_app_on_one_model_is_told_and_nothing_else_is_surer(law: Family) -> None:
    scan, rng = learned(law)
    for _ in range(4):
        scan.see(*uses(rng, fall=2.0))

    found = scan.suspicions(law, per_day=0.3)

    assert found[0].scope == {"app": "app-2", "device_model": "model+3"}
    assert found[0].nats > scan.height(0.3)


def crowd(
    rng: np.random.Generator, *, fall: float = 0.0, uses: int = 3000
) -> tuple[pa.Table, np.ndarray]:
    """Make a period's uses; those of one app on one model in one ring fall."""
    sizes = {"app": 6, "device_model": 10, "ring": 12}
    codes = {name: rng.integers(0, size, uses) for name, size in sizes.items()}
    table = pa.table(
        {
            name: pa.array([f"{name}-{i}" for i in code]).dictionary_encode()
            for name, code in codes.items()
        }
    )
    hit = (codes["app"] == 2) & (codes["device_model"] == 3) & (codes["ring"] == 4)
    return table, rng.normal(0.0, 1.0, uses) + fall * hit


def test_three_attributes_together_are_told_where_each_two_of_them_hide_it(law: Family) -> None:
    scan, rng = PairScan(ticks_a_day=288), np.random.default_rng(5)
    for _ in range(300):
        scan.see(*crowd(rng))
        scan.learn_tail(law)
    for _ in range(8):
        scan.see(*crowd(rng, fall=1.6))

    found = scan.suspicions(law, per_day=0.1)

    assert found[0].kind == "triple"
    assert found[0].scope == {"app": "app-2", "device_model": "device_model-3", "ring": "ring-4"}
    assert all(each.kind == "triple" for each in found)


def test_slots_that_tell_nothing_are_given_up_when_the_table_is_full(law: Family) -> None:
    scan, rng = PairScan(ticks_a_day=288), np.random.default_rng(6)
    members = np.arange(200)
    for period in range(900):  # each day other apps, used but once
        names = [f"app-{period // 300}-{i}" for i in members]
        table = pa.table(
            {
                "app": pa.array(names).dictionary_encode(),
                "ring": pa.array([f"ring-{i}" for i in rng.integers(0, 40, 200)]),
                "cell": pa.array([f"cell-{i}" for i in rng.integers(0, 200, 200)]),
            }
        )
        scan.see(table, rng.normal(0.0, 1.0, 200))
    full = scan.saved()[0]["keys"]
    for _ in range(200):
        scan.see(*uses(rng))

    kept = scan.saved()[0]["keys"]
    assert len(kept) < 0.9 * len(full)
    assert len(scan.suspicions(law, per_day=0.1)) == 0


def test_where_nothing_falls_little_is_told(law: Family) -> None:
    scan, rng = learned(law)
    told = 0
    for _ in range(288):
        scan.see(*uses(rng))
        told += len(scan.suspicions(law, per_day=8.0))

    assert told <= 40  # eight a day, each for some periods


def test_what_is_taken_back_is_no_longer_suspicious(law: Family) -> None:
    scan, rng = learned(law)
    for _ in range(4):
        scan.see(*uses(rng, fall=2.0))

    scan.take_back(np.array(table.column("app").to_pylist()) == "app-2" for table in scan.held())

    scopes = [each.scope for each in scan.suspicions(law, per_day=8.0)]
    assert not any(scope.get("app") == "app-2" for scope in scopes)


def test_it_goes_on_from_what_was_saved(law: Family) -> None:
    scan, rng = learned(law)
    again = PairScan.restored(*scan.saved())
    table, fall = uses(rng, fall=3.0)

    scan.see(table, fall)
    again.see(table, fall)

    told = [(each.scope, each.nats) for each in scan.suspicions(law, per_day=60.0)]
    assert told
    assert told == [(each.scope, each.nats) for each in again.suspicions(law, per_day=60.0)]


def test_a_table_that_fills_up_grows_and_keeps_what_it_knows() -> None:
    scan = PairScan(ticks_a_day=288)
    rng = np.random.default_rng(5)
    many = 60_000
    table = pa.table(
        {
            "app": pa.array([f"app-{i}" for i in rng.integers(0, 2, many)]).dictionary_encode(),
            "cell": pa.array([f"cell-{i}" for i in range(many)]).dictionary_encode(),
        }
    )
    fall = np.zeros(many)

    scan.see(table, fall)

    arrays, _ = scan.saved()
    assert len(arrays["keys"]) == many
    assert float(arrays["sums"][:, 2].sum()) == many


def test_a_single_thing_that_falls_is_told_by_its_subject_and_a_person_is_not(law: Family) -> None:
    scan, rng = PairScan(ticks_a_day=288, things=["meter"]), np.random.default_rng(6)
    service = pa.array(["meter"] * 50 + ["web"] * 50).dictionary_encode()
    subject = np.arange(100)
    for period in range(300):
        fall = rng.normal(0.0, 1.0, 100)
        if period >= 294:
            fall[[7, 77]] += 3.5
        scan.see(pa.table({"service": service, "subject": subject}), fall)
        scan.learn_tail(law)

    found = scan.suspicions(law, per_day=1.0)

    assert [(each.scope, each.kind) for each in found] == [({"subject": "7"}, "thing")]
