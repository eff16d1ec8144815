"""CSV text to numbers, truth values and JSON, whole columns at once; personal text masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.ingest.wire.csv.headers import plain_name
from sentio.ingest.wire.csv.tables import Table
from sentio.ingest.wire.text.personal import MASKS
from sentio.kernel.arrays import BoolArray

NOTHING = ("", "-", "--", "na", "n/a", "n.a.", "nan", "null", "none", "nil", "?", "\\n", "unknown")
TRUE = ("yes", "y", "true", "t", "1", "1.0", "churned", "left", "cancelled", "ja", "oui", "si")
FALSE = (
    "no",
    "n",
    "false",
    "f",
    "0",
    "0.0",
    "active",
    "stayed",
    "retained",
    "joined",
    "nein",
    "non",
)

_NUMBER = r"^[+-]?(\d{1,18}\.?\d{0,18}|\.\d{1,18})([eE][+-]?\d{1,2})?$"
_JSON_NUMBER = r"^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,12})?$"
_TO_ESCAPE = r"[\"\\\x00-\x1f\x7f]"
_MONEY = r"(?i)^(?:usd|eur|gbp|chf|inr|[€$£¥₹])\s*|\s*(?:usd|eur|gbp|chf|inr|[€$£¥₹%])$"


def there(texts: pa.StringArray) -> pa.StringArray:
    """Turn what says that there is nothing (empty, ``N/A``, ``null``, ``-``) into null."""
    is_nothing = pc.is_in(pc.utf8_lower(texts), pa.array(NOTHING))
    return pc.if_else(is_nothing, pa.scalar(None, pa.string()), texts)


def numbers(texts: pa.StringArray, table: Table) -> tuple[pa.DoubleArray, BoolArray]:
    """Read numbers; gives them and which rows hold something else.

    Currency signs and a percent sign are taken off. In files that are separated by semicolons a
    comma is the decimal sign; elsewhere it separates thousands unless it stands before one or
    two last digits.
    """
    plain = _plain_numbers(there(texts))
    if plain is not None:
        return plain, np.zeros(len(texts), dtype=np.bool_)
    bare = there(pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, _MONEY, "")))
    if pc.any(pc.match_substring(bare, ",")).as_py():
        bare = _without_commas(bare, is_decimal=table.delimiter == b";")
    is_number = pc.fill_null(pc.match_substring_regex(bare, _NUMBER), False)
    clean = pc.if_else(is_number, bare, pa.scalar(None, pa.string()))
    values = pc.replace_substring_regex(clean, r"^\+", "").cast(pa.float64())
    bad = bare.is_valid().to_numpy(zero_copy_only=False) & ~is_number.to_numpy(zero_copy_only=False)
    return values, bad


def truths(texts: pa.StringArray) -> tuple[pa.BooleanArray, BoolArray]:
    """Read yes and no in their usual forms; gives them and which rows hold something else."""
    lower = pc.utf8_lower(there(texts))
    is_true = pc.is_in(lower, pa.array(TRUE))
    is_known = pc.or_(is_true, pc.is_in(lower, pa.array(FALSE)))
    values = pc.if_else(is_known, is_true, pa.scalar(None, pa.bool_()))
    bad = pc.and_(lower.is_valid(), pc.invert(is_known))
    return values, bad.to_numpy(zero_copy_only=False)


def masked(texts: pa.StringArray) -> pa.StringArray:
    """Replace e-mail addresses, phone and other long numbers, IP and MAC addresses in free text."""
    for hint, pattern, name in MASKS:
        if pc.any(pc.match_substring_regex(texts, hint)).as_py():
            texts = pc.replace_substring_regex(texts, pattern, name)
    return texts


def objects(columns: Mapping[str, pa.StringArray], rows: int) -> pa.StringArray:
    """Write columns as one JSON object a row, numbers bare; null and empty values are left out."""
    parts: list[pa.StringArray] = []
    for name, texts in columns.items():
        is_empty = pc.fill_null(pc.equal(texts, ""), True)
        value = _json_values(texts, is_empty)
        key = _escaped(pa.array([name])).to_pylist()[0]
        part = pc.binary_join_element_wise(f'"{key}":', value, ",", "")
        parts.append(pc.if_else(is_empty, "", part))
    if not parts:
        return pa.array(["{}"] * rows, pa.string())
    joined = pc.utf8_rtrim(pc.binary_join_element_wise(*parts, ""), ",")
    return pc.binary_join_element_wise("{", joined, "}", "")


def _json_values(texts: pa.StringArray, is_empty: pa.BooleanArray) -> pa.StringArray:
    is_number = pc.match_substring_regex(texts, _JSON_NUMBER)
    if pc.all(pc.or_kleene(is_number, is_empty)).as_py():
        return texts
    quoted = pc.binary_join_element_wise('"', _escaped(texts), '"', "")
    return pc.if_else(is_number, texts, quoted)


def role_columns(names: Iterable[str], roles: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Find which column plays which role by a table of usual names.

    Names are compared in lower case, by their letters and digits only. Of several columns for
    one role the first name of the table wins; a column plays one role.
    """
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(plain_name(name), name)
    found: dict[str, str] = {}
    for role, known in roles.items():
        fits = (plain[name] for name in known if name in plain)
        first = next((name for name in fits if name not in found.values()), None)
        if first is not None:
            found[role] = first
    return found


def of_length(texts: pa.StringArray, longest: int) -> pa.StringArray:
    """Shorten texts to so many characters."""
    return pc.utf8_slice_codeunits(texts, 0, longest)


def mask_of(array: pa.Array) -> BoolArray:
    """Give an Arrow truth column as numpy, null as False."""
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _plain_numbers(texts: pa.StringArray) -> pa.DoubleArray | None:
    """Read numbers the fast way, if every text is a finite one."""
    try:
        values = texts.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    return values if pc.all(pc.fill_null(pc.is_finite(values), True)).as_py() else None


def _without_commas(texts: pa.StringArray, *, is_decimal: bool) -> pa.StringArray:
    if is_decimal:
        has_comma = pc.match_substring(texts, ",")
        no_dots = pc.replace_substring(texts, ".", "")
        return pc.if_else(has_comma, pc.replace_substring(no_dots, ",", "."), texts)
    grouped = pc.replace_substring_regex(
        texts, r"^([+-]?\d{1,3}),(\d{3})(?:,(\d{3}))?(\.\d*)?$", r"\1\2\3\4"
    )
    return pc.replace_substring_regex(grouped, r"^([+-]?\d+),(\d{1,2})$", r"\1.\2")


def _escaped(texts: pa.StringArray) -> pa.StringArray:
    if not pc.any(pc.match_substring_regex(texts, _TO_ESCAPE)).as_py():
        return texts
    texts = pc.replace_substring(pc.replace_substring(texts, "\\", "\\\\"), '"', '\\"')
    texts = pc.replace_substring(pc.replace_substring(texts, "\n", "\\n"), "\t", "\\t")
    return pc.replace_substring_regex(texts, r"[\x00-\x1f\x7f]", " ")
