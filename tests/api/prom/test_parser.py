"""What can be read, what is malformed, what is right but not supported."""

from __future__ import annotations

import pytest

from sentio.api.prom.errors import MalformedQuery, UnsupportedQuery
from sentio.api.prom.functions import AGGREGATIONS, FUNCTIONS, UNSUPPORTED, WITH_PARAMETER
from sentio.api.prom.parser import parse, parse_selector
from sentio.api.prom.syntax import Aggregate, Matcher, Selector


def test_a_selector_is_read_with_all_its_parts():
    found = parse(
        """sentio_mos{service="web", member!~'cell-\\'9', dimension=~`c.*`,}[1h30m] offset 2m"""
    )

    assert found == Selector(
        matchers=(
            Matcher("__name__", "=", "sentio_mos"),
            Matcher("service", "=", "web"),
            Matcher("member", "!~", "cell-'9"),
            Matcher("dimension", "=~", "c.*"),
        ),
        range_ms=5_400_000,
        offset_ms=120_000,
    )


def test_remarks_and_line_ends_are_nothing():
    assert parse("sum by (service)\n(x) # all of them") == parse("sum by(service)(x)")


def test_an_aggregation_takes_its_labels_before_or_behind():
    before = parse("topk without (member) (3, x)")

    assert isinstance(before, Aggregate)
    assert before == parse("topk(3, x) without (member)")


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("", "the end"),
        ("sum(", "the end"),
        ("x{", "the end"),
        ("x{service=web}", "a text in quotation marks"),
        ("x{service~'web'}", "cannot be read"),
        ("{}", "must name a metric"),
        ("{service=~'.*'}", "must name a metric"),
        ("x[5]", "a duration"),
        ("(x + y)[5m]", "behind a selector"),
        ("rate(x)", "series over a range"),
        ("rate(x[5m], 2)", "takes 1 argument"),
        ("sum(x[5m])", "series at one moment"),
        ("x[5m] + 1", "series at one moment"),
        ("topk(x)", "takes 2 argument"),
        ("topk(x, x)", "a number"),
        ("1 > 2", "needs bool"),
        ("x + bool y", "comparisons only"),
        ("1 + on(a) 2", "between series only"),
        ("rat(x[5m])", "no function is called 'rat'"),
        ("x y", "the end of the query"),
        ('x{service="we\\qb"}', "no escape"),
        ("5x", "cannot be read"),
        ("x" * 10_001, "too long"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_told_with_its_place(query: str, what: str):
    with pytest.raises(MalformedQuery) as told:
        parse(query)

    assert what in str(told.value)
    assert told.value.status == 400


@pytest.mark.parametrize(
    "query",
    ["a and b", "a or vector(0)", "a unless b", "a * on(x) group_left b", "rate(x[5m:1m])",
     "x @ end()", "histogram_quantile(0.9, x)", "label_replace(x, 'a', 'b', 'c', 'd')",
     "absent(x)", "'text'", "(" * 60 + "1" + ")" * 60],
)  # fmt: skip
def test_what_is_not_supported_is_told_as_that(query: str):
    with pytest.raises(UnsupportedQuery) as told:
        parse(query)

    assert told.value.status == 422


def test_match_takes_a_plain_selector_only():
    assert parse_selector("x{a='b'}")[1] == Matcher("a", "=", "b")
    with pytest.raises(MalformedQuery):
        parse_selector("rate(x[5m])")


def test_no_function_is_told_as_supported_and_not():
    assert not UNSUPPORTED & (FUNCTIONS.keys() | AGGREGATIONS | WITH_PARAMETER)
