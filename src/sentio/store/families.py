"""The days of a family put under each other for one question: only those that can matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from sentio.store import facts
from sentio.store.facts import Partition
from sentio.store.members import NAMES, PREFIX, is_coded, named
from sentio.store.queries.question import Value
from sentio.store.queries.schemas import ELEMENTS, EXPERIENCE, LINKS, MEASURED

FAMILIES = {"experience": EXPERIENCE, "measured": MEASURED, "element": ELEMENTS, "link": LINKS}
"""Tables that questions name and that are put together anew for each."""

OF_USES = ("experience", "measured")

SQL_TYPES = {
    pa.int64(): "BIGINT",
    pa.int32(): "INTEGER",
    pa.int16(): "SMALLINT",
    pa.uint8(): "UTINYINT",
    pa.float64(): "DOUBLE",
    pa.float32(): "FLOAT",
    pa.string(): "VARCHAR",
    pa.bool_(): "BOOLEAN",
}


@dataclass(frozen=True, slots=True)
class Days:
    """Knows which tables there are and which columns each has filled so far."""

    _held: dict[str, tuple[int, frozenset[str]]] = field(
        default_factory=dict[str, tuple[int, frozenset[str]]]
    )

    def head(
        self,
        con: duckdb.DuckDBPyConnection,
        families: tuple[str, ...],
        settings: Mapping[str, Value],
    ) -> str:
        """Give the WITH clause that says what each family is, or nothing if none is read."""
        if not families:
            return ""
        parts = [part for part in facts.partitions(con) if part.rows and _matters(part, settings)]
        clauses: list[str] = []
        for family in families:
            mine = [part for part in parts if _is_of(part, family)]
            selects = [self._select(con, family, part) for part in mine] or [_nothing(family)]
            clauses.append(f'"{family}" AS NOT MATERIALIZED ({" UNION ALL ".join(selects)})')
        return "WITH " + ", ".join([NAMES, *clauses])

    def _select(self, con: duckdb.DuckDBPyConnection, family: str, part: Partition) -> str:
        held = self._columns(con, part)
        service = part.family.removeprefix(PREFIX)
        columns = [
            f"'{service}' AS service"
            if column.name == "service"
            else _held(part.family, column)
            if column.name in held
            else _null(column)
            for column in FAMILIES[family]
        ]
        return f'SELECT {", ".join(columns)} FROM "{part.table_name}", member_names'

    def _columns(self, con: duckdb.DuckDBPyConnection, part: Partition) -> frozenset[str]:
        rows, held = self._held.get(part.table_name, (-1, frozenset[str]()))
        if rows != part.rows:  # only a table that grew can have got another column
            described = con.execute(f'SELECT * FROM "{part.table_name}" LIMIT 0').description or []
            held = frozenset(str(column[0]) for column in described)
            self._held[part.table_name] = (part.rows, held)
        return held


def _is_of(part: Partition, family: str) -> bool:
    return part.family.startswith(PREFIX) if family in OF_USES else part.family == family


def _matters(part: Partition, settings: Mapping[str, Value]) -> bool:
    since, until = settings.get("since_ns"), settings.get("until_ns")
    services = settings.get("services")
    is_late_enough = not isinstance(since, int) or part.last_ts >= since
    is_early_enough = not isinstance(until, int) or part.first_ts < until
    if part.family.startswith(PREFIX) and isinstance(services, tuple):
        return is_late_enough and is_early_enough and part.family.removeprefix(PREFIX) in services
    return is_late_enough and is_early_enough


def _nothing(family: str) -> str:
    return f"SELECT {', '.join(_null(column) for column in FAMILIES[family])} WHERE FALSE"


def _held(family: str, column: pa.Field) -> str:
    """Names are stored as codes; numbers may be stored shorter than questions reckon with."""
    if is_coded(family, column.name):
        return f'{named(column.name)} AS "{column.name}"'
    if column.type != pa.float64():
        return f'"{column.name}"'
    return f'CAST("{column.name}" AS DOUBLE) AS "{column.name}"'


def _null(column: pa.Field) -> str:
    return f'CAST(NULL AS {SQL_TYPES[column.type]}) AS "{column.name}"'
