"""Turn source columns of any type into numbers, times and texts; say which rows could not be."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentio.kernel.errors import FormatError

Bools: TypeAlias = npt.NDArray[np.bool_]

NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*$"
DIGITS = r"^\d{1,19}$"
CLOCK_LIKE = r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"

FAR_FUTURE_NS = 2**62

# Whole-number times tell their unit by their size: seconds until the year 5138, and so on.
SECONDS_BELOW, MILLIS_BELOW, MICROS_BELOW = 1e11, 1e14, 1e17
# ... but for calendar codes, YYYYMMDDhhmmss with or without milliseconds.
CALENDAR_S = (19_700_101_000_000, 21_000_101_000_000)
CALENDAR_MS = (19_700_101_000_000_000, 21_000_101_000_000_000)


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a column holds text or bytes, dictionary-coded or not."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind)


def numbers(array: pa.Array) -> tuple[pa.Array, Bools]:
    """Read a column as float64; gives the column and the rows that hold something else."""
    good = np.zeros(len(array), dtype=np.bool_)
    if pa.types.is_floating(array.type):
        return array.cast(pa.float64()), good
    if pa.types.is_integer(array.type) or pa.types.is_null(array.type):
        return array.cast(pa.float64(), safe=False), good
    if pa.types.is_boolean(array.type):
        return array.cast(pa.int8()).cast(pa.float64()), good
    if not is_text(array.type):
        return pa.nulls(len(array), pa.float64()), ~_mask(array.is_null())
    texts = texts_of(array)
    is_number = pc.fill_null(pc.match_substring_regex(texts, NUMBER), False)
    has_text = _mask(texts.is_valid())
    bad = has_text & ~_mask(is_number)
    clean = pc.utf8_trim_whitespace(pc.if_else(is_number, texts, pa.scalar(None, pa.string())))
    return pc.cast(pc.replace_substring_regex(clean, r"^\+", ""), pa.float64()), bad


def texts_of(array: pa.Array) -> pa.Array:
    """Read a column as text; numbers are written out, bytes that are no UTF-8 become null."""
    if pa.types.is_dictionary(array.type):
        return texts_of(array.dictionary).take(array.indices)
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        return _decode(array)
    if pa.types.is_floating(array.type):
        whole = pc.cast(array, pa.int64(), safe=False)
        is_whole = pc.fill_null(pc.equal(pc.cast(whole, pa.float64(), safe=False), array), False)
        return pc.if_else(is_whole, whole.cast(pa.string()), array.cast(pa.string()))
    if pa.types.is_nested(array.type):
        return pa.nulls(len(array), pa.string())
    return array.cast(pa.string())


def times(array: pa.Array, *, how: str = "auto", timezone: str = "UTC") -> tuple[pa.Array, Bools]:
    """Read a column as int64 nanoseconds since 1970 UTC; gives it and the rows that failed.

    ``how`` is ``s``, ``ms``, ``us``, ``ns``, ``text`` or ``auto``, which tells by size and form.
    Text without an offset is taken in ``timezone``.
    """
    if pa.types.is_timestamp(array.type):
        return _from_timestamps(array, timezone), np.zeros(len(array), dtype=np.bool_)
    if not is_text(array.type):
        floats, bad = numbers(array)
        if pa.types.is_integer(array.type):
            return _from_whole(array.cast(pa.int64()), how, timezone), bad
        return _from_floats(floats, how), bad
    texts = texts_of(array)
    if how == "text":
        return _from_text(texts, timezone)
    is_whole = _mask(pc.fill_null(pc.match_substring_regex(texts, DIGITS), False))
    return _mixed(texts, is_whole, how, timezone)


def _mixed(texts: pa.Array, is_whole: Bools, how: str, timezone: str) -> tuple[pa.Array, Bools]:
    nothing = pa.scalar(None, pa.string())
    whole = (
        pc.if_else(pa.array(is_whole), texts, nothing)
        .cast(pa.uint64())
        .cast(pa.int64(), safe=False)
    )
    if is_whole.all():
        return _from_whole(whole, how, timezone), np.zeros(len(texts), dtype=np.bool_)
    others = pc.if_else(pa.array(is_whole), nothing, texts)
    floats, not_number = numbers(others)
    from_text, bad = _from_text(pc.if_else(pa.array(not_number), others, nothing), timezone)
    merged = pc.coalesce(_from_whole(whole, how, timezone), _from_floats(floats, how), from_text)
    return merged, bad


def _from_whole(array: pa.Array, how: str, timezone: str) -> pa.Array:
    values = array.fill_null(0).to_numpy(zero_copy_only=False)
    if how in ("auto", "text"):
        size = np.abs(values)
        scale = np.select(
            [size < SECONDS_BELOW, size < MILLIS_BELOW, size < MICROS_BELOW],
            [1_000_000_000, 1_000_000, 1_000],
            1,
        )
        fits = size < FAR_FUTURE_NS // scale  # later than 2262 is no time, but it is far ahead
        ns = np.where(fits, values, 0) * scale + np.where(fits, 0, FAR_FUTURE_NS)
        seconds = (values >= CALENDAR_S[0]) & (values < CALENDAR_S[1])
        millis = (values >= CALENDAR_MS[0]) & (values < CALENDAR_MS[1])
        if seconds.any() or millis.any():
            code = np.where(millis, values // 1000, values)
            at = _calendar_ns(code, timezone) + np.where(millis, values % 1000, 0) * 1_000_000
            ns = np.where(seconds | millis, at, ns)
    else:
        scale = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}[how]
        fits = np.abs(values) < FAR_FUTURE_NS // scale
        ns = np.where(fits, values, 0) * scale + np.where(fits, 0, FAR_FUTURE_NS)
    return pa.array(ns.astype(np.int64), mask=_mask(array.is_null()))


def _from_floats(array: pa.Array, how: str) -> pa.Array:
    values = array.fill_null(0.0).to_numpy(zero_copy_only=False)
    size = np.abs(values)
    guessed = np.select(
        [size < SECONDS_BELOW, size < MILLIS_BELOW, size < MICROS_BELOW], [1e9, 1e6, 1e3], 1.0
    )
    scale = {"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1.0}.get(how, guessed)
    ns = values * scale
    fits = np.isfinite(ns) & (np.abs(ns) < 2.0**62)
    whole = np.where(fits, ns, 0.0).astype(np.int64)
    return pa.array(whole, mask=_mask(array.is_null()) | ~fits)


def _from_timestamps(array: pa.Array, timezone: str) -> pa.Array:
    naive = array
    if array.type.tz is None and timezone != "UTC":
        naive = _in_zone(array, timezone)
    in_range = pc.cast(naive, pa.timestamp("us", naive.type.tz), safe=False).cast(pa.int64())
    micros = in_range.fill_null(0).to_numpy(zero_copy_only=False)
    if array.type.unit == "ns":
        return naive.cast(pa.int64())
    fits = np.abs(micros) < 2**62 // 1000
    return pa.array(np.where(fits, micros, 0) * 1000, mask=_mask(array.is_null()) | ~fits)


def _from_text(texts: pa.Array, timezone: str) -> tuple[pa.Array, Bools]:
    has_text = _mask(texts.is_valid())
    plain = pc.utf8_trim_whitespace(texts)
    plain = pc.replace_substring_regex(plain, r"^(\d{4})[./](\d{1,2})[./](\d{1,2})", r"\1-\2-\3")
    plain = pc.replace_substring_regex(
        plain, r"^(\d{4}-\d\d-\d\d)_(\d\d)[.:](\d\d)[.:]", r"\1 \2:\3:"
    )
    has_offset = _mask(
        pc.fill_null(pc.match_substring_regex(plain, r"(Z|[+-]\d\d:?\d\d)$"), False)
    ) & _mask(pc.fill_null(pc.match_substring_regex(plain, r"[T ]\d\d:"), False))
    is_clock = _mask(
        pc.fill_null(
            pc.match_substring_regex(
                plain, r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$"
            ),
            False,
        )
    )
    nothing = pa.scalar(None, pa.string())
    naive = _cast_clock(pc.if_else(pa.array(is_clock & ~has_offset), plain, nothing), None)
    aware = _cast_clock(pc.if_else(pa.array(is_clock & has_offset), plain, nothing), "UTC")
    ns = pc.coalesce(_in_zone(naive, timezone).cast(pa.int64()), aware.cast(pa.int64()))
    return ns, has_text & ~_mask(ns.is_valid())


def _cast_clock(texts: pa.Array, zone: str | None) -> pa.Array:
    wanted = pa.timestamp("ns", zone)
    try:
        return texts.cast(wanted)
    except pa.ArrowInvalid:
        if len(texts) <= 1:
            return pa.nulls(len(texts), wanted)
        half = len(texts) // 2
        return pa.concat_arrays(
            [_cast_clock(texts.slice(0, half), zone), _cast_clock(texts.slice(half), zone)]
        )


def _in_zone(naive: pa.Array, timezone: str) -> pa.Array:
    try:
        return pc.assume_timezone(naive, timezone, ambiguous="earliest", nonexistent="earliest")
    except pa.ArrowInvalid as error:
        raise FormatError(
            f"time zone {timezone!r} is not known here",
            expected="a name such as Europe/Dublin or UTC",
        ) from error


def _calendar_ns(code: npt.NDArray[np.int64], timezone: str) -> npt.NDArray[np.int64]:
    date, clock = code // 1_000_000, code % 1_000_000
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    months = np.clip((year - 1970) * 12 + month - 1, 0, 12 * 200).astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int64) + day - 1
    seconds = clock // 10_000 * 3600 + clock // 100 % 100 * 60 + clock % 100
    ns = (days * 86_400 + seconds) * 1_000_000_000
    if timezone == "UTC":
        return ns
    return _in_zone(pa.array(ns).cast(pa.timestamp("ns")), timezone).cast(pa.int64()).to_numpy()


def _decode(array: pa.Array) -> pa.Array:
    try:
        return array.cast(pa.string())
    except pa.ArrowInvalid:
        if len(array) <= 1:
            return pa.nulls(len(array), pa.string())
        half = len(array) // 2
        return pa.concat_arrays([_decode(array.slice(0, half)), _decode(array.slice(half))])


def _mask(array: pa.Array) -> Bools:
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.bool_)
