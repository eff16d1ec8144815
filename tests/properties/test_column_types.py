"""A table may come with any type in any column: rows are kept or rejected, nothing is raised."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sentio.ingest.format import FORMATS
from sentio.testing.survival import survive

SECOND = 1_772_442_900
SOUND = {
    "ts": pa.array([SECOND, SECOND + 1, SECOND + 2]),
    "service": pa.array(["web"] * 3),
    "imsi": pa.array(["1", "2", None]),
    "cell": pa.array(["a", "b", None]),
    "page_load_ms": pa.array([1.0, 2.0, None]),
    "is_success": pa.array([1.0, 0.0, None]),
    "segment_duration_s": pa.array([[1.0], [2.0, 3.0], None]),
    "duration_ms": pa.array([1.0, 2.0, 3.0]),
    "longitude_deg": pa.array([1.0, 2.0, 3.0]),
}
NUMBERS = {
    "int8": pa.array([1, None, -128], pa.int8()),
    "uint64": pa.array([SECOND, None, 2**64 - 1], pa.uint64()),
    "int64": pa.array([SECOND, None, -(2**63)]),
    "half": pa.array(np.array([1, np.nan, 6e4], np.float16)),
    "float": pa.array([1.5, None, 3e38], pa.float32()),
    "not finite": pa.array([float(SECOND), float("nan"), float("inf")]),
    "large": pa.array([-1e308, 1e308, -0.0]),
    "boolean": pa.array([True, None, False]),
    "null": pa.nulls(3),
    "decimal": pa.array([Decimal("1.5"), None, Decimal("9" * 30)], pa.decimal128(38, 2)),
    "decimal256": pa.array([Decimal("1.5"), None, Decimal("9" * 60)], pa.decimal256(70, 1)),
}
TEXTS = {
    "text": pa.array(["web", None, ""]),
    "swollen": pa.array(["1e999", "9" * 40, "-" + "9" * 400]),
    "large text": pa.array(["web", None, "x"], pa.large_string()),
    "view": pa.array(["web", None, "longer than twelve bytes"], pa.string_view()),
    "bytes": pa.array([b"web", None, b"\xff"]),
    "bytes view": pa.array([b"web", None, b"\xff"], pa.binary_view()),
    "fixed bytes": pa.array([b"web", None, b"\xff\0\0"], pa.binary(3)),
    "uuid": pa.ExtensionArray.from_storage(
        pa.uuid(), pa.array([b"0" * 16, None, b"1" * 16], pa.binary(16))
    ),
}
TIMES = {
    "date": pa.array([dt.date(2026, 3, 2), None, dt.date(1, 1, 1)]),
    "date64": pa.array([dt.date(2026, 3, 2), None, dt.date(9999, 1, 1)], pa.date64()),
    "time of day": pa.array([1, None, 3], pa.time64("ns")),
    "seconds": pa.array([SECOND, None, 2**62], pa.timestamp("s")),
    "milliseconds": pa.array([SECOND * 1000, None, -(2**62)], pa.timestamp("ms")),
    "microseconds": pa.array([SECOND * 10**6, None, 2**62], pa.timestamp("us")),
    "nanoseconds": pa.array([SECOND * 10**9, None, -(2**63)], pa.timestamp("ns")),
    "a zone": pa.array([SECOND * 10**9, None, 2**63 - 1], pa.timestamp("ns", "Europe/Dublin")),
    "no zone": pa.array([SECOND * 10**9, None, 5], pa.timestamp("ns", "Mars/Olympus")),
    "duration": pa.array([1, None, 2**62], pa.duration("ns")),
    "interval": pa.array([pa.MonthDayNano([1, 2, 3]), None, None]),
}
NESTED = {
    "list": pa.array([[1.0, None], None, []]),
    "large list": pa.array([[1], None, [2, 3]], pa.large_list(pa.int64())),
    "fixed list": pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int32(), 2)),
    "list of texts": pa.array([["a"], None, ["1"]]),
    "list of lists": pa.array([[[1]], None, []]),
    "list view": pa.array([[1], None, [2]], pa.list_view(pa.int64())),
    "struct": pa.array([{"a": 1, "b": "x"}, None, {"a": 3, "b": None}]),
    "empty struct": pa.array([{}, None, {}], pa.struct([])),
    "map": pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int32())),
    "union": pa.UnionArray.from_sparse(
        pa.array([0, 1, 0], pa.int8()), [pa.array([1, 2, 3]), pa.array(["a", "b", "c"])]
    ),
}


def coded(values: list[object], kind: pa.DataType | None = None) -> pa.Array:
    codes = pa.array([0, None, len(values) - 1 if values else None], pa.uint8())
    return pa.DictionaryArray.from_arrays(codes, pa.array(values, kind))


CODED = {
    "codes of one text twice": coded(["web", "web"]),
    "codes of null": coded(["web", None]),
    "codes of numbers": coded([SECOND, None]),
    "codes of bytes": coded([b"web", b"\xff"]),
    "codes of views": coded(["web", "x"], pa.string_view()),
    "codes of times": coded([1, 2], pa.timestamp("s")),
    "codes of lists": coded([[1.0], [2.0]]),
    "codes of nothing": pa.DictionaryArray.from_arrays(
        pa.array([None] * 3, pa.int8()), pa.array([], pa.string())
    ),
    "runs": pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["a", "b"])),
}
STRANGE = {**NUMBERS, **TEXTS, **TIMES, **NESTED, **CODED}
JSON_VALUES = (
    *(None, True, 0, -1, 2**63, 10**30, 1.5, 1e308, "", "web", "9" * 400, "1e999", "\x00"),
    *([], [1], ["a"], [None], [[1]], [{}], {}, {"a": 1}, {"a": {"b": [1]}}),
)


def as_ipc(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def as_parquet(table: pa.Table) -> bytes | None:
    sink = io.BytesIO()
    try:
        pq.write_table(table, sink)
    except (pa.ArrowException, NotImplementedError):
        return None  # Parquet has no such type
    return sink.getvalue()


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("column", SOUND)
def test_a_column_of_any_type_is_read_or_its_rows_are_rejected(column: str, kind: str) -> None:
    table = pa.table({**SOUND, column: STRANGE[kind]})

    survive(FORMATS["arrow_ipc"], as_ipc(table))
    if content := as_parquet(table):
        survive(FORMATS["parquet"], content)


@pytest.mark.parametrize("kind", STRANGE)
def test_a_column_of_any_type_harms_no_row_where_nobody_needs_it(kind: str) -> None:
    table = pa.table({**SOUND, "remark": STRANGE[kind]})

    assert survive(FORMATS["arrow_ipc"], as_ipc(table)) == 3
    if content := as_parquet(table):
        assert survive(FORMATS["parquet"], content) == 3


@pytest.mark.parametrize("column", SOUND)
def test_json_values_of_any_type_are_read_or_their_rows_are_rejected(column: str) -> None:
    sound = {"ts": SECOND, "service": "web", "imsi": "1", "page_load_ms": 840, "is_success": 1}

    for pair in itertools.product(JSON_VALUES, repeat=2):
        lines = [json.dumps({**sound, column: value}) for value in (*pair, None)]
        survive(FORMATS["ndjson"], "\n".join(lines).encode())
