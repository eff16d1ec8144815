"""Lines of text out of columns: numbers written, parts glued, a file written in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentio.kernel.arrays import FloatArray, IntArray

MS_NS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One file: where it is within the sample, its format, and how many rows it holds.

    ``dirt`` counts what was made wrong on purpose.
    """

    path: str
    format: str
    rows: int
    size_bytes: int
    dirt: Mapping[str, int]


def glue(*parts: pa.StringArray | str) -> pa.StringArray:
    """Join columns of text and constant texts row by row; at least one must be a column."""
    return pc.binary_join_element_wise(*parts, "")


def whole(values: npt.NDArray[np.integer]) -> pa.StringArray:
    """Write whole numbers."""
    return pa.array(values).cast(pa.string())


def fixed(values: FloatArray, decimals: int) -> pa.StringArray:
    """Write numbers with so many decimals, never with an exponent."""
    scaled = np.rint(np.abs(values) * 10**decimals).astype(np.int64)
    sign = pa.array(np.where(values < 0, "-", ""))
    rest = pc.utf8_lpad(whole(scaled % 10**decimals), decimals, "0")
    return glue(sign, whole(scaled // 10**decimals), ".", rest)


def pick(names: Sequence[str], codes: IntArray) -> pa.StringArray:
    """Give each row the name that its code stands for."""
    return pa.array(list(names), pa.string()).take(pa.array(codes))


def clock(ts_ns: IntArray, form: str) -> pa.StringArray:
    """Write moments by a strftime form, UTC to the second."""
    return pc.strftime(pa.array(ts_ns // 10**9).cast(pa.timestamp("s", "UTC")), form)


def json_rows(columns: Mapping[str, pa.Array | npt.NDArray[np.generic] | str]) -> pa.StringArray:
    """Write columns as one JSON object a row, each with its line end.

    Text is quoted as it is (it must need no escapes), NaN and null become null, lists of numbers
    arrays; a plain text is the same on all rows.
    """
    parts: list[pa.StringArray | str] = []
    for name, column in columns.items():
        lead = ("{" if not parts else ",") + f'"{name}":'
        parts += [lead, f'"{column}"' if isinstance(column, str) else _json(column)]
    return glue(*parts, "}\n")


def save(folder: Path, path: str, lines: pa.StringArray) -> int:
    """Write lines that bring their own ends; gives the size in bytes."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    _, offsets, values = lines.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[lines.offset : lines.offset + len(lines) + 1]
    content = memoryview(values)[int(ends[0]) : int(ends[-1])]
    target.write_bytes(content)
    return len(content)


def _json(column: pa.Array | npt.NDArray[np.generic]) -> pa.StringArray:
    array = _rounded(column) if isinstance(column, np.ndarray) else column
    if pa.types.is_list(array.type):
        texts = _json(array.values.to_numpy(zero_copy_only=False))
        return glue("[", pc.binary_join(pa.ListArray.from_arrays(array.offsets, texts), ","), "]")
    if pa.types.is_string(array.type):
        return pc.fill_null(glue('"', array, '"'), "null")
    return pc.fill_null(array.cast(pa.string()), "null")


def _rounded(column: npt.NDArray[np.generic]) -> pa.Array:
    if not np.issubdtype(column.dtype, np.floating):
        return pa.array(column)
    numbers = column.astype(np.float64)
    return pa.array(np.round(numbers, 4), mask=np.isnan(numbers))
