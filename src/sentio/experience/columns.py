"""The columns a service model computes on: numbers, lists of numbers, and texts, as bare arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Lists:
    """Several numbers in each row, laid end to end: row i is values[offsets[i]:offsets[i + 1]]."""

    values: FloatArray
    offsets: IntArray  # shape (rows + 1,), starts at 0

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.offsets) - 1

    @property
    def counts(self) -> IntArray:
        """How many numbers each row has, shape (rows,)."""
        return np.diff(self.offsets)

    @classmethod
    def repeat(cls, value: float, counts: IntArray) -> Lists:
        """Make rows of the given lengths that hold one value throughout."""
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return cls(np.full(int(offsets[-1]), value), offsets)

    @classmethod
    def of(cls, rows: list[list[float]]) -> Lists:
        """Make lists from Python rows; for tests and examples."""
        offsets = np.cumsum([0, *map(len, rows)], dtype=np.int64)
        return cls(np.array([x for row in rows for x in row], dtype=np.float64), offsets)


@dataclass(frozen=True, slots=True)
class Texts:
    """A text in each row, as codes into a few distinct names; code -1 is no text."""

    codes: npt.NDArray[np.int32]
    names: tuple[str, ...]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.codes)

    def look_up(self, table: Mapping[str, float], otherwise: float) -> FloatArray:
        """Translate each text (case ignored) by a table, shape (rows,)."""
        by_code = [table.get(name.lower(), otherwise) for name in self.names]
        # Code -1 wraps around to the last.
        return np.array([*by_code, otherwise], dtype=np.float64).take(self.codes, mode="wrap")

    @classmethod
    def repeat(cls, name: str, rows: int) -> Texts:
        """Make rows that all hold one text."""
        return cls(np.zeros(rows, dtype=np.int32), (name,))

    @classmethod
    def of(cls, rows: list[str | None]) -> Texts:
        """Make texts from Python rows; for tests and examples."""
        names = tuple(sorted({row for row in rows if row is not None}))
        codes = [-1 if row is None else names.index(row) for row in rows]
        return cls(np.array(codes, dtype=np.int32), names)


Column: TypeAlias = FloatArray | Lists | Texts
Columns: TypeAlias = Mapping[str, Column]


def part(column: Column, start: int, stop: int) -> Column:
    """Give consecutive rows of a column, without copying what can be large."""
    if isinstance(column, Texts):
        return Texts(column.codes[start:stop], column.names)
    if not isinstance(column, Lists):
        return column[start:stop]
    offsets = column.offsets[start : stop + 1]
    return Lists(column.values[offsets[0] : offsets[-1]], offsets - offsets[0])


def take(column: Column, rows: IntArray) -> Column:
    """Give some rows of a column, in the order asked for."""
    if isinstance(column, Texts):
        return Texts(column.codes[rows], column.names)
    if not isinstance(column, Lists):
        return column[rows]
    return Lists(*_take_lists(column.values, column.offsets, rows))


def differs(one: Column, other: Column) -> BoolArray:
    """Tell in which rows two columns of one kind and length differ; NaN always does."""
    if isinstance(one, Texts) and isinstance(other, Texts):
        names = sorted({*one.names, *other.names})
        return _among(one, names) != _among(other, names)
    if isinstance(one, Lists) and isinstance(other, Lists):
        return _lists_differ(one.values, one.offsets, other.values, other.offsets)
    return np.asarray(one) != np.asarray(other)


@numba.njit(nogil=True, cache=True)
def _take_lists(
    values: FloatArray, offsets: IntArray, rows: IntArray
) -> tuple[FloatArray, IntArray]:
    taken_offsets = np.zeros(len(rows) + 1, dtype=np.int64)
    for at, row in enumerate(rows):
        taken_offsets[at + 1] = taken_offsets[at] + offsets[row + 1] - offsets[row]
    taken = np.empty(taken_offsets[-1])
    for at, row in enumerate(rows):
        shift = offsets[row] - taken_offsets[at]
        for i in range(taken_offsets[at], taken_offsets[at + 1]):
            taken[i] = values[i + shift]
    return taken, taken_offsets


@numba.njit(nogil=True, cache=True)
def _lists_differ(
    one: FloatArray, one_offsets: IntArray, other: FloatArray, other_offsets: IntArray
) -> BoolArray:
    apart = np.empty(len(one_offsets) - 1, dtype=np.bool_)
    for row in range(len(apart)):
        start, end, shift = one_offsets[row], one_offsets[row + 1], other_offsets[row]
        apart[row] = end - start != other_offsets[row + 1] - shift
        if not apart[row]:
            for i in range(start, end):
                apart[row] |= one[i] != other[i - start + shift]
    return apart


def _among(texts: Texts, names: list[str]) -> IntArray:
    places = {name: place for place, name in enumerate(names)}
    return np.array([*(places[name] for name in texts.names), -1], dtype=np.int64)[texts.codes]


def from_arrow(array: pa.Array, shape: str) -> Column:
    """Turn an Arrow column into a model's column; null becomes NaN, an empty list or code -1."""
    if shape == "text":
        return _texts(array)
    if shape == "list":
        return _lists(array)
    return np.asarray(array.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _texts(array: pa.Array) -> Texts:
    coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    codes = coded.indices.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False)
    return Texts(codes, tuple(str(name) for name in coded.dictionary.to_pylist()))


def _lists(array: pa.Array) -> Lists:
    counts = array.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    values = array.flatten().cast(pa.float64()).to_numpy(zero_copy_only=False)
    return Lists(np.asarray(values, dtype=np.float64), offsets)
