"""A commit that grows: facts are written as they come, and hold only once it is closed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

import duckdb
import pyarrow as pa

from sentio.store import facts, ledger
from sentio.store.ledger import Commit
from sentio.store.members import Members

Begin = Callable[[], AbstractContextManager[tuple[duckdb.DuckDBPyConnection, Members]]]
"""Opens the transaction; it is committed if its block ends well, and undone if not."""


class GrowingCommit:
    """One transaction, open from the first `add` to `close`; nobody else writes meanwhile.

    What fails undoes all of it; then it can begin anew.
    """

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._held = ExitStack()
        self._open: tuple[duckdb.DuckDBPyConnection, Members] | None = None
        self._origin = 0
        self._records = 0

    def add(self, more: Mapping[str, list[pa.RecordBatch]]) -> None:
        """Write facts, family by family."""
        with self._undone_if_it_fails() as (con, names):
            self._write(con, names, more)

    def close(self, commit: Commit) -> int:
        """Write the rest, and make all of it hold; gives the number of the commit."""
        with self._undone_if_it_fails() as (con, names):
            self._write(con, names, commit.facts)
            names.write(con)
            for cube, batches in commit.cubes.items():
                _append_cube(con, cube, batches)
            ledger.write_positions(con, commit.positions, at_ns=commit.at_ns)
            ledger.write_quality(con, commit.quality, at_ns=commit.at_ns)
            ledger.write_dead_letters(con, commit.dead_letters, at_ns=commit.at_ns)
            con.execute(
                "INSERT INTO ingest_commit VALUES (?, ?, ?, ?, ?)",
                [self._origin, commit.source, commit.at_ns, self._records, commit.release],
            )
        self._open = None
        with self._held.pop_all():
            return self._origin

    def give_up(self) -> None:
        """Undo what was added since the last `close`."""
        self._open = None
        with suppress(_GivenUpError), self._held.pop_all():
            raise _GivenUpError

    @contextmanager
    def _undone_if_it_fails(self) -> Generator[tuple[duckdb.DuckDBPyConnection, Members]]:
        con_and_names, self._open = self._open, None
        with self._held.pop_all() as held:
            if con_and_names is None:
                con_and_names = held.enter_context(self._begin())
                self._origin, self._records = ledger.next_origin(con_and_names[0]), 0
            yield con_and_names
            self._held = held.pop_all()
        self._open = con_and_names

    def _write(
        self,
        con: duckdb.DuckDBPyConnection,
        names: Members,
        more: Mapping[str, list[pa.RecordBatch]],
    ) -> None:
        for family, batches in more.items():
            for table in _tables(batches):
                self._records += table.num_rows
                stamp = pa.repeat(pa.scalar(self._origin, pa.int32()), table.num_rows)
                stamped = table.append_column("origin", stamp)
                facts.append(con, family, names.coded(family, stamped))


class _GivenUpError(Exception):
    """Ends a transaction that nobody wants any more."""


def _append_cube(con: duckdb.DuckDBPyConnection, cube: str, batches: list[pa.RecordBatch]) -> None:
    rows = [batch for batch in batches if batch.num_rows]
    if rows:
        con.register("totals", pa.Table.from_batches(rows))
        con.execute(f"INSERT INTO {cube} SELECT * FROM totals")
        con.unregister("totals")


def _tables(batches: list[pa.RecordBatch]) -> list[pa.Table]:
    """Join batches of the same columns; most often that is one table."""
    alike: dict[str, list[pa.RecordBatch]] = {}
    for batch in batches:
        alike.setdefault(batch.schema.to_string(), []).append(batch)
    return [pa.Table.from_batches(each) for each in alike.values()]
