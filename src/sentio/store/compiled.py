"""A question turned into DuckDB's SQL, once for each shape of its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from sentio.store import facts, ledger
from sentio.store.cube import SCHEMA as CUBE
from sentio.store.queries import QUESTIONS
from sentio.store.queries.question import Value
from sentio.store.queries.schemas import ELEMENTS, USES

LATE = {"subject": 0x5E47_1057_BEC7_0001}
"""Parameters that are bound when a question runs, so that a new subject costs no compilation;
each with the number that holds its place until then."""

Settings = tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """SQL with ``$name`` for each late parameter, and the families of facts that it reads."""

    sql: str
    families: tuple[str, ...]


@lru_cache(maxsize=512)
def compiled(question: str, settings: Settings, late: tuple[str, ...] = ()) -> Compiled:
    """Compile a question with its parameters; ``late`` names those bound later."""
    tables = Columns()
    expression = QUESTIONS[question].ask(tables, **dict(settings), **{n: LATE[n] for n in late})
    sql = ibis.to_sql(expression, dialect="duckdb", pretty=False)
    for name in late:
        sql = sql.replace(str(LATE[name]), f"${name}")
    read = tuple(sorted(name for name in tables.asked if family_schema(name) is not None))
    return Compiled(sql=sql, families=read)


def family_schema(table: str) -> pa.Schema | None:
    """Give the columns that questions may rely on in a family of facts; None for other tables."""
    if table.startswith("experience_"):
        return USES
    return ELEMENTS if table == "element" else None


class Columns(Mapping[str, ir.Table]):
    """Tables that have columns and no engine; notes in ``asked`` which were used."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> ir.Table:
        """Give the table of that name, unbound."""
        self.asked.add(name)
        schema = family_schema(name) or _ledger()[name]
        return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)

    def __iter__(self) -> Iterator[str]:
        """Go through the tables that every store has."""
        return iter(_ledger())

    def __len__(self) -> int:
        """Count the tables that every store has."""
        return len(_ledger())


@lru_cache(maxsize=1)
def _ledger() -> dict[str, pa.Schema]:
    """Read the columns of the ledger off its own definition."""
    with duckdb.connect() as con:
        for statement in (facts.CATALOGUE, *ledger.TABLES):
            con.execute(statement)
        names = [
            name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        ]
        found = {
            name: con.execute(f'SELECT * FROM "{name}"').to_arrow_table().schema for name in names
        }
    return {**found, "cube_minute": CUBE, "cube_hour": CUBE}
