"""Cell lists of OpenCellID and Mozilla's location service (CSV), with and without a header."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.format import HEAD_BYTES, Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.csv.pieces import pieces_of
from sentio.ingest.wire.csv.records import delimiter_of
from sentio.ingest.wire.csv.tables import Fault, Table, first_records, header_of, tables
from sentio.ingest.wire.csv.values import numbers, objects, role_columns, there
from sentio.ingest.wire.text.streams import put_back, read_fully
from sentio.ingest.wire.times.columns import moments
from sentio.kernel.arrays import BoolArray
from sentio.model.record import Kind, Quality

COLUMNS = (
    *("radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples"),
    *("changeable", "created", "updated", "averageSignal"),
)
"""The columns of the export, in order; country files often come without their names."""

ROLES: dict[str, tuple[str, ...]] = {
    "radio": ("radio", "act", "rat", "technology"),
    "mcc": ("mcc",),
    "net": ("net", "mnc"),
    "area": ("area", "lac", "tac"),
    "cell": ("cell", "cellid", "cid", "eci", "nci"),
    "unit": ("unit", "psc", "pci"),
    "lon": ("lon", "long", "longitude"),
    "lat": ("lat", "latitude"),
    "range": ("range", "ranges"),
    "samples": ("samples",),
    "changeable": ("changeable",),
    "created": ("created", "createdat"),
    "updated": ("updated", "updatedat"),
    "signal": ("averagesignal", "averagesignalstrength"),
}
KEYS = ("mcc", "net", "area", "cell")
RADIOS = ("GSM", "UMTS", "LTE", "NR", "CDMA", "NBIOT", "NB-IOT")
_HEADERLESS = re.compile(
    rf"(?:{'|'.join(RADIOS)}),\d{{1,3}},\d{{1,5}},\d{{1,10}},\d{{1,12}},-?\d*,-?[\d.]+,-?[\d.]+,",
    re.IGNORECASE,
)


def sniff(head: bytes, name: str) -> float:
    """Tell how sure these bytes are a cell list: its column names, or rows of its layout."""
    del name
    names, _ = header_of(head)
    if _is_layout(names, next(iter(first_records(head, 1)), b"")):
        return 0.9
    roles = role_columns(names, ROLES)
    return 0.95 if all(role in roles for role in (*KEYS, "lon", "lat")) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Yield cells named ``mcc-net-area-cell``, valid from when they were last updated."""
    return pieces_of(_records(stream, reading), Kind.ELEMENT, reading)


def _records(
    stream: BinaryIO, reading: Reading
) -> Iterator[tuple[Table, Mapping[str, pa.Array], list[Fault]]]:
    head = read_fully(stream, HEAD_BYTES)
    first = next(iter(first_records(head, 1)), b"")
    names = COLUMNS if _is_layout(header_of(head)[0], first) else ()
    for table in tables(put_back(head, stream), reading, names=names):
        roles = role_columns(table.names, ROLES)
        yield table, *_columns(table, roles, reading)


def _is_layout(names: list[str], record: bytes) -> bool:
    """Tell whether a first record is a row already: the layout's width, a radio, and numbers."""
    text = record.decode("utf-8", "replace")
    is_row = delimiter_of(record) == b"," and bool(_HEADERLESS.match(text))
    return is_row and len(names) == len(COLUMNS)


def _columns(
    table: Table, roles: Mapping[str, str], reading: Reading
) -> tuple[dict[str, pa.Array], list[Fault]]:
    keys = {role: there(table.column(roles.get(role))) for role in KEYS}
    wholes = {role: _whole(texts) for role, texts in keys.items()}
    longitude, bad_longitude = numbers(table.column(roles.get("lon")), table)
    latitude, bad_latitude = numbers(table.column(roles.get("lat")), table)
    range_m, bad_range = numbers(table.column(roles.get("range")), table)
    updated, bad_updated = _moment(table, roles, "updated", reading)
    created, bad_created = _moment(table, roles, "created", reading)
    cell = pc.binary_join_element_wise(*(whole for whole, _ in wholes.values()), "-")
    radio = pc.utf8_upper(there(table.column(roles.get("radio"))))
    columns: dict[str, pa.Array] = {
        "ts": pc.coalesce(updated, created, pa.scalar(reading.received_ns, pa.int64())),
        "element": cell,
        "element_kind": pa.array(["cell"] * len(table)),
        "technology": radio,
        "longitude_deg": longitude,
        "latitude_deg": latitude,
        "range_m": range_m,
        "attributes": _attributes(table, roles),
        "quality": _quality(longitude, latitude),
    }
    outside = _beyond(longitude, 180), _beyond(latitude, 90)
    number, degrees = "the value is no number", "the value is no place on Earth"
    faults = [
        *(
            Fault(
                rows=keys[role].is_null().to_numpy(zero_copy_only=False),
                field=roles.get(role, role),
                reason="missing",
                what="the cell is not fully named",
            )
            for role in KEYS
        ),
        *(
            Fault(rows=bad, field=roles.get(role, role), reason=reason, what=what)
            for role, bad, reason, what in (
                *((key, bad, "not_a_number", number) for key, (_, bad) in wholes.items()),
                ("lon", bad_longitude, "not_a_number", number),
                ("lat", bad_latitude, "not_a_number", number),
                ("lon", outside[0], "out_of_range", degrees),
                ("lat", outside[1], "out_of_range", degrees),
                ("range", bad_range, "not_a_number", number),
                ("updated", bad_updated, "bad_time", "the time cannot be understood"),
                ("created", bad_created, "bad_time", "the time cannot be understood"),
            )
        ),
    ]
    return columns, faults


def _whole(texts: pa.StringArray) -> tuple[pa.StringArray, BoolArray]:
    """Give whole numbers without leading zeros, as text, and which rows hold something else."""
    try:
        values = texts.cast(pa.int64())
        if not pc.any(pc.less(values, 0)).as_py():
            return values.cast(pa.string()), np.zeros(len(texts), dtype=np.bool_)
    except pa.ArrowInvalid:
        pass
    is_whole = pc.fill_null(pc.match_substring_regex(texts, r"^\d{1,15}$"), False)
    clean = pc.if_else(is_whole, texts, pa.scalar(None, pa.string())).cast(pa.int64())
    bad = texts.is_valid().to_numpy(zero_copy_only=False)
    return clean.cast(pa.string()), bad & ~is_whole.to_numpy(zero_copy_only=False)


def _moment(
    table: Table, roles: Mapping[str, str], role: str, reading: Reading
) -> tuple[pa.Int64Array, BoolArray]:
    texts = table.column(roles.get(role))
    known = pc.if_else(pc.equal(texts, "0"), "", texts)  # the export's word for "never"
    return moments(known, reading, order="ymd")


def _beyond(values: pa.DoubleArray, limit: float) -> BoolArray:
    return pc.fill_null(pc.greater(pc.abs(values), limit), False).to_numpy(zero_copy_only=False)


def _quality(longitude: pa.DoubleArray, latitude: pa.DoubleArray) -> pa.Array:
    """Doubt cells at 0° 0°, in the Atlantic: nobody knew where they stand."""
    nowhere = pc.fill_null(pc.and_(pc.equal(longitude, 0), pc.equal(latitude, 0)), False)
    doubt = nowhere.to_numpy(zero_copy_only=False)
    return pa.array(np.where(doubt, int(Quality.SUSPECT), int(Quality.GOOD)).astype(np.uint8))


def _attributes(table: Table, roles: Mapping[str, str]) -> pa.StringArray:
    kept = ("unit", "samples", "changeable", "created", "signal")
    return objects({role: table.column(roles.get(role)) for role in kept}, len(table))


FORMAT = Format(
    name="opencellid",
    title="OpenCellID and MLS cell lists",
    standard="OpenCellID cell export (CSV, 14 columns)",
    sniff=sniff,
    read=read,
)
