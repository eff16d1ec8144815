"""One fault is one degradation, however many parts of it are noticed first."""

from __future__ import annotations

import json
from copy import deepcopy

import numpy as np
import pytest
from tests.village import PERIOD_NS, SIZES, START_NS, USES, Village

from sentio.analysis.scopes import find_scope
from sentio.loop.kept import kept, restored
from sentio.loop.sight import Odd
from sentio.loop.widening import looser_scope


@pytest.fixture(scope="module")
def learned() -> Village:
    village = Village()
    for _ in range(330):
        village.turn(learn=True)
    return village


@pytest.fixture
def village(learned: Village) -> Village:
    return deepcopy(learned)


@pytest.mark.parametrize(
    ("hit", "worst"),
    [
        ({"app": "app-1", "ims": "ims-1"}, ""),
        ({"app": "app-1", "ims": "ims-1"}, "segment-0"),
        ({"app": "app-2", "upf": "upf-3"}, "segment-1"),
        ({"app": "app-1", "segment": "segment-2", "upf": "upf-0"}, ""),
    ],
)
def test_a_fault_is_told_once_and_whole(village: Village, hit: dict[str, str], worst: str) -> None:
    told = {}
    for _ in range(16):
        village.turn(learn=False, worst=worst, **hit)
        told |= {one.told.id: one for one in village.watching.open}

    assert [dict(one.told.scope) for one in told.values()] == [hit]
    touched = next(iter(told.values())).felt.count
    expected = 16 * USES * np.prod([1.0 / SIZES.get(name, 2) for name in hit])
    assert touched == pytest.approx(expected, rel=0.25)


def test_a_fault_within_a_wider_one_is_told_as_well(village: Village) -> None:
    wide, narrow, told = {"segment": "segment-1"}, {"app": "app-2", "segment": "segment-1"}, {}
    for period in range(40):
        hit = wide if period < 36 else {}
        village.turn(learn=False, also=narrow if 12 <= period < 26 else None, **hit)
        told |= {one.told.id: one for one in village.watching.open}

    assert [dict(one.told.scope) for one in told.values()] == [wide, narrow]
    (_, until), (since, ended) = [
        [(at - START_NS) / PERIOD_NS - 330 for at in (one.told.began_ns, one.told.ended_ns)]
        for one in told.values()
    ]
    assert (since, ended, until) == pytest.approx((12, 26, 36), abs=1)
    around, within = told.values()
    assert within.within == around.told.id
    assert within.felt.count == pytest.approx(14 * USES / 3 / SIZES["app"], rel=0.3)


def test_where_two_faults_meet_there_is_no_third(village: Village) -> None:
    one, other, told = {"segment": "segment-1"}, {"app": "app-2"}, {}
    for period in range(30):
        village.turn(learn=False, also=other if period >= 10 else None, **one)
        told |= {each.told.id: each for each in village.watching.open}

    assert [dict(each.told.scope) for each in told.values()] == [one, other]


def test_what_began_well_before_a_wider_fault_stays_its_own(village: Village) -> None:
    wide, narrow, told = {"segment": "segment-1"}, {"app": "app-2", "segment": "segment-1"}, {}
    for period in range(30):
        village.turn(learn=False, also=narrow, **(wide if 12 <= period < 20 else {}))
        told |= {one.told.id: one for one in village.watching.open}

    assert [dict(one.told.scope) for one in told.values()] == [narrow, wide]
    (since, still), (later, ended) = [
        [at and (at - START_NS) / PERIOD_NS - 330 for at in (one.told.began_ns, one.told.ended_ns)]
        for one in told.values()
    ]
    assert still is None
    assert (since, later, ended) == pytest.approx((0, 12, 20), abs=1)


def test_what_a_fault_hits_hardest_is_no_fault_of_its_own(village: Village) -> None:
    hit, told = {"app": "app-0"}, {}
    for _ in range(30):
        village.turn(learn=False, worst="segment-2", **hit)
        told |= {one.told.id: one for one in village.watching.open}

    assert [dict(one.told.scope) for one in told.values()] == [hit]


def test_what_has_ended_is_told_to_its_end_and_not_again(village: Village) -> None:
    hit, told = {"segment": "segment-1"}, {}
    for period in range(40):
        village.turn(learn=False, **(hit if period < 10 else {}))
        told |= {one.told.id: one for one in village.watching.open}

    assert [dict(one.told.scope) for one in told.values()] == [hit]
    assert next(iter(told.values())).told.ended_ns is not None
    again = restored(village.watching.watch, village.ring, *json_copy(kept(village.watching)))
    assert [dict(scope) for scope, _, _ in again.known.past] == [hit]


def json_copy(state: tuple[dict, dict]) -> tuple[dict, dict]:
    arrays, more = state
    return arrays, json.loads(json.dumps(more))


@pytest.mark.parametrize(
    ("hit", "wider"),
    [
        ({"app": "app-1", "ims": "ims-1"}, {"app": "app-1", "ims": "ims-1"}),
        ({"app": "app-1"}, {"app": "app-1"}),
        ({"app": "app-1", "upf": "upf-2"}, None),
    ],
)
def test_of_a_part_the_whole_is_found(
    village: Village, hit: dict[str, str], wider: dict[str, str] | None
) -> None:
    part = {"app": "app-1", "upf": "upf-2"}
    for _ in range(6):
        village.turn(learn=True, **hit)
    sight, end_ns = village.watching.sight, START_NS + village.period * PERIOD_NS
    rows = sight.fetch(part, end_ns - 4 * PERIOD_NS, end_ns, 1000)
    assert rows is not None
    found = find_scope({}, rows.fall, law=sight.watch.law)
    assert found is not None
    odd = Odd(scope=part, nats=50.0, window=1, periods=4, uses=len(rows.mos), believed_from=15.0)

    assert looser_scope(sight, found, odd, rows, end_ns, sight.fetch) == wider
