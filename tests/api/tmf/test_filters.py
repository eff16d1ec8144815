"""Filters against a plain reading of them: by the index, by the bodies, and by hand."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentio.api.problems import RequestError
from sentio.api.tmf.filters import is_passed, parse_filters
from sentio.api.tmf.jsonpath import parse_jsonpath
from sentio.api.tmf.listing import Lister
from sentio.api.tmf.query import read_query
from sentio.store.state import StateStore
from sentio.store.state.open_api import ALL, OpenApiStore
from sentio.store.state.open_api_values import index_entries

WORDS = ["", "x", "y", "10", "9", "2026-11-23", "2026-11-23T01:00:00Z", "ä", "X"]
SCALARS = st.sampled_from(WORDS) | st.integers(-3, 12) | st.booleans() | st.sampled_from([0.5, 1.0])
OBJECTS = st.dictionaries(st.sampled_from(["d", "e"]), SCALARS | st.lists(SCALARS, max_size=2))
BODIES = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    SCALARS | OBJECTS | st.lists(SCALARS | OBJECTS, max_size=3),
    max_size=3,
)
PATHS = st.sampled_from(["a", "b", "c", "a.d", "b.e", "c.d"])
OPERATORS = st.sampled_from(["", ".eq", ".ne", ".gt", ".gte", ".lt", ".lte"])
ASKED = st.sampled_from([word for word in WORDS if word])
FILTERS = st.lists(st.tuples(PATHS, OPERATORS, ASKED), max_size=3)


@pytest.fixture(scope="module")
def states(tmp_path_factory) -> StateStore:
    return StateStore.open(f"sqlite:///{tmp_path_factory.mktemp('f') / 'state.db'}")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(BODIES, max_size=6), asked=FILTERS, sort=st.sampled_from(["", "a", "-b"]))
def test_the_index_finds_what_the_bodies_say(states, bodies, asked, sort) -> None:
    store = OpenApiStore(states)
    kind = ("T", f"r{store.version(('T', 'count'))}")
    store.add(("T", "count"), [{"id": f"{kind[1]}"}], entries=lambda _: (), at_ns=0)
    whole = [{"id": str(number), **body} for number, body in enumerate(bodies)]
    store.add(kind, whole, entries=index_entries, at_ns=0)
    params = [(f"{path}{operator}", value) for path, operator, value in asked]
    query = read_query([*params, *([("sort", sort)] if sort else [])], "v4")
    lister = Lister(store=store, kind=kind, parent=None, shown=dict)

    kept = lister.find([], query)
    live = Lister(store=store, kind=("T", "none"), parent=None, shown=dict)

    passing = [body for body in whole if is_passed(parse_filters(params), body)]
    assert kept.total == len(passing)
    assert sorted(each["id"] for each in kept.items) == [each["id"] for each in passing]
    assert kept.items == live.find(whole, query).items


@pytest.mark.parametrize(
    ("query", "body", "expected"),
    [
        ("a=1", {"a": 1}, True),
        ("a=1", {"a": 1.0}, True),
        ("a=true", {"a": True}, True),
        ("a=1", {"a": True}, False),
        ("a.gt=9", {"a": "10"}, True),
        ("a.gt=9", {"a": "x"}, False),
        ("a.gt=abc", {"a": "abd"}, True),
        ("a.gt=2026-11-23T00:00:00Z", {"a": "2026-11-23T00:30:00+01:00"}, False),
        ("a.b=1", {"a": [{"b": 2}, {"b": 1}]}, True),
        ("a.ne=1", {}, True),
        ("a.ne=1,2", {"a": 2}, False),
    ],
)
def test_values_compare_as_numbers_times_or_texts(query, body, expected) -> None:
    name, _, value = query.partition("=")

    assert is_passed(parse_filters([(name, value)]), body) is expected


@given(st.text(max_size=40))
def test_no_filter_breaks_the_reader(text) -> None:
    for read in (lambda: parse_filters([(text, text)]), lambda: parse_jsonpath(text)({"a": 1})):
        with suppress(RequestError):
            read()


def test_what_is_kept_survives_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'state.db'}"
    with StateStore.open(url) as state:
        OpenApiStore(state).add(("T", "r"), [{"id": "1"}], entries=lambda _: (), at_ns=0)
    with StateStore.open(url) as state:
        assert OpenApiStore(state).get(("T", "r"), "1") == {"id": "1"}
        assert OpenApiStore(state).page(("T", "r"), ALL, read_page())[0] == 1


def read_page():
    from sentio.store.state.open_api_search import Page

    return Page(limit=1)
