"""Fields of measured tables: numbers as instruments print them, whole columns at once.

Other than in the business tables of `values`, a comma is always the decimal sign, nothing has a
currency, and what is infinite is not there.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from sentio.kernel.arrays import BoolArray

NUMBER = r"^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?\s*$"
DECIMAL_COMMA = r"^(\s*[-+]?\d+),(\d+\s*)$"
NOTHING = ("", "-", "--", "nan", "null", "none", "n/a", "na", "inf", "-inf")
"""What stands in a field that has no value, case ignored."""


def numbers(column: pa.Array) -> tuple[pa.Array, BoolArray]:
    """Turn strings into numbers, nothing into null; and tell which were neither.

    A comma is understood as the decimal sign of a text that has no other.
    """
    if pc.any(pc.match_substring(column, ",")).as_py():
        column = pc.replace_substring_regex(column, DECIMAL_COMMA, r"\1.\2")
    is_number = pc.match_substring_regex(column, NUMBER)
    found = pc.if_else(is_number, pc.utf8_trim_whitespace(column), None).cast(pa.float64())
    wrong = pc.and_(pc.invert(is_number), pc.invert(is_nothing(column)))
    return found, wrong.to_numpy(zero_copy_only=False)


def is_nothing(column: pa.Array) -> pa.Array:
    """Tell where a field holds no value."""
    return pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(column)), value_set=pa.array(NOTHING))


def texts(column: pa.Array) -> pa.Array:
    """Trim texts; no value becomes null."""
    return pc.if_else(is_nothing(column), None, pc.utf8_trim_whitespace(column))
