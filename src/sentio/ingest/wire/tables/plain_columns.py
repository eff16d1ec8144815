"""Columns of any Arrow type as one of the few that column maps work with."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

TEXT_CODES = pa.dictionary(pa.int32(), pa.string())
BYTES_CODES = pa.dictionary(pa.int32(), pa.binary())
NUMBERS = pa.list_(pa.float64())

PLAIN = (
    *(pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating),
    *(pa.types.is_null, pa.types.is_string, pa.types.is_binary),
)
AS = (
    (pa.types.is_large_string, pa.string()),
    (pa.types.is_string_view, pa.string()),
    (pa.types.is_large_binary, pa.binary()),
    (pa.types.is_binary_view, pa.binary()),
    (pa.types.is_fixed_size_binary, pa.binary()),
    (pa.types.is_decimal, pa.float64()),
    (pa.types.is_date, pa.timestamp("ms")),
    (pa.types.is_list, NUMBERS),
    (pa.types.is_large_list, NUMBERS),
    (pa.types.is_fixed_size_list, NUMBERS),
)


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Give every column a plain type; what has none becomes null."""
    columns = [_plain(column) for column in batch.columns]
    return pa.record_batch(columns, names=batch.schema.names)


def _plain(column: pa.Array) -> pa.Array:
    if any(test(column.type) for test in PLAIN):
        return column
    try:
        return _converted(column)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.nulls(len(column), pa.string())


def _converted(column: pa.Array) -> pa.Array:
    kind = column.type
    if isinstance(column, pa.ExtensionArray):
        return _plain(column.storage)
    if pa.types.is_dictionary(kind):
        return _of_codes(column)
    if pa.types.is_run_end_encoded(kind):
        return _plain(pc.run_end_decode(column))
    wanted = next((wanted for test, wanted in AS if test(kind)), None)
    if pa.types.is_timestamp(kind):
        # the moment stays; the zone's name may be one that nobody knows
        wanted = pa.timestamp(kind.unit, "UTC" if kind.tz else None)
    if wanted is None:
        return pa.nulls(len(column), pa.string())
    return column.cast(wanted, safe=False)


def _of_codes(column: pa.Array) -> pa.Array:
    inner = column.type.value_type
    if pa.types.is_string(inner) or pa.types.is_large_string(inner):
        return column.cast(TEXT_CODES)
    if pa.types.is_binary(inner) or pa.types.is_large_binary(inner):
        return column.cast(BYTES_CODES)
    return _plain(column.dictionary_decode())
