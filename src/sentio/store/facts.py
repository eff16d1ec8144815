"""Facts by day: which tables there are, what is in them, and how a batch is cut into days.

Each family of facts (``experience_web``, ``measurement``, ...) has one table a day, so that old
days are dropped whole and a closed day can be put in order of subjects (`closed`). Views join the
days again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sentio.store.cube import DAY_NS
from sentio.store.members import NAMES, is_coded, named

ALWAYS = "all"
"""The period of families that are not cut into days (elements, links, customers)."""

UNDATED_FAMILIES = ("element", "link", "customer")

CATALOGUE = (
    """CREATE TABLE IF NOT EXISTS partition (
      family VARCHAR, period VARCHAR, table_name VARCHAR PRIMARY KEY, is_ordered BOOLEAN,
      rows BIGINT, first_ts BIGINT, last_ts BIGINT
    )""",
    """CREATE TABLE IF NOT EXISTS family_column (
      family VARCHAR, name VARCHAR, kind VARCHAR, place INTEGER, PRIMARY KEY (family, name)
    )""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """One table of facts: a family's rows of one day, or of some days of a week that is over.

    ``period`` is like ``20261123``, or ``20261116_20261122``.
    """

    family: str
    period: str
    table_name: str
    is_ordered: bool
    rows: int
    first_ts: int
    last_ts: int

    @property
    def first_day(self) -> str:
        """The first day it can hold."""
        return self.period[:8]

    @property
    def last_day(self) -> str:
        """The last day it can hold."""
        return self.period[-8:]


def days(batch: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Cut a batch into its UTC days, named like ``20261123``; most often there is only one."""
    ts = np.asarray(batch.column("ts"))
    if not len(ts):
        return
    day = ts // DAY_NS
    first, last = int(day.min()), int(day.max())
    if first == last:
        yield period_of(first), batch
        return
    for each in np.unique(day):
        yield period_of(int(each)), batch.filter(pa.array(day == each))


def period_of(day: int) -> str:
    """Name the day with that number since 1970."""
    return (date(1970, 1, 1) + timedelta(days=day)).strftime("%Y%m%d")


def period_at(ts_ns: int) -> str:
    """Name the UTC day of a moment."""
    return datetime.fromtimestamp(ts_ns / 1e9, UTC).strftime("%Y%m%d")


def append(con: duckdb.DuckDBPyConnection, family: str, batch: pa.Table) -> None:
    """Append a batch to its days' tables; tables, columns and views are made as needed.

    Must run inside the caller's transaction.
    """
    is_new = _note_columns(con, family, batch.schema)
    filled = [name for name in batch.schema.names if batch.column(name).null_count < len(batch)]
    batch = batch.select(dict.fromkeys(("ts", "subject", *filled)))  # empty columns cost time
    parts = [(ALWAYS, batch)] if family in UNDATED_FAMILIES else days(batch)
    for period, rows in parts:
        table = f"{family}_{period}"
        is_new |= _ensure(con, family, period, rows.schema)
        con.register("incoming", rows)
        con.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM incoming')
        con.unregister("incoming")
        limits = pc.min_max(rows.column("ts")).as_py()
        con.execute(
            "UPDATE partition SET is_ordered = FALSE, rows = rows + ?, "
            "first_ts = least(first_ts, ?), last_ts = greatest(last_ts, ?) WHERE table_name = ?",
            [rows.num_rows, limits["min"], limits["max"], table],
        )
    if is_new:
        refresh_view(con, family)


def partitions(con: duckdb.DuckDBPyConnection, family: str | None = None) -> list[Partition]:
    """List the tables of one family, or of all, oldest first."""
    condition = "" if family is None else "WHERE family = ?"
    rows = con.execute(
        "SELECT family, period, table_name, is_ordered, rows, first_ts, last_ts "
        f"FROM partition {condition} ORDER BY family, period",
        [] if family is None else [family],
    ).fetchall()
    names = ("family", "period", "table_name", "is_ordered", "rows", "first_ts", "last_ts")
    return [Partition(**dict(zip(names, row, strict=True))) for row in rows]


def refresh_view(con: duckdb.DuckDBPyConnection, family: str) -> None:
    """Make the view that joins a family's days anew; columns nobody filled yet read as null."""
    tables = [part.table_name for part in partitions(con, family)]
    columns = con.execute(
        "SELECT name, kind FROM family_column WHERE family = ? ORDER BY place", [family]
    ).fetchall()
    if not tables:
        return
    held = {
        (table, name)
        for table, name in con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main'"
        ).fetchall()
    }
    selects = (
        ", ".join(
            _shown(family, name, kind, is_there=(table, name) in held) for name, kind in columns
        )
        + f' FROM "{table}", member_names'
        for table in tables
    )
    union = " UNION ALL ".join(f"SELECT {select}" for select in selects)
    con.execute(f'CREATE OR REPLACE VIEW "{family}" AS WITH {NAMES} {union}')


def _shown(family: str, name: str, kind: str, *, is_there: bool) -> str:
    if is_coded(family, name):
        return f'{named(name) if is_there else "CAST(NULL AS VARCHAR)"} AS "{name}"'
    return f'"{name}"' if is_there else f'CAST(NULL AS {kind}) AS "{name}"'


def _note_columns(con: duckdb.DuckDBPyConnection, family: str, schema: pa.Schema) -> bool:
    known = con.execute("SELECT name FROM family_column WHERE family = ?", [family]).fetchall()
    new = [name for name in schema.names if (name,) not in known]
    for name in new:
        con.execute(
            "INSERT INTO family_column VALUES (?, ?, ?, ?)",
            [family, name, _kind(con, schema.field(name)), len(known) + new.index(name)],
        )
    return bool(new)


def _kind(con: duckdb.DuckDBPyConnection, field: pa.Field) -> str:
    con.register("shape", pa.schema([field]).empty_table())
    kind = con.execute("DESCRIBE SELECT * FROM shape").fetchall()[0][1]
    con.unregister("shape")
    return str(kind)


def _ensure(con: duckdb.DuckDBPyConnection, family: str, period: str, schema: pa.Schema) -> bool:
    table = f"{family}_{period}"
    known = con.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND schema_name = 'main'",
        [table],
    ).fetchall()
    have = {name for (name,) in known}
    if not have:
        con.register("shape", schema.empty_table())
        con.execute(f'CREATE TABLE "{table}" AS SELECT * FROM shape')
        con.unregister("shape")
        con.execute(
            "INSERT INTO partition VALUES (?, ?, ?, FALSE, 0, ?, ?)",
            [family, period, table, 2**62, -(2**62)],
        )
        return True
    new = [field for field in schema if field.name not in have]
    for field in new:  # a newer release of a service may know more indicators
        con.execute(f'ALTER TABLE "{table}" ADD COLUMN "{field.name}" {_kind(con, field)}')
    return bool(new)
