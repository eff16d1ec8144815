"""Who depends on an element that is worked on."""

from __future__ import annotations

import pyarrow as pa
import pytest
from tests.loop.care.village import inventory, ways, work

from sentio.loop.care.reach import Ways, reach_of
from sentio.model.record import LINK
from sentio.model.topology import topology


def links(*given: tuple[str, str, str]) -> pa.RecordBatch:
    rows = [
        {"ts": 0, "link": f"{a}>{b}", "from_element": a, "to_element": b, "link_kind": kind}
        for a, b, kind in given
    ]
    return pa.RecordBatch.from_pylist(rows, schema=pa.schema(LINK))


@pytest.mark.parametrize(
    ("element", "way", "cells"),
    [
        ("ring-1", "lost", {"cell-1", "cell-2"}),
        ("ring-2", "longer", {"cell-3"}),
        ("link-2", "lost", {"cell-2"}),
        ("router-1", "lost", {"cell-1", "cell-2", "cell-3"}),
        ("cell-3", "lost", {"cell-3"}),
    ],
)
def test_what_hangs_on_an_element_loses_its_way_unless_there_is_one_round(element, way, cells):
    found = reach_of(work(element, 3, (8, 9)), ways())

    assert (found.way, found.dimension, set(found.members)) == (way, "cell", cells)


def test_a_cell_that_is_fed_twice_keeps_a_way_and_only_the_other_is_cut_off():
    elements, _ = inventory()
    twice = links(("ring-2", "link-1", "carries"))
    found = reach_of(work("ring-1", 3, (8, 9)), Ways.of(topology(elements, twice), elements, twice))

    assert found.way == "lost"
    assert set(found.members) == {"cell-2"}
    assert found.round == ("ring-2",)


def test_a_function_with_an_equal_beside_it_is_taken_over_for():
    elements, _ = inventory()
    functions = [
        {"ts": 0, "element": name, "element_kind": name.split("-")[0]}
        for name in ("upf-1", "upf-2")
    ]
    more = pa.RecordBatch.from_pylist([*elements.to_pylist(), *functions], schema=elements.schema)
    alone = links(("upf-1", "slice-1", "serves"))
    both = links(("upf-1", "slice-1", "serves"), ("upf-2", "slice-1", "serves"))
    wanted = work("upf-1", 3, (8, 9))

    assert reach_of(wanted, Ways.of(topology(more, alone), more, alone)).way == "served"
    found = reach_of(wanted, Ways.of(topology(more, both), more, both))
    assert (found.way, found.dimension, found.round) == ("longer", "upf", ("upf-2",))
