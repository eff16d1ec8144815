"""The names behind the codes of the store, kept in memory and read on as they grow."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

CODED = pa.dictionary(pa.int32(), pa.string())


class Codes:
    """Names of the path by code, from 1, and codes by name."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._codes: dict[str, int] = {}

    def refresh(self, con: duckdb.DuckDBPyConnection) -> None:
        """Read the names that came since the last time."""
        new = con.execute(
            "SELECT name FROM member WHERE code > ? ORDER BY code", [len(self._names)]
        ).fetchall()
        for (name,) in new:
            self._names.append(str(name))
            self._codes[str(name)] = len(self._names)

    def of(self, names: list[str]) -> list[int]:
        """Give the codes of some names, without those that nobody has used."""
        return [self._codes[name] for name in names if name in self._codes]

    def named(self, column: pa.ChunkedArray) -> pa.DictionaryArray:
        """Put names in the place of codes, with a dictionary of just those that occur."""
        if column.null_count == len(column):
            return pa.nulls(len(column), CODED)
        codes = (column.fill_null(0) if column.null_count else column).to_numpy().astype(np.int64)
        used, place = np.unique(codes, return_inverse=True)
        names = pa.array([self._names[code - 1] for code in used.tolist() if code], pa.string())
        indices = place.astype(np.int32) - np.int32(used[0] == 0)
        return pa.DictionaryArray.from_arrays(pa.array(indices, mask=codes == 0), names)
