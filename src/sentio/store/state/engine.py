"""Connects to the database of the state: SQLite in a file, or PostgreSQL."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from sentio.kernel.errors import ConfigError

READS_ONLY = "sentio_reads_only"  # the execution option of connections that never write
BUSY_MS = 15_000  # how long one process waits for another to finish writing


def open_engine(url: str) -> Engine:
    """Make the engine for a database address; connects to nothing yet.

    Raises
    ------
    ConfigError
        The address cannot be understood, or the driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database not in {None, "", ":memory:"}:
            Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"the driver {error.name} is not installed",
            where="state_url",
            next_step="Install it with `pip install 'sentio[postgres]'`.",
        ) from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise ConfigError(
            "the address of the state cannot be understood",
            where="state_url",
            expected="sqlite:///file or postgresql+psycopg://user:password@host/database",
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, so that DDL can be rolled back
    for pragma in ("journal_mode = WAL", f"busy_timeout = {BUSY_MS}", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(READS_ONLY):
        connection.exec_driver_sql("BEGIN")  # waits for nobody who writes
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # a later lock upgrade could fail at once
