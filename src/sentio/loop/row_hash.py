"""One number a row, equal for rows of equal content, whatever the order and coding of columns."""

from __future__ import annotations

import hashlib

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.governance.key import Key
from sentio.governance.pseudonym import pseudonyms

NOT_CONTENT = ("quality", "mos", "confidence", "grounded", "missing", "origin")
TEXT_KEY = Key(b"row hashes are no secret; equal text, equal number")

Ints = npt.NDArray[np.int64]


def row_hashes(batch: pa.RecordBatch) -> Ints:
    """Hash the content of every row to 64 bits; a null is as good as an absent column."""
    total = np.zeros(batch.num_rows, dtype=np.int64)
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name not in NOT_CONTENT and column.null_count < batch.num_rows:
            seed = hashlib.blake2b(name.encode(), digest_size=8).digest()
            _mix(total, *_as_integers(column), np.frombuffer(seed, dtype="<i8")[0])
    return total


def _as_integers(column: pa.Array) -> tuple[Ints, npt.NDArray[np.bool_]]:
    kind = column.type
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind):
        hashed = pseudonyms(column, kind="row", key=TEXT_KEY)
        return hashed.fill_null(0).to_numpy(zero_copy_only=False), _valid(hashed)
    if pa.types.is_list(kind):
        return _of_lists(column), _valid(column)
    if pa.types.is_floating(kind):
        values = column.cast(pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False)
        return np.ascontiguousarray(values + 0.0).view(np.int64), _valid(column)
    values = column.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    return np.ascontiguousarray(values), _valid(column)


def _of_lists(column: pa.Array) -> Ints:
    flat = column.flatten()
    inner = np.zeros(len(flat), dtype=np.int64)
    _mix(inner, *_as_integers(flat), np.int64(1))
    offsets = np.concatenate(
        [[0], np.cumsum(column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False))]
    ).astype(np.int64)
    return _chain(inner, offsets)


def _valid(column: pa.Array) -> npt.NDArray[np.bool_]:
    if not column.null_count:
        return np.ones(len(column), dtype=np.bool_)
    return np.asarray(column.is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)


@numba.njit(nogil=True, cache=True)
def _mix(total: Ints, values: Ints, valid: npt.NDArray[np.bool_], seed: np.int64) -> None:
    for i in range(len(total)):
        if valid[i]:
            x = np.uint64(values[i] ^ seed)
            x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            total[i] ^= np.int64(x ^ (x >> np.uint64(31)))


@numba.njit(nogil=True, cache=True)
def _chain(inner: Ints, offsets: Ints) -> Ints:
    out = np.zeros(len(offsets) - 1, dtype=np.int64)
    for i in range(len(out)):
        state = np.uint64(offsets[i + 1] - offsets[i])
        for j in range(offsets[i], offsets[i + 1]):
            state = (state ^ np.uint64(inner[j])) * np.uint64(0x100000001B3)
        out[i] = np.int64(state)
    return out
