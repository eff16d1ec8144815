"""The names on a use's path (cells, apps, device models ...): kept once, a fact holds the code.

Writing texts costs half of what a row costs, and reading them more than that; whole numbers cost
next to nothing. One table of the store holds every name at the place its code says, from 1.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from sentio.model.record import PATH

PREFIX = "experience_"
"""Families whose columns of `PATH` hold codes."""

TABLE = "CREATE TABLE IF NOT EXISTS member (code INTEGER, name VARCHAR)"

NAMES = "member_names AS MATERIALIZED (SELECT list(name ORDER BY code) AS list FROM member)"
"""For a WITH clause: all names in one row, so that a code is looked up as an index of a list."""


def is_coded(family: str, column: str) -> bool:
    """Tell whether a column of a family holds codes."""
    return family.startswith(PREFIX) and column in PATH


def named(column: str) -> str:
    """Give the SQL of the name behind a code, beside `NAMES`."""
    return f'member_names.list["{column}"]'


class Members:
    """Gives names their codes, new ones as they come; belongs to the one who writes.

    New codes count from `keep` on, which follows the transaction that wrote them.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        known = con.execute("SELECT name FROM member ORDER BY code").fetchall()
        self._codes = {name: code for code, (name,) in enumerate(known, start=1)}
        self._new: list[str] = []

    def coded(self, family: str, table: pa.Table) -> pa.Table:
        """Put codes in the place of the names of the path, in families that hold codes."""
        for place, name in enumerate(table.schema.names):
            if is_coded(family, name):
                codes = self._codes_of(table.column(place).dictionary_encode())
                table = table.set_column(place, name, codes)
        return table

    def write(self, con: duckdb.DuckDBPyConnection) -> None:
        """Write the new names; runs inside the transaction of the facts that need them."""
        if self._new:
            first = len(self._codes) - len(self._new) + 1
            codes = pa.array(range(first, first + len(self._new)), pa.int32())
            con.register("new_members", pa.table({"code": codes, "name": self._new}))
            con.execute("INSERT INTO member SELECT code, name FROM new_members")
            con.unregister("new_members")

    def keep(self) -> None:
        """Note that the transaction went through."""
        self._new = []

    def forget(self) -> None:
        """Take the new codes back: the transaction did not go through."""
        for name in self._new:
            del self._codes[name]
        self._new = []

    def _codes_of(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        if column.null_count == len(column):
            return pa.chunked_array([pa.nulls(len(column), pa.int32())])
        chunks = column.unify_dictionaries().chunks
        names = chunks[0].dictionary.to_pylist()
        codes = list(map(self._codes.get, names))
        if None in codes:
            self._add(names)
            codes = list(map(self._codes.get, names))
        code = pa.array(codes, pa.int32())
        return pa.chunked_array([code.take(chunk.indices) for chunk in chunks])

    def _add(self, names: Iterable[str | None]) -> None:
        for name in names:
            if name is not None and name not in self._codes:
                self._codes[name] = len(self._codes) + 1
                self._new.append(name)
