"""Answers from a warehouse: named questions on DuckDB, and read-only SQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import duckdb
import pyarrow as pa

from sentio.kernel.errors import RefusedError, StoreError, StoreSlowError, UnknownName
from sentio.store import facts
from sentio.store.compiled import Compiled, prepare
from sentio.store.families import PREFIX, Days
from sentio.store.queries import QUESTIONS
from sentio.store.queries.question import Question, Value
from sentio.store.warehouse import Warehouse


class Answers:
    """Runs questions against a warehouse, and never writes to it.

    Each question runs on its own cursor, so that several threads may ask at once.

    Parameters
    ----------
    store
        An open warehouse, or the file of one.
    left_s
        Tells how much time is left for an answer; None: all there is.

    Raises
    ------
    StoreError
        There is no store at that place, or another process writes to it.
    """

    def __init__(
        self, store: Warehouse | Path, *, left_s: Callable[[], float] | None = None
    ) -> None:
        self._warehouse = _opened(store) if isinstance(store, Path) else store
        self._is_mine = isinstance(store, Path)
        self._con = self._warehouse.con
        self._days = Days()
        self._left_s = left_s

    def __enter__(self) -> Self:
        """Use the answers as a context; a file opened for them is closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file if it was opened here."""
        self.close()

    def close(self) -> None:
        """Close the file if it was opened here."""
        if self._is_mine:
            self._warehouse.close()

    def services(self) -> tuple[str, ...]:
        """Name the services that have facts, sorted."""
        parts = facts.partitions(self._con.cursor())
        families = {part.family for part in parts if part.rows}
        return tuple(sorted(name.removeprefix(PREFIX) for name in families if PREFIX in name))

    def ask(self, question: str, **given: Value) -> pa.Table:
        """Answer a named question.

        Parameters
        ----------
        question
            One of `QUESTIONS`.
        given
            Its parameters; ``services`` is every service that has facts unless said.
            Times are int64 ns, [since, until); the cube answers to the minute.

        Raises
        ------
        UnknownName
            No question, parameter or service has that name.
        StoreError
            The question is about several services and there are none yet.
        """
        asked, con, plan, sql, bound = self._prepared(question, given)
        with self._in_time(con):
            answer = _run(con, sql, bound).cast(plan.columns)
        return asked.finish(answer) if asked.finish else answer

    def stream(
        self, question: str, given: dict[str, Value], *, batch_rows: int = 65_536
    ) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """Answer a named question batch by batch, so that a big answer needs no memory.

        Where something is worked out from the whole answer (quantiles, counts of subjects), it is
        cut afterwards. The parameters and errors are those of `ask`; errors come before the first
        batch is asked for.
        """
        asked, con, plan, sql, bound = self._prepared(question, given)
        if asked.finish:
            table = self.ask(question, **given)
            return table.schema, iter(table.to_batches(max_chunksize=batch_rows))
        try:
            with self._in_time(con):
                reader = con.execute(sql, bound or None).to_arrow_reader(batch_rows)
        except duckdb.Error as error:
            raise _explained(error) from error
        return plan.columns, (batch.cast(plan.columns) for batch in reader)

    def sql(self, text: str) -> pa.Table:
        """Answer one SELECT over the tables and views of the store.

        Files, the network and settings are out of its reach.

        Raises
        ------
        RefusedError
            It is more than one statement, or it would change something.
        StoreError
            The engine cannot run it; the message is the engine's own.
        """
        con = self._con.cursor()
        try:
            statements = con.extract_statements(text)
        except duckdb.Error as error:
            raise _explained(error) from error
        if [each.type for each in statements] != [duckdb.StatementType.SELECT]:
            raise RefusedError(
                "only reading is allowed here", where="SQL", expected="exactly one SELECT"
            )
        con.execute("SET enable_external_access = false")
        con.execute("SET python_enable_replacements = false")
        return _run(con, statements[0].query, {})

    def _prepared(
        self, question: str, given: dict[str, Value]
    ) -> tuple[Question, duckdb.DuckDBPyConnection, Compiled, str, dict[str, Value]]:
        """Give a question, a cursor of its own, and what is to be run on it."""
        if question not in QUESTIONS:
            raise UnknownName.among("question", question, QUESTIONS)
        asked = QUESTIONS[question]
        settings = self._settings(asked, given)
        plan, bound = prepare(asked, settings)
        con = self._con.cursor()
        head = self._days.head(con, plan.families, settings)
        return asked, con, plan, _joined(head, plan.sql), bound

    @contextmanager
    def _in_time(self, con: duckdb.DuckDBPyConnection) -> Generator[None]:
        """Interrupt what runs on a cursor once the time is over."""
        if self._left_s is None:
            yield
            return
        watch = threading.Timer(self._left_s(), con.interrupt)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _settings(self, asked: Question, given: dict[str, Value]) -> dict[str, Value]:
        for name in given:
            if name not in asked.parameters:
                raise UnknownName.among(f"parameter of {asked.name}", name, asked.parameters)
        parameter = asked.parameters.get("services")
        if parameter is None:
            return given
        wanted = given.get("services")
        if wanted is None and parameter.default is None:
            return given
        return {**given, "services": self._chosen(wanted)}

    def _chosen(self, wanted: Value) -> tuple[str, ...]:
        known = self.services()
        names = (wanted,) if isinstance(wanted, str) else wanted
        chosen = tuple(str(name) for name in names) if isinstance(names, tuple) else known
        for name in chosen:
            if name not in known:
                raise UnknownName.among("service with facts", name, known)
        if not chosen:
            raise StoreError(
                "there is no experience in the store yet", next_step="Run `sentio ingest DIR`."
            )
        return chosen


def _joined(head: str, sql: str) -> str:
    """Put a WITH clause in front of SQL that may have one of its own."""
    if not head:
        return sql
    return f"{head}, {sql[5:]}" if sql.startswith("WITH ") else f"{head} {sql}"


def _run(con: duckdb.DuckDBPyConnection, sql: str, bound: dict[str, Value]) -> pa.Table:
    try:
        return con.execute(sql, bound or None).to_arrow_table()
    except duckdb.Error as error:
        raise _explained(error) from error


def _opened(path: Path) -> Warehouse:
    if not path.is_file():
        raise StoreError(
            "there is no store", where=str(path), next_step="Run `sentio ingest DIR` first."
        )
    return Warehouse(path, mode="read")


def _explained(error: duckdb.Error) -> StoreError:
    if isinstance(error, duckdb.InterruptException):
        return StoreSlowError(
            "the answer takes longer than it may", next_step="Ask about less, or a shorter span."
        )
    return StoreError(str(error).splitlines()[0], where="SQL")
