"""The inventory as CSV: elements with their parents, and links (column maps `inventory_*`)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sentio.lab.simulation import Operator
from sentio.lab.stream.parcels import Parcel
from sentio.lab.stream.tables import csv_parcel, dated
from sentio.lab.wire.text import MS_NS

SOURCE, FORMAT = "inventory", "delimited"
ELEMENTS = {
    "element_id": "element",
    "element_kind": "element_kind",
    "element_name": "name",
    "parent_id": "parent",
    "technology": "technology",
    "longitude": "longitude_deg",
    "latitude": "latitude_deg",
    "range_m": "range_m",
    "details": "attributes",
}
LINKS = {
    "link_id": "link",
    "from_id": "from_element",
    "to_id": "to_element",
    "link_kind": "link_kind",
    "capacity_bps": "capacity_bps",
}


def write(operator: Operator) -> Iterator[Parcel]:
    """Write both files, valid from the operator's first moment."""
    at_ns = operator.start_ns
    for kind, names, batch in zip(
        ("elements", "links"), (ELEMENTS, LINKS), operator.topology(), strict=True
    ):
        valid_from = pa.array(np.full(batch.num_rows, at_ns // MS_NS))
        told = {name: batch.column(column) for name, column in names.items()}
        name = dated(kind, at_ns)
        yield csv_parcel(SOURCE, name, {"valid_from": valid_from, **told}, FORMAT)
