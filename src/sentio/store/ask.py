"""Answers from a warehouse: named questions on DuckDB, and read-only SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import duckdb
import pyarrow as pa

from sentio.kernel.errors import RefusedError, StoreError, UnknownName
from sentio.store import facts
from sentio.store.compiled import LATE, Compiled, compiled, family_schema
from sentio.store.facts import Partition
from sentio.store.queries import QUESTIONS
from sentio.store.queries.question import Question, Value
from sentio.store.warehouse import Warehouse

EXPERIENCE = "experience_"


class Answers:
    """Runs questions against a warehouse, and never writes to it.

    Each question runs on its own cursor, so that several threads may ask at once.

    Parameters
    ----------
    store
        An open warehouse, or the file of one.

    Raises
    ------
    StoreError
        There is no store at that place, or another process writes to it.
    """

    def __init__(self, store: Warehouse | Path) -> None:
        self._warehouse = _opened(store) if isinstance(store, Path) else store
        self._is_mine = isinstance(store, Path)
        self._con = self._warehouse.con

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
        return tuple(
            sorted(name.removeprefix(EXPERIENCE) for name in families if EXPERIENCE in name)
        )

    def ask(self, question: str, **given: Value) -> pa.Table:
        """Answer a named question.

        Parameters
        ----------
        question
            One of `QUESTIONS`.
        given
            Its parameters; ``services`` is every service that has facts unless said.

        Raises
        ------
        UnknownName
            No question, parameter or service has that name.
        StoreError
            The question is about single uses and there are none yet.
        """
        if question not in QUESTIONS:
            raise UnknownName.among("question", question, QUESTIONS)
        asked = QUESTIONS[question]
        settings = self._settings(asked, given)
        late = {name: settings.pop(name) for name in LATE if name in settings}
        plan = compiled(question, tuple(sorted(settings.items())), tuple(late))
        con = self._con.cursor()
        answer = _run(con, _with_days(con, plan, settings), late)
        return asked.finish(answer) if asked.finish else answer

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

    def _settings(self, asked: Question, given: dict[str, Value]) -> dict[str, Value]:
        settings = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in given.items()
        }
        for name in settings:
            if name not in asked.parameters:
                raise UnknownName.among(f"parameter of {asked.name}", name, asked.parameters)
        if "services" in asked.parameters:
            settings["services"] = self._chosen(settings.get("services"))
        return settings

    def _chosen(self, wanted: Value) -> tuple[str, ...]:
        known = self.services()
        if not known:
            raise StoreError(
                "there is no experience in the store yet", next_step="Run `sentio ingest DIR`."
            )
        chosen = (wanted,) if isinstance(wanted, str) else wanted
        if not isinstance(chosen, tuple):
            return known
        for name in chosen:
            if name not in known:
                raise UnknownName.among("service with facts", name, known)
        return chosen


def _with_days(con: duckdb.DuckDBPyConnection, plan: Compiled, settings: dict[str, Value]) -> str:
    """Put in front of the SQL, in the place of each family, only the days that can matter."""
    if not plan.families:
        return plan.sql
    since, until = settings.get("since_ns"), settings.get("until_ns")
    known = facts.partitions(con)
    parts: list[str] = []
    for family in plan.families:
        days = [part for part in known if part.family == family and _overlaps(part, since, until)]
        parts.append(f'"{family}" AS NOT MATERIALIZED ({_union(con, family, days)})')
    head = "WITH " + ", ".join(parts)
    return f"{head}, {plan.sql[5:]}" if plan.sql.startswith("WITH ") else f"{head} {plan.sql}"


def _overlaps(part: Partition, since: Value, until: Value) -> bool:
    starts_in_time = not isinstance(until, int) or part.first_ts < until
    return starts_in_time and (not isinstance(since, int) or part.last_ts >= since)


def _union(con: duckdb.DuckDBPyConnection, family: str, days: list[Partition]) -> str:
    schema = family_schema(family) or pa.schema([])
    if not days:
        con.register(f"no_{family}", schema.empty_table())
        return f'SELECT * FROM "no_{family}"'
    columns = ", ".join(f'"{name}"' for name in schema.names)
    return " UNION ALL ".join(f'SELECT {columns} FROM "{day.table_name}"' for day in days)


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
    return StoreError(str(error).splitlines()[0], where="SQL")
