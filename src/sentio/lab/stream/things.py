"""Windows of things as their platforms send them: JSON objects, one a line, a file a service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.kernel.arrays import BoolArray
from sentio.lab.operator.catalogue import THING_MODELS
from sentio.lab.stream.dirt import GLUED, SPARSE, Dirt
from sentio.lab.stream.names import bytes_of, imsi_of, stamp
from sentio.lab.stream.parcels import Parcel
from sentio.lab.wire.text import MS_NS, glue, whole

SOURCE, FORMAT = "things", "ndjson"
BOXES = "cpe"  # tell of themselves in a format of their own
SERVICES = tuple(name for name in THING_MODELS if name != BOXES)


def write(start_ns: int, uses: Mapping[str, pa.RecordBatch], dirt: Dirt) -> Iterator[Parcel]:
    """Write a file for each kind of thing that reports in a period."""
    for service in SERVICES:
        if service in uses:
            body = bytes_of(lines_of(service, uses[service], dirt))
            yield Parcel(SOURCE, f"{service}-{stamp(start_ns)}.ndjson", body, FORMAT)


def lines_of(service: str, uses: pa.RecordBatch, dirt: Dirt) -> pa.StringArray:
    """Write each window as an object.

    A few have their first indicator with the unit glued on, which is no number; a few lack one.
    """
    rows = uses.num_rows
    ts_ms = dirt.ahead(uses.column("ts").to_numpy()) // MS_NS
    subject = imsi_of(uses.column("subject").to_numpy())
    parts: list[pa.StringArray | str] = [
        *('{"ts":', whole(ts_ms), f',"service":"{service}","imsi":"', subject, '"'),
    ]
    spoilt = {"unit": dirt.rows("unit", GLUED, rows), "missing": dirt.rows("missing", SPARSE, rows)}
    for name, column in zip(uses.schema.names, uses.columns, strict=True):
        if name in {"ts", "subject"}:
            continue
        parts += [f',"{name}":', _value(column, spoilt if column.type == pa.float32() else {})]
        if column.type == pa.float32():
            spoilt = {}
    return glue(*parts, "}\n")


def _value(column: pa.Array, spoilt: Mapping[str, BoolArray]) -> pa.StringArray:
    if pa.types.is_dictionary(column.type):
        known = glue('"', column.dictionary, '"').take(column.indices)
        return pc.fill_null(known, "null")
    texts = column.cast(pa.string())
    if spoilt and any(np.any(rows) for rows in spoilt.values()):
        texts = pc.if_else(pa.array(spoilt["unit"]), glue('"', texts, ' units"'), texts)
        texts = pc.if_else(pa.array(spoilt["missing"]), "null", texts)
    return texts
