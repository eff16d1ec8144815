"""What rows look like when they leave: times are times, subjects masked texts."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

TIMES = frozenset(
    {"ts", "hour", "period", "first_ts", "last_ts", "at_ns", "first_at_ns", "last_at_ns"}
)
"""Columns of answers that are moments, in ns since 1970."""

SUBJECT = "subject"
SHOWN = 6  # characters of a masked pseudonym
ELLIPSIS = "…"


def shown_schema(schema: pa.Schema, zone: str) -> pa.Schema:
    """Tell what `shown` makes of a schema."""
    return pa.schema([_shown_field(each, zone) for each in schema])


def shown(batch: pa.RecordBatch, zone: str, *, is_masked: bool) -> pa.RecordBatch:
    """Turn times into timestamps of a zone, and subjects into texts, masked if that is wanted.

    As texts, pseudonyms keep their last digits in programs that know float64 only.
    """
    schema = shown_schema(batch.schema, zone)
    columns = [
        _subjects(batch.column(i), is_masked=is_masked)
        if each.name == SUBJECT
        else batch.column(i).cast(each.type)
        for i, each in enumerate(schema)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def texts(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Write times as texts of ISO 8601 with their offset, to the millisecond."""
    columns = [
        _iso(batch.column(i)) if pa.types.is_timestamp(each.type) else batch.column(i)
        for i, each in enumerate(batch.schema)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=texts_schema(batch.schema))


def texts_schema(schema: pa.Schema) -> pa.Schema:
    """Tell what `texts` makes of a schema."""
    return pa.schema(
        [
            each.with_type(pa.string()) if pa.types.is_timestamp(each.type) else each
            for each in schema
        ]
    )


def _shown_field(each: pa.Field, zone: str) -> pa.Field:
    if each.name in TIMES and each.type == pa.int64():
        return each.with_type(pa.timestamp("ns", zone))
    return each.with_type(pa.string()) if each.name == SUBJECT else each


def _subjects(column: pa.Array, *, is_masked: bool) -> pa.Array:
    found = column.cast(pa.string())
    if not is_masked:
        return found
    start = pc.utf8_slice_codeunits(found, 0, SHOWN)
    return pc.binary_join_element_wise(start, ELLIPSIS, "")


def _iso(column: pa.Array) -> pa.Array:
    whole = column.cast(pa.timestamp("ms", column.type.tz), safe=False)
    found = pc.strftime(whole, format="%Y-%m-%dT%H:%M:%S%z")
    found = pc.replace_substring_regex(found, r"\.000([+-])", r"\1")
    if column.type.tz == "UTC":
        return pc.replace_substring_regex(found, r"\+0000$", "Z")
    return pc.replace_substring_regex(found, r"(\d\d)$", r":\1")
