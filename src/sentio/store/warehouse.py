"""The store of one machine: a DuckDB file with facts, cube and ledger, written in transactions."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import duckdb

from sentio.kernel.errors import StoreBusyError, StoreError, StoreFullError
from sentio.store import facts, ledger, members
from sentio.store.cube import CUBES
from sentio.store.cube import SCHEMA as CUBE_SCHEMA
from sentio.store.growing import GrowingCommit
from sentio.store.ledger import Commit, Position
from sentio.store.members import Members
from sentio.store.merging import days_to_merge, merge_day

SCHEMA_RELEASE = "2"


class Warehouse:
    """Facts, cube and ledger in one file; one process writes, and it may read at the same time.

    Parameters
    ----------
    path
        The file; it is made if absent.
    memory_limit_mb
        What DuckDB may use before it spills to disk.
    mode
        ``write`` takes the file for this process alone, ``read`` shares it with other readers.

    Raises
    ------
    StoreBusyError
        Another process writes to it.
    """

    def __init__(
        self, path: Path, *, memory_limit_mb: int = 768, threads: int = 0, mode: str = "write"
    ) -> None:
        self.path = path
        self.is_writer = mode == "write"
        path.parent.mkdir(parents=True, exist_ok=True)
        options: dict[str, str | int | bool] = {
            "memory_limit": f"{memory_limit_mb}MB",
            "preserve_insertion_order": False,
            "disabled_compression_methods": "fsst,zstd,alprd",  # slow to write, little smaller
        }
        if threads:
            options["threads"] = threads
        try:
            self.con = duckdb.connect(str(path), read_only=not self.is_writer, config=options)  # pyright: ignore[reportArgumentType]
        except duckdb.IOException as error:
            raise _explained(error, path) from error
        self.con.execute("SET enable_progress_bar = false")
        # facts go straight to the file; what waits beside it is small, and a checkpoint is not
        self.con.execute("SET checkpoint_threshold = '256MB'")
        self._members: Members | None = None
        if self.is_writer:
            self._make_tables()
        self._check_release()

    def __enter__(self) -> Self:
        """Use the warehouse as a context; it is closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; what was committed is safe either way."""
        self.con.close()

    def commit(self, commit: Commit) -> int:
        """Write facts, cube, positions, quality and rejected rows in one transaction.

        Returns
        -------
        origin
            The number of the commit, which its facts carry in their column ``origin``.

        Raises
        ------
        StoreFullError
            The disk is full; nothing of this commit was kept.
        """
        return self.growing().close(commit)

    def growing(self) -> GrowingCommit:
        """Begin a commit whose facts are written as they come."""
        return GrowingCommit(self._begin)

    def position(
        self, source: str, name: str, *, con: duckdb.DuckDBPyConnection | None = None
    ) -> Position | None:
        """Tell how far an input has been read, or None if it has never been seen.

        ``con`` is a cursor of one's own, for asking while another thread commits.
        """
        names = ", ".join(Position.__slots__)
        row = (
            (con or self.con)
            .execute(f"SELECT {names} FROM position WHERE source = ? AND input = ?", [source, name])
            .fetchone()
        )
        return Position(**dict(zip(Position.__slots__, row, strict=True))) if row else None

    def about(self, name: str) -> str | None:
        """Read a fact about the store itself, such as the fingerprint of its key."""
        row = self.con.execute("SELECT value FROM about WHERE name = ?", [name]).fetchone()
        return str(row[0]) if row else None

    def set_about(self, name: str, value: str) -> None:
        """Write a fact about the store itself."""
        self.con.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", [name, value])

    def merge_cube(self) -> None:
        """Add up cube rows of the same key, so that questions read less; changes no answer."""
        for cube, day in days_to_merge(self.con):
            with self.transaction() as con:
                merge_day(con, cube, day)

    @contextmanager
    def transaction(self) -> Generator[duckdb.DuckDBPyConnection]:
        """Do all or nothing; a full disk is told as `StoreFullError`."""
        self.con.execute("BEGIN")
        try:
            yield self.con
            self.con.execute("COMMIT")
        except duckdb.Error as error:
            self._roll_back()
            raise _explained(error, self.path) from error
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def _begin(self) -> Generator[tuple[duckdb.DuckDBPyConnection, Members]]:
        """Begin a transaction; new names keep their codes if it goes through."""
        if self._members is None:
            self._members = Members(self.con)
        try:
            with self.transaction() as con:
                yield con, self._members
        except BaseException:
            self._members.forget()
            raise
        self._members.keep()

    def _roll_back(self) -> None:
        try:
            self.con.execute("ROLLBACK")
        except duckdb.Error:
            return  # a failed COMMIT has rolled back already

    def _make_tables(self) -> None:
        with self.transaction() as con:
            for statement in (*facts.CATALOGUE, *ledger.TABLES, members.TABLE):
                con.execute(statement)
            con.register("shape", CUBE_SCHEMA.empty_table())
            for cube in CUBES:
                con.execute(f"CREATE TABLE IF NOT EXISTS {cube} AS SELECT * FROM shape")
            con.unregister("shape")
            con.execute("INSERT OR IGNORE INTO about VALUES ('release', ?)", [SCHEMA_RELEASE])

    def _check_release(self) -> None:
        try:
            found = self.about("release")
        except duckdb.CatalogException:
            found = None
        if found == SCHEMA_RELEASE:
            return
        self.close()
        raise StoreError(
            f"the store is of release {found}" if found else "the file is no store of Sentio's",
            where=str(self.path),
            expected=f"a store of release {SCHEMA_RELEASE}",
            next_step="Ingest into a new store, or read this one by the program that made it.",
        )


def _explained(error: duckdb.Error, path: Path) -> StoreError:
    said = str(error)
    if "lock" in said.lower():
        return StoreBusyError(
            "another process is using the store",
            where=str(path),
            next_step="Stop it, or send the records to it by HTTP instead.",
        )
    if "space" in said.lower() and ("left" in said or "disk" in said.lower()):
        return StoreFullError(
            "no room is left on the disk; the open transaction was rolled back",
            where=str(path),
            next_step="Make room and run the same command again: it goes on where it stopped.",
        )
    return StoreError(said.splitlines()[0], where=str(path))
