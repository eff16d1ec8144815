"""Resources of Open APIs in the state: kept, found, counted, on both databases."""

from __future__ import annotations

import pytest

from sentio.kernel.errors import RefusedError
from sentio.store.state import StateStore
from sentio.store.state.open_api import OpenApiStore, Wanted
from sentio.store.state.open_api_search import Page, Sought
from sentio.store.state.open_api_values import Entry

KIND = ("TMF642v4", "alarm")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def state(request, tmp_path):
    sqlite = f"sqlite:///{tmp_path / 'state.db'}"
    is_sqlite = request.param == "sqlite"
    with StateStore.open(
        sqlite if is_sqlite else request.getfixturevalue("postgres").database()
    ) as opened:
        yield opened


def entries(body):
    number = float(body["n"])
    return {Entry("n", str(body["n"]), number), Entry("word", body["word"], None)}


@pytest.fixture
def five(state) -> OpenApiStore:
    """Keep five resources: words a, B, a, b, ä, numbers 0 to 4."""
    store = OpenApiStore(state)
    words = ("a", "B", "a", "b", "ä")
    bodies = [{"id": f"r{n}", "n": n, "word": word} for n, word in enumerate(words)]
    store.add(KIND, bodies, entries=entries, at_ns=1)
    return store


def found(store: OpenApiStore, *clauses, **page: int) -> tuple[int, str]:
    total, rows = store.page(KIND, Wanted(clauses), Page(**page))
    return total, "".join(str(row.body["n"]) for row in rows)


def one(path: str, operator: str, *values: str):
    numbers = path == "n"
    return (Sought(path, operator, tuple((v, float(v) if numbers else None) for v in values)),)


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (one("word", "eq", "a"), "02"),
        (one("word", "eq", "a", "b"), "023"),
        (one("word", "ne", "a"), "134"),
        (one("word", "gt", "a"), "34"),
        (one("word", "lt", "a"), "1"),
        (one("n", "gte", "3"), "34"),
        (one("n", "lt", "1.5"), "01"),
        ((*one("n", "eq", "4"), *one("word", "eq", "a")), "024"),
    ],
)
def test_values_are_compared_the_same_on_both(five, clause, expected) -> None:
    assert found(five, clause) == (len(expected), expected)
    assert found(five, clause, one("n", "gte", "0")) == (len(expected), expected)


def test_clauses_narrow_and_pages_follow_each_other(five) -> None:
    assert found(five) == (5, "01234")
    assert found(five, one("word", "eq", "a"), one("n", "gt", "0")) == (1, "2")
    assert found(five, one("word", "eq", "a"), one("n", "eq", "2")) == (1, "2")
    assert found(five, offset=1, limit=2) == (5, "12")
    assert found(five, after=2, limit=2) == (5, "23")
    assert found(five, before=4, limit=2) == (5, "12")
    assert found(five, limit=0) == (5, "")


def test_what_changes_or_goes_is_found_and_counted_anew(five) -> None:
    five.change(KIND, "r1", lambda body: {**body, "word": "a"}, entries=entries, at_ns=2)
    assert found(five, one("word", "eq", "a")) == (3, "012")

    gone = five.remove(KIND, "r0")

    assert gone == {"id": "r0", "n": 0, "word": "a"}
    assert found(five, one("word", "eq", "a")) == (2, "12")
    assert found(five)[0] == 4
    assert five.get(KIND, "r0") is None
    assert five.remove(KIND, "r0") is None
    assert five.change(KIND, "r0", lambda body: body, entries=entries, at_ns=2) is None


def test_an_id_is_kept_once_and_a_refused_addition_leaves_nothing(five) -> None:
    fresh = [{"id": "r9", "n": 9, "word": "z"}, {"id": "r1", "n": 1, "word": "z"}]

    with pytest.raises(RefusedError, match="r1"):
        five.add(KIND, fresh, entries=entries, at_ns=3)

    assert found(five) == (5, "01234")


def test_a_change_that_fails_changes_nothing(five) -> None:
    def fail(_body):
        raise KeyError("nothing")

    with pytest.raises(KeyError):
        five.change(KIND, "r1", fail, entries=entries, at_ns=2)

    assert five.get(KIND, "r1") == {"id": "r1", "n": 1, "word": "B"}
