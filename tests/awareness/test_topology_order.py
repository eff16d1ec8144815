"""The same network is the same topology, in whatever order its elements are told."""

from __future__ import annotations

import pyarrow as pa

from sentio.model.record import ELEMENT, LINK
from sentio.model.topology import topology


def test_of_two_dimensions_as_coarse_the_nearer_to_the_element_is_rolled_up() -> None:
    parents = {"ring-1": None, "link-1": "ring-1", "gnb-1": "link-1", "cell-1": "gnb-1"}
    rows = [
        {"element": name, "element_kind": name.partition("-")[0], "parent": parent}
        for name, parent in parents.items()
    ]
    links = pa.RecordBatch.from_pylist([], pa.schema(list(LINK.items())))

    made = [
        topology(pa.RecordBatch.from_pylist(each, pa.schema(list(ELEMENT.items()))), links)
        for each in (rows, rows[::-1])
    ]

    assert made[0].derived == made[1].derived
    assert made[0].derived["ring"].below == "link"
