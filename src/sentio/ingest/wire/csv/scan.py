"""The fast lane for plain delimited text: only the columns that are needed are ever looked at.

General CSV readers set down every field of a row before they drop most of them; here one pass over
the bytes notes where the needed fields lie, and a second makes numbers, codes and texts of them.
Whatever is not plain (quotes, other number forms, bytes beyond ASCII in a name) is left to the
general reader: `scan` then gives None.
"""

from __future__ import annotations

import os

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.ingest.wire.csv.fields import NEWLINE, find_fields
from sentio.ingest.wire.text.masks import eight_bytes
from sentio.ingest.wire.times.clock import read_clock

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]

SEED = np.uint64(int.from_bytes(os.urandom(8), "little"))  # so that nobody can make texts collide
FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, its bits as good as random: Knuth's golden ratio
ALL_BITS = np.uint64(0xFFFFFFFFFFFFFFFF)
EIGHT = 8
POINT = ord(".") - ord("0")
MAX_DIGITS = 18
EXACT_DIGITS = 15  # a whole number of so many digits, over a power of ten, rounds as it should
POWERS = np.power(10.0, np.arange(MAX_DIGITS + 1), dtype=np.float64)


def scan(
    content: bytes | bytearray | memoryview,
    names: tuple[str, ...],
    types: dict[str, pa.DataType],
    *,
    delimiter: str,
    nulls: list[str],
    take: dict[str, int] | None = None,
) -> tuple[pa.RecordBatch, list[int]] | None:
    """Read the needed columns of a block without quotes.

    Parameters
    ----------
    content
        Whole lines.
    names
        All columns of the layout; a line with more or fewer fields is skipped.
    types
        The needed columns: int64, float64, timestamp (ns, no zone), string or dictionary-coded
        string; others are not for the fast lane.
    take
        How many of its first letters a column is cut to; all of them unless said.

    Returns
    -------
    batch, skipped
        The columns, and the 1-based numbers of the skipped lines among the non-empty ones;
        None where the block is not plain enough.
    """
    if any(_lane(kind) is None for kind in types.values()):
        return None
    data = np.frombuffer(content, dtype=np.uint8)
    if len(data) and data[-1] != NEWLINE:
        data = np.append(data, np.uint8(NEWLINE))  # the last line of an input may have no end
    needed = [names.index(name) for name in types]
    starts, ends, skipped = find_fields(data, ord(delimiter), len(names), needed)
    empty = [np.frombuffer(text.encode(), dtype=np.uint8) for text in nulls if text]
    columns: list[pa.Array] = []
    for i, (name, kind) in enumerate(types.items()):
        most = (take or {}).get(name, 0)
        column = _column(data, starts[i], ends[i], kind, empty=empty, most_bytes=most)
        if column is None:
            return None
        columns.append(column)
    return pa.record_batch(columns, names=list(types)), skipped.tolist()


def _lane(kind: pa.DataType) -> str | None:
    if pa.types.is_int64(kind) or pa.types.is_float64(kind):
        return "number"
    if pa.types.is_timestamp(kind) and kind.unit == "ns" and kind.tz is None:
        return "clock"
    if pa.types.is_dictionary(kind):
        return "coded"
    return "text" if pa.types.is_string(kind) else None


def _column(
    data: Bytes,
    start: Places,
    end: Places,
    kind: pa.DataType,
    *,
    empty: list[Bytes],
    most_bytes: int,
) -> pa.Array | None:
    if empty:
        _blank(data, start, end, *_packed(empty))
    if most_bytes:
        np.minimum(end, start + np.int32(most_bytes), out=end)
    lane = _lane(kind)
    if lane == "number":
        return _numbers(data, start, end, is_whole=pa.types.is_int64(kind))
    if lane == "clock":
        return read_clock(data, start, end)
    if lane == "coded":
        return _coded(data, start, end)
    return _texts(data, start, end)


def _packed(empty: list[Bytes]) -> tuple[Bytes, Ints, npt.NDArray[np.bool_]]:
    begins = np.zeros(256, dtype=np.bool_)
    begins[[text[0] for text in empty]] = True
    return np.concatenate(empty), np.array([len(text) for text in empty], dtype=np.int64), begins


def _numbers(data: Bytes, start: Places, end: Places, *, is_whole: bool) -> pa.Array | None:
    valid = np.empty(len(start), dtype=np.bool_)
    if is_whole:
        whole = np.empty(len(start), dtype=np.int64)
        if not _read_whole(data, start, end, whole, valid):
            return None
        return pa.array(whole, mask=~valid) if not valid.all() else pa.array(whole)
    floats = np.empty(len(start), dtype=np.float64)
    if not _read_floats(data, start, end, POWERS, floats, valid):
        return None
    return pa.array(floats, mask=~valid) if not valid.all() else pa.array(floats)


def _coded(data: Bytes, start: Places, end: Places) -> pa.Array | None:
    codes = np.empty(len(start), dtype=np.int32)
    firsts = np.empty(len(start), dtype=np.int64)
    distinct = _encode(data, start, end, codes, firsts, SEED)
    names = _texts(data, start[firsts[:distinct]], end[firsts[:distinct]])
    if names is None:
        return None
    if distinct and codes.min() < 0:
        indices = pa.array(codes, mask=codes < 0)
    else:
        indices = pa.array(codes) if distinct else pa.nulls(len(codes), pa.int32())
    return pa.DictionaryArray.from_arrays(indices, names)


def _texts(data: Bytes, start: Places, end: Places) -> pa.Array | None:
    offsets = np.zeros(len(start) + 1, dtype=np.int32)
    np.cumsum(end - start, out=offsets[1:])
    values = np.empty(max(int(offsets[-1]), 1), dtype=np.uint8)
    if not _gather(data, start, offsets, values):
        return None
    texts = pa.StringArray.from_buffers(len(start), pa.py_buffer(offsets), pa.py_buffer(values))
    is_empty = end == start
    if not is_empty.any():
        return texts
    bits = pa.array(~is_empty).buffers()[1]
    return pa.StringArray.from_buffers(
        len(start), pa.py_buffer(offsets), pa.py_buffer(values), bits, int(is_empty.sum())
    )


@numba.njit(nogil=True, cache=True, boundscheck=False)
def _blank(
    data: Bytes,
    start: Places,
    end: Places,
    texts: Bytes,
    sizes: Ints,
    begins: npt.NDArray[np.bool_],
) -> None:
    for i in range(len(start)):
        size = end[i] - start[i]
        if size == 0 or not begins[data[start[i]]]:
            continue
        at = 0
        for length in sizes:
            if length == size:
                same = True
                for j in range(size):
                    same = same and data[start[i] + j] == texts[at + j]
                if same:
                    end[i] = start[i]
                    break
            at += length


@numba.njit(nogil=True, cache=True, boundscheck=False)
def _read_whole(
    data: Bytes, start: Places, end: Places, out: Ints, valid: npt.NDArray[np.bool_]
) -> bool:
    for i in range(len(start)):
        size = end[i] - start[i]
        valid[i] = size > 0
        value = np.int64(0)
        if size > MAX_DIGITS:
            return False
        for j in range(start[i], end[i]):
            digit = np.int64(data[j]) - 48
            if digit < 0 or digit > 9:
                return False
            value = value * 10 + digit
        out[i] = value
    return True


@numba.njit(nogil=True, cache=True, boundscheck=False)
def _read_floats(
    data: Bytes,
    start: Places,
    end: Places,
    powers: npt.NDArray[np.float64],
    out: npt.NDArray[np.float64],
    valid: npt.NDArray[np.bool_],
) -> bool:
    for i in range(len(start)):
        j = start[i]
        stop = end[i]
        valid[i] = stop > j
        out[i] = 0.0
        if stop == j:
            continue
        sign = 1.0
        if data[j] == 45:
            sign = -1.0
            j += 1
        value = np.int64(0)
        begin, point = j, stop
        while j < stop:
            digit = np.int64(data[j]) - 48
            if 0 <= digit <= 9:
                value = value * 10 + digit
            elif digit == POINT and point == stop:
                point = j
            else:
                return False
            j += 1
        digits = stop - begin - (point < stop)
        if digits == 0 or digits > EXACT_DIGITS:
            return False
        out[i] = sign * value
        if point < stop - 1:
            out[i] /= powers[stop - 1 - point]
    return True


@numba.njit(nogil=True, cache=True, boundscheck=False)
def _encode(
    data: Bytes, start: Places, end: Places, codes: Places, firsts: Ints, seed: np.uint64
) -> int:
    size = 1024
    while size < 2 * min(len(start), 8192):
        size *= 2
    table = np.full(size, -1, dtype=np.int32)
    hashes = np.zeros(len(firsts), dtype=np.uint64)
    count = 0
    for i in range(len(start)):
        if end[i] == start[i]:
            codes[i] = -1
            continue
        key = _hash(data, start[i], end[i], seed)
        place = np.int64((key ^ (key >> np.uint64(32))) & np.uint64(size - 1))
        while table[place] >= 0:
            code = table[place]
            if hashes[code] == key and _same(data, start, end, i, firsts[code]):
                break
            place = (place + 1) & (size - 1)
        if table[place] < 0:
            table[place] = count
            firsts[count] = i
            hashes[count] = key
            count += 1
            codes[i] = count - 1
            if 2 * count > size:
                size *= 2
                table = np.full(size, -1, dtype=np.int32)
                for code in range(count):
                    again = hashes[code]
                    place = np.int64((again ^ (again >> np.uint64(32))) & np.uint64(size - 1))
                    while table[place] >= 0:
                        place = (place + 1) & (size - 1)
                    table[place] = code
        else:
            codes[i] = table[place]
    return count


@numba.njit(nogil=True, cache=True, boundscheck=False, inline="always")
def _hash(data: Bytes, begin: int, end: int, seed: np.uint64) -> np.uint64:
    key = seed ^ np.uint64(end - begin)
    at = np.int64(begin)
    while at + EIGHT <= end:
        key = (key ^ eight_bytes(data, at)) * FACTOR
        key ^= key >> np.uint64(32)
        at += EIGHT
    if at < end and at + EIGHT <= len(data):
        beyond = np.uint64(8 * (EIGHT - (end - at)))
        key = (key ^ (eight_bytes(data, at) & (ALL_BITS >> beyond))) * FACTOR
    else:
        for j in range(at, end):
            key = (key ^ np.uint64(data[j])) * FACTOR
    return (key ^ (key >> np.uint64(32))) * FACTOR


@numba.njit(nogil=True, cache=True, boundscheck=False, inline="always")
def _same(data: Bytes, start: Places, end: Places, one: int, other: int) -> bool:
    size = end[one] - start[one]
    if end[other] - start[other] != size:
        return False
    at = np.int64(0)
    while at + EIGHT <= size:
        if eight_bytes(data, start[one] + at) != eight_bytes(data, start[other] + at):
            return False
        at += EIGHT
    for j in range(at, size):  # noqa: SIM110  (compiled)
        if data[start[one] + j] != data[start[other] + j]:
            return False
    return True


@numba.njit(nogil=True, cache=True, boundscheck=False)
def _gather(data: Bytes, start: Places, offsets: Places, values: Bytes) -> bool:
    for i in range(len(start)):
        for j in range(offsets[i + 1] - offsets[i]):
            byte = data[start[i] + j]
            if byte >= 128:
                return False
            values[offsets[i] + j] = byte
    return True
