"""Brings the state's tables to the release of this program, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from sentio.kernel.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0013"  # the newest migration
LOCK = 0x53454E54494F  # "SENTIO": one process migrates a PostgreSQL at a time


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply the migrations up to a revision, in one transaction; several may call it at once.

    Raises
    ------
    StoreError
        The tables are of a release that this program does not know.
    """
    from alembic import command  # noqa: PLC0415  (most often there is nothing to migrate)
    from alembic.util import CommandError  # noqa: PLC0415  (the same)

    try:
        with engine.begin() as connection:
            _lock(connection)
            command.upgrade(_config(connection), revision)
    except CommandError as error:
        raise StoreError(
            f"the tables cannot be brought up to date ({error})",
            where=engine.url.render_as_string(hide_password=True),
            expected=f"tables of release {HEAD} or older",
            next_step="They may be of a newer Sentio: install that one.",
        ) from error


def downgrade(engine: Engine, revision: str) -> None:
    """Take the migrations back down to a revision, ``base`` for all."""
    from alembic import command  # noqa: PLC0415  (nobody does this every day)

    with engine.begin() as connection:
        _lock(connection)
        command.downgrade(_config(connection), revision)


def current(engine: Engine) -> str | None:
    """Tell the revision of the tables, None if there are none yet."""
    try:
        with engine.connect() as connection:
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except (OperationalError, ProgrammingError):  # no such table
        return None
    return None if found is None else str(found)


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415  (as above)

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
