"""Columns of numbers, lists and texts can be cut, picked and compared row by row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from sentio.experience.columns import Lists, Texts, differs, from_arrow, part, take

ROWS = st.lists(st.lists(st.integers(-3, 3).map(float), max_size=4), min_size=1, max_size=12)


def rows_of(lists: Lists) -> list[list[float]]:
    bounds = zip(lists.offsets[:-1], lists.offsets[1:], strict=True)
    return [lists.values[start:stop].tolist() for start, stop in bounds]


@given(rows=ROWS, data=st.data())
def test_picked_rows_of_lists_are_those_rows(rows: list[list[float]], data: st.DataObject) -> None:
    picked = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=20))

    found = take(Lists.of(rows), np.array(picked, dtype=np.int64))

    assert isinstance(found, Lists)
    assert rows_of(found) == [rows[i] for i in picked]


@given(rows=ROWS, data=st.data())
def test_a_part_of_lists_is_its_rows(rows: list[list[float]], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(rows)))
    stop = data.draw(st.integers(start, len(rows)))

    found = part(Lists.of(rows), start, stop)

    assert isinstance(found, Lists)
    assert rows_of(found) == rows[start:stop]
    assert found.offsets[0] == 0


@given(one=ROWS, data=st.data())
def test_lists_differ_in_the_rows_that_differ(one: list[list[float]], data: st.DataObject) -> None:
    other = [data.draw(st.one_of(st.just(row), ROWS.map(lambda rows: rows[0]))) for row in one]

    found = differs(Lists.of(one), Lists.of(other))

    assert found.tolist() == [left != right for left, right in zip(one, other, strict=True)]


def test_texts_differ_by_their_words_not_by_their_codes() -> None:
    one, other = Texts.of(["a", "b", None, "c"]), Texts.of(["b", "b", None, "c"])

    assert differs(one, other).tolist() == [True, False, False, False]


def test_a_slice_of_an_arrow_list_column_keeps_its_own_rows() -> None:
    whole = pa.array([[1.0], None, [2.0, 3.0], [], [4.0]], pa.list_(pa.float64()))

    found = from_arrow(whole.slice(1, 3), "list")

    assert isinstance(found, Lists)
    assert rows_of(found) == [[], [2.0, 3.0], []]
