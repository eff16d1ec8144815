"""PromQL worked out by hand: one sample a minute, the first at minute 0."""

from __future__ import annotations

import math

import pytest
from tests.api.prom.vectors import _, worked_out

from sentio.api.prom.errors import UnsupportedQuery

COUNT = {
    ("c", "web", "x"): [0, 60, 120, 240, 240, 300],
    ("c", "web", "y"): [0, 6, 12, 18, 24, 30],
    ("c", "voice", "x"): [100, 100, 100, 100, 100, 100],
}
MOS = {
    ("m", "web", "x"): [4.0, 3.0, _, _, 2.0, 4.0],
    ("m", "web", "y"): [_, 5.0, 4.0, _, _, _],
}


def test_a_selector_gives_the_newest_sample_within_five_minutes():
    series = {("m", "web"): [4.0, 3.0, _, _, _, _, _, _]}

    assert worked_out("m", series, 0, 1, 1.5, 5.99, 6) == {
        ("m", "web"): pytest.approx([4.0, 3.0, 3.0, 3.0, math.nan], nan_ok=True)
    }


def test_steps_between_samples_see_the_one_before():
    assert worked_out("c{member='y'}", COUNT, 1.0, 1.99, 2.0) == {("c", "web", "y"): [6, 6, 12]}


def test_an_offset_looks_back_and_a_negative_one_ahead():
    found = worked_out("c{member='y'} offset 2m", COUNT, 3, 4)
    ahead = worked_out("c{member='y'} offset -1m", COUNT, 3, 4)

    assert found == {("c", "web", "y"): [6, 12]}
    assert ahead == {("c", "web", "y"): [24, 30]}


def test_a_rate_is_carried_on_to_both_edges_of_its_window():
    # minute 5, window (2, 5]: samples at 3, 4, 5; grown 60 in 2 min; the first lies 1 min behind
    # the edge, less than 1.1 gaps: 60 * (2 + 1) / 2 = 90 in 180 s
    assert worked_out("rate(c{member='x',service='web'}[3m])", COUNT, 5) == {
        ("web", "x"): [pytest.approx(0.5)]
    }
    assert worked_out("increase(c{member='y'}[3m])", COUNT, 5) == {
        ("web", "y"): [pytest.approx(18.0)]
    }


def test_a_window_holds_no_sample_at_its_own_beginning():
    assert worked_out("count_over_time(c{member='y'}[2m])", COUNT, 4) == {("web", "y"): [2.0]}
    assert worked_out("increase(c{member='y'}[1m])", COUNT, 4) == {}


def test_a_counter_is_not_carried_on_below_zero():
    # samples 10, 20 at minutes 1 and 2; window (-2, 2]: 180 s before the first one, more than 1.1
    # gaps: half a gap, but zero lies a whole gap before: 10 * (60 + 30) / 60
    assert worked_out("increase(c[4m])", {("c",): [_, 10.0, 20.0]}, 2) == {(): [15.0]}
    # samples 1, 21: zero lies 3 s before the first
    found = worked_out("increase(c[4m])", {("c",): [_, 1.0, 21.0]}, 2)
    assert found == {(): [pytest.approx(21.0)]}


def test_a_counter_that_begins_anew_has_grown_by_what_it_had_reached():
    # 5 -> 9, anew at 2, -> 4: 4 + 2 + 2 = 8 within 3 min, whole window (0, 4] is 4 min
    assert worked_out("increase(c[4m])", {("c",): [0, 5.0, 9.0, 2.0, 4.0]}, 4) == {
        (): [pytest.approx(8.0 * 4.0 / 3.0)]
    }
    assert worked_out("delta(c[4m])", {("c",): [0, 5.0, 9.0, 2.0, 4.0]}, 4) == {
        (): [pytest.approx(-1.0 * 4.0 / 3.0)]
    }


def test_the_last_two_samples_give_the_instant_rate():
    assert worked_out("irate(c[5m])", {("c",): [0, 60.0, _, 240.0]}, 3) == {(): [1.5]}


@pytest.mark.parametrize(
    ("function", "value"),
    [("avg", 3.0), ("min", 2.0), ("max", 4.0), ("sum", 9.0), ("count", 3.0), ("last", 4.0),
     ("stddev", math.sqrt(2.0 / 3.0))],
)  # fmt: skip
def test_functions_over_time_leave_gaps_out(function: str, value: float):
    found = worked_out(f"{function}_over_time(m{{member='x'}}[5m])", MOS, 5)

    assert list(found.values()) == [[pytest.approx(value)]]


def test_a_quantile_over_time_lies_between_its_neighbours():
    found = worked_out("quantile_over_time(0.75, m{member='x'}[5m])", MOS, 5)

    assert found == {("web", "x"): [3.5]}  # of 2, 3, 4: rank 1.5


def test_sums_by_and_without_labels():
    assert worked_out("sum(c)", COUNT, 2) == {(): [232.0]}
    assert worked_out("sum by (service) (c)", COUNT, 2) == {("web",): [132.0], ("voice",): [100.0]}
    assert worked_out("sum(c) by (member)", COUNT, 2) == {("x",): [220.0], ("y",): [12.0]}
    assert worked_out("max without (service) (c)", COUNT, 2) == {("x",): [120.0], ("y",): [12.0]}
    assert worked_out("count(c)", COUNT, 2) == {(): [3.0]}
    assert worked_out("avg(m)", MOS, 1) == {(): [4.0]}
    assert worked_out("quantile(0.5, c)", COUNT, 2) == {(): [100.0]}


def test_the_top_series_keep_their_labels_and_may_change_from_step_to_step():
    series = {("m", "a"): [1.0, 9.0], ("m", "b"): [5.0, 2.0], ("m", "c"): [4.0, 3.0]}

    found = worked_out("topk(1, m)", series, 0, 1)

    assert found[("m", "a")] == pytest.approx([math.nan, 9.0], nan_ok=True)
    assert found[("m", "b")] == pytest.approx([5.0, math.nan], nan_ok=True)
    assert worked_out("bottomk(2, m)", series, 1) == {("m", "b"): [2.0], ("m", "c"): [3.0]}


def test_numbers_obey_the_usual_order():
    assert worked_out("2 + 3 * 4 ^ 2 ^ 0.5 - 10 % 4", {}, 0) == [
        pytest.approx(2 + 3 * 4**2**0.5 - 10 % 4)
    ]
    assert worked_out("-2 ^ 2", {}, 0) == [-4.0]
    assert worked_out("(1 + 1) * -3 - -1", {}, 0) == [-5.0]
    assert worked_out("1 > bool 2", {}, 0) == [0.0]
    assert worked_out("time()", {}, 1, 2) == [60.0, 120.0]


def test_series_are_divided_by_those_with_equal_labels():
    series = {
        ("p", "web", "x"): [1.0],
        ("p", "web", "y"): [3.0],
        ("n", "web", "x"): [4.0],
        ("n", "voice", "y"): [6.0],
    }

    assert worked_out("p / n", series, 0) == {("web", "x"): [0.25]}
    assert worked_out("sum(p) / on() sum(n)", series, 0) == {(): [0.4]}
    assert worked_out("p / ignoring(service) n", series, 0) == {("x",): [0.25], ("y",): [0.5]}
    assert worked_out("1 - p / n", series, 0) == {("web", "x"): [0.75]}


def test_several_series_on_a_side_are_refused():
    with pytest.raises(UnsupportedQuery, match="several series of the left side"):
        worked_out("c / on(service) c", COUNT, 2)


def test_a_comparison_keeps_what_it_holds_for_and_its_name():
    assert worked_out("c > 50", COUNT, 2) == {
        ("c", "web", "x"): [120.0],
        ("c", "voice", "x"): [100.0],
    }
    assert worked_out("c > bool 100", COUNT, 2) == {
        ("web", "x"): [1.0],
        ("web", "y"): [0.0],
        ("voice", "x"): [0.0],
    }
    assert worked_out("110 < c", COUNT, 2) == {("c", "web", "x"): [120.0]}


def test_nothing_divided_by_nothing_has_no_value():
    assert worked_out("c / c", {("c", "web"): [0.0]}, 0) == {}


def test_functions_of_each_value():
    series = {("m", "a"): [2.25], ("m", "b"): [-1.0]}

    assert worked_out("abs(m)", series, 0) == {("a",): [2.25], ("b",): [1.0]}
    assert worked_out("round(m, 0.5)", series, 0) == {("a",): [2.5], ("b",): [-1.0]}
    assert worked_out("clamp(m, 0, 2)", series, 0) == {("a",): [2.0], ("b",): [0.0]}
    assert list(worked_out("sort_desc(m)", series, 0)) == [("m", "a"), ("m", "b")]
    assert worked_out("scalar(sum(m)) + 1", series, 0) == [2.25]
    assert worked_out("vector(3)", series, 0) == {(): [3.0]}
