"""Sorts and JSONPath: the index against the bodies, live resources among those that are kept."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentio.api.tmf.jsonpath import parse_jsonpath
from sentio.api.tmf.listing import Lister
from sentio.api.tmf.query import Query, cursor, read_query
from sentio.store.state import StateStore, open_api_order
from sentio.store.state.open_api import OpenApiStore
from sentio.store.state.open_api_values import index_entries

WORDS = ["", "x", "10", "9", "1", "2026-11-23", "2026-11-23T01:00:00Z", "ä"]
SCALARS = st.sampled_from([*WORDS, None, True, False, 1, 9, 10.0, 0.5])
NESTED = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=6,
)
BODIES = st.lists(st.dictionaries(st.sampled_from("abc"), NESTED, max_size=3), max_size=7)
PLACES = st.sampled_from(["@.a", "@.b", "@.c", "@.a.b", "@.b.a", "@.a.b.a", "@"])
LITERALS = st.sampled_from(
    ["'x'", "'10'", "9", "1", "true", "null", "0.5", "'2026-11-23T00:30:00Z'", "''"]
)
SIGNS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
LEAVES = (
    st.tuples(PLACES, SIGNS, LITERALS).map("".join)
    | PLACES
    | PLACES.map(lambda place: f"{place}=~/1/")
)
TESTS = st.recursive(
    LEAVES,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda x: f"({''.join(x)})")
        | inner.map(lambda test: f"!({test})")
    ),
    max_leaves=4,
)
FILTERS = st.tuples(st.sampled_from(["$", "a", "$.b", "a.b", "c"]), TESTS).map(
    lambda x: f"{x[0]}[?({x[1]})]"
)
SORTS = st.lists(
    st.tuples(st.sampled_from(["", "-"]), st.sampled_from(["a", "b", "c", "a.b"])).map("".join),
    min_size=1,
    max_size=3,
)
MANY = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def states(tmp_path_factory) -> StateStore:
    return StateStore.open(f"sqlite:///{tmp_path_factory.mktemp('s') / 'state.db'}")


@pytest.fixture(autouse=True)
def few(monkeypatch) -> None:
    monkeypatch.setattr(open_api_order, "FEW", 1)  # so that a handful is ordered like a million


def numbered(bodies, first: int = 0) -> list[dict]:
    return [{"id": f"{n}", **body} for n, body in enumerate(bodies, first)]


def lister(states, bodies) -> Lister:
    store = OpenApiStore(states)
    kind = ("T", f"r{store.version(('T', 'count'))}")
    store.add(("T", "count"), [{"id": f"{kind[1]}"}], entries=lambda _: (), at_ns=0)
    store.add(kind, bodies, entries=index_entries, at_ns=0)
    return Lister(store=store, kind=kind, parent=None, shown=dict)


def asked(**params: str) -> Query:
    return read_query(list(params.items()), "v4")


@MANY
@given(bodies=BODIES, text=FILTERS)
def test_a_jsonpath_finds_by_the_index_what_it_finds_in_the_bodies(states, bodies, text) -> None:
    whole = numbered(bodies)

    found = lister(states, whole).find([], asked(filter=text))

    passing = [body for body in whole if parse_jsonpath(text)(body)]
    assert (found.total, found.items) == (len(passing), passing)


@MANY
@given(bodies=BODIES, live=BODIES, sorts=SORTS, start=st.integers(0, 9), size=st.integers(1, 5))
def test_a_part_of_a_sorted_list_is_cut_out_of_the_whole(
    states, bodies, live, sorts, start, size
) -> None:
    kept, more = numbered(bodies), numbered(live, 100)
    order = ",".join(sorts)

    whole = lister(states, []).find([*more, *kept], asked(sort=order)).items
    ours = lister(states, kept)
    part = ours.find(more, asked(sort=order, offset=str(start), limit=str(size)))

    assert part.items == whole[start : start + size]
    assert part.total == len(whole)
    for at, body in enumerate(whole):
        mark = cursor(f"L:{body['id']}" if body in more else f"S:{kept.index(body) + 1}")
        after = ours.find(more, asked(sort=order, after=mark, limit=str(size)))
        before = ours.find(more, asked(sort=order, before=mark, limit=str(size)))
        assert after.items == whole[at + 1 : at + 1 + size]
        assert before.items == whole[max(0, at - size) : at]


def test_what_was_remembered_is_forgotten_with_a_change(states) -> None:
    ours = lister(states, numbered([{"a": 1}, {"a": 2}]))
    assert [each["id"] for each in ours.find([], asked(sort="-a")).items] == ["1", "0"]

    ours.store.change(ours.kind, "0", lambda x: {**x, "a": 3}, entries=index_entries, at_ns=1)

    assert [each["id"] for each in ours.find([], asked(sort="-a")).items] == ["0", "1"]
    assert ours.find([], asked(filter="$[?(@.a==1)]")).total == 0


@pytest.mark.parametrize(
    "text",
    [
        "$[?(@.a=='x' && !(@.b.c>3))]",
        "$[?(@.a!=null || @.b)]",
        "note[?(@.author=='x')]",
        "$[?(@.tags[?(@=='x')])]",
    ],
)
def test_no_body_is_opened_for_what_the_index_knows(states, text) -> None:
    def never(_body):
        raise AssertionError("a body was opened")

    ours = lister(states, numbered([{"a": "x", "note": [{"author": "x"}], "tags": ["x"]}]))
    closed = Lister(store=ours.store, kind=ours.kind, parent=None, shown=never)

    assert closed.find([], asked(filter=text, limit="0")).total == 1
