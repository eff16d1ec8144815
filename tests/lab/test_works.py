"""A planned work is announced before it begins, and hurts only where there is no way round."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sentio.kernel.errors import UnknownName
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.operator.scale import Scale
from sentio.lab.simulation import Operator

HOUR_NS = 12 * PERIOD_NS


@pytest.fixture
def operator() -> Operator:
    return Operator(Scale(cells=24, users=400, things=60), seed=3)


def test_a_work_without_a_way_round_touches_those_behind_it_in_its_window_only(operator):
    protected = operator.estate.transport.is_protected
    names = operator.estate.names["ring"]
    begins_ns = operator.start_ns + 2 * HOUR_NS
    window_ns = begins_ns, begins_ns + HOUR_NS
    told_ns = operator.start_ns + HOUR_NS
    for ring in (int(np.flatnonzero(~protected)[0]), int(np.flatnonzero(protected)[0])):
        operator.plan_work("ring", names[ring], window_ns=window_ns, announced_ns=told_ns)
    visited = operator.estate.names["gnb"][0]
    operator.plan_work("gnb", visited, window_ns=window_ns, announced_ns=told_ns)

    periods = list(operator.run(40))
    harmful, backed, visit = operator.truth
    announced = [
        (period.start_ns, row)
        for period in periods
        for row in period.events.to_pylist()
        if row["event_kind"] == "planned_work"
        and json.loads(row["attributes"])["planned_start_ns"] == begins_ns
    ]

    assert (harmful.harmful, backed.harmful, visit.harmful) == (True, False, False)
    assert len(harmful.subjects) > 0
    assert len(backed.subjects) == len(visit.subjects) == 0
    assert set(harmful.sessions_by_period) <= set(range(*window_ns, PERIOD_NS))
    assert [row["end_ts"] for _, row in announced] == [window_ns[1]] * 3
    assert {at for at, _ in announced} == {told_ns}


def test_nobody_works_on_an_app_and_there_is_no_such_ring(operator):
    window_ns = operator.start_ns, operator.start_ns + HOUR_NS

    with pytest.raises(UnknownName, match="app"):
        operator.plan_work("app", "newmoon", window_ns=window_ns, announced_ns=0)
    with pytest.raises(UnknownName, match="ring-99"):
        operator.plan_work("ring", "ring-99", window_ns=window_ns, announced_ns=0)
