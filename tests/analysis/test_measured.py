"""Measurements are odd against their own hour of the day, and events are found by element."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from sentio.analysis.measured import HOUR_NS, Log, Measured
from sentio.analysis.wrong import signs_of, word_for

MINUTE_NS = HOUR_NS // 60


def rows(end_ns: int, values: dict[tuple[str, str], float]) -> pa.RecordBatch:
    elements, indicators = zip(*values, strict=True)
    return pa.record_batch(
        {
            "ts": pa.array([end_ns] * len(values), pa.int64()),
            "element": list(elements),
            "indicator": list(indicators),
            "value": list(values.values()),
        }
    )


def test_an_evening_peak_is_usual_and_the_same_load_at_night_is_odd() -> None:
    rng, measured = np.random.default_rng(1), Measured()
    for quarter in range(4 * 24 * 7):
        hour = quarter // 4 % 24
        load = (0.8 if hour in (19, 20) else 0.2) + rng.normal(0.0, 0.02)
        measured.learn(rows(quarter * HOUR_NS // 4 + 1, {("cell-1", "load"): load}))
    week_ns = 7 * 24 * HOUR_NS

    measured.learn(rows(week_ns + 3 * HOUR_NS, {("cell-1", "load"): 0.8}))
    at_night = measured.oddities("cell-1", week_ns, week_ns + 4 * HOUR_NS)
    measured.learn(rows(week_ns + 20 * HOUR_NS, {("cell-1", "load"): 0.8}))
    at_the_peak = measured.oddities("cell-1", week_ns + 19 * HOUR_NS, week_ns + 21 * HOUR_NS)

    assert [(o.indicator, o.deviations > 10) for o in at_night] == [("load", True)]
    assert at_the_peak == []


def test_events_are_found_by_element_while_they_go_on() -> None:
    log = Log()
    log.add(
        pa.record_batch(
            {
                "ts": pa.array([1000, 5000], pa.int64()),
                "end_ts": pa.array([9000, None], pa.int64()),
                "event_kind": ["planned_work", "alarm"],
                "element": ["ring-1", "link-2"],
            }
        )
    )

    assert [e["event_kind"] for e in log.about({"ring-1"}, 8000, 8500)] == ["planned_work"]
    assert log.about({"link-2"}, 6000, 7000) == []
    assert [e["element"] for e in log.about({"link-2", "x"}, 4000, 6000)] == ["link-2"]


def test_a_work_is_an_event_of_its_window_and_not_of_its_announcement() -> None:
    log = Log(keep_ns=HOUR_NS)
    begins_ns, ends_ns = 50 * HOUR_NS, 54 * HOUR_NS
    for ts, kind, told, end_ns in (
        (HOUR_NS, "planned_work", json.dumps({"planned_start_ns": begins_ns}), ends_ns),
        (51 * HOUR_NS, "alarm", "{}", None),
    ):
        row = {"ts": ts, "end_ts": end_ns, "event_kind": kind, "element": "ring-1"}
        log.add(pa.RecordBatch.from_pylist([{**row, "attributes": told}]))

    def kinds(since_ns: int, until_ns: int) -> list[object]:
        return [each["event_kind"] for each in log.about({"ring-1"}, since_ns, until_ns)]

    assert kinds(HOUR_NS, 2 * HOUR_NS) == []
    assert kinds(begins_ns - HOUR_NS, begins_ns + 1) == ["planned_work"]
    assert kinds(ends_ns - 1, ends_ns + HOUR_NS) == ["planned_work"]


def test_a_cell_that_tells_nothing_while_others_do_is_asleep() -> None:
    measured = Measured()
    cells = [f"cell-{i}" for i in range(5)]
    for period in range(40):
        told = cells if period < 36 else cells[1:]
        end_ns = (period + 1) * HOUR_NS // 4
        measured.learn(rows(end_ns, {(cell, "active_users"): 40.0 for cell in told}))

    since_ns, until_ns = 36 * HOUR_NS // 4, 40 * HOUR_NS // 4
    assert measured.is_asleep("cell-0", since_ns, until_ns)
    assert not measured.is_asleep("cell-1", since_ns, until_ns)
    assert not measured.is_asleep("unknown", since_ns, until_ns)


@pytest.mark.parametrize("fine_hours", [0, 2])
def test_a_cell_reports_as_often_as_most_of_the_time_whatever_was_ordered(fine_hours: int) -> None:
    measured = Measured()
    for minute in range(0, 8 * 60, 5):
        is_under_order = minute >= (8 - fine_hours) * 60
        if minute % 15 == 0 or is_under_order:
            measured.learn(rows((minute + 5) * MINUTE_NS, {("cell-1", "active_users"): 40.0}))
        measured.learn(rows((minute + 5) * MINUTE_NS, {("link-1", "rtt_ms"): 2.0}))

    assert measured.granularity_ns("cell-1") == 15 * MINUTE_NS
    assert measured.granularity_ns("link-1") is None  # only tested
    assert measured.granularity_ns("unknown") is None


def test_cells_are_not_asleep_because_another_is_measured_more_finely() -> None:
    measured = Measured()
    for minute in range(5, 12 * 60, 5):
        due = ["cell-0", "cell-1", "cell-2"] if minute % 15 == 0 else []
        ordered = ["cell-3"] if minute % 15 == 0 or minute > 600 else []
        silent = {"cell-2"} if minute > 600 else set()
        told = {(cell, "active_users"): 40.0 for cell in (*due, *ordered) if cell not in silent}
        if told:
            measured.learn(rows(minute * MINUTE_NS, told))

    window = (600 * MINUTE_NS, 720 * MINUTE_NS)
    asleep = [cell for cell in ("cell-0", "cell-1", "cell-2") if measured.is_asleep(cell, *window)]
    assert asleep == ["cell-2"]


def test_a_bad_hour_does_not_become_usual() -> None:
    rng, measured = np.random.default_rng(2), Measured()
    days, loss = 7, ("link-1", "loss_ratio")
    at_ns = [
        day * 24 * HOUR_NS + minute * MINUTE_NS for day in range(days) for minute in range(5, 65, 5)
    ]
    for ns in at_ns:
        measured.learn(rows(ns, {loss: 4e-5 * float(np.exp(rng.normal(0.0, 0.25)))}))
    for ns in range(days * 24, days * 24 + 1):
        for minute in range(5, 65, 5):
            measured.learn(rows(ns * HOUR_NS + minute * MINUTE_NS, {loss: 0.08}))
    again_ns = (days + 1) * 24 * HOUR_NS

    measured.learn(rows(again_ns + 5 * MINUTE_NS, {loss: 0.08}))
    found = measured.oddities("link-1", again_ns, again_ns + 10 * MINUTE_NS)

    assert [one.deviations > 20.0 for one in found] == [True]


@pytest.mark.parametrize(("over_min", "word"), [(90.0, ""), (-60.0, "planned_work")])
def test_a_work_that_was_over_before_is_not_what_is_wrong(over_min: float, word: str) -> None:
    began_ns = 100 * HOUR_NS
    ends_ns = began_ns - round(over_min * 60e9)
    row = {"ts": ends_ns - 2 * HOUR_NS, "end_ts": ends_ns, "event_kind": "planned_work"}
    log = Log()
    log.add(pa.RecordBatch.from_pylist([{**row, "element": "ring-1", "attributes": None}]))

    signs = signs_of({"ring-1"}, "ring-1", Measured(), log, began_ns=began_ns, until_ns=began_ns)

    assert word_for(signs) == word
