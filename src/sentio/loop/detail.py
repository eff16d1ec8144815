"""Detail from the store: single uses of a scope and window, drawn evenly, with loss by domain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.awareness.ring import LOSSES, Fetched, Span, sent_bytes
from sentio.experience.service import SERVICES
from sentio.kernel.arrays import IntArray
from sentio.loop.codes import Codes
from sentio.loop.scored import WIDE, scored_uses
from sentio.model.degradation import Scope
from sentio.model.record import PATH
from sentio.model.topology import Topology, with_derived
from sentio.store import facts
from sentio.store.members import PREFIX
from sentio.store.warehouse import Warehouse

Draws: TypeAlias = npt.NDArray[np.uint64]

DRAW = "hash(ts, subject)"  # evenly spread, and the same each time
TEXTS = ("app_version", "firmware")  # attributes that are inputs, kept as they are
AHEAD_ROWS = 200_000  # of single uses, that are read at once while catching up
MET = pa.schema([("subject", pa.int64()), ("service", pa.string()), ("mos", pa.float32())])


@dataclass(frozen=True, slots=True)
class Part:
    """One table of uses of one service that reaches into a window, and the condition on it."""

    service: str
    table: str
    columns: frozenset[str]
    where: str
    bound: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Which of some spans holds a use, as an expression; -1 is none."""

    expression: str
    bound: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """All uses of a window, as they lie in the store: a table a part, in order of time."""

    since_ns: int = 0
    until_ns: int = 0
    tables: tuple[tuple[str, pa.Table], ...] = ()

    def between(self, since_ns: int, until_ns: int) -> Iterator[tuple[str, pa.Table]]:
        """Cut a shorter window out; costs nothing."""
        for service, rows in self.tables:
            first, last = np.searchsorted(np.asarray(rows.column("ts")), [since_ns, until_ns])
            yield service, rows.slice(int(first), int(last - first))


class StoreDetail:
    """Detail from the facts of all services; reads with a cursor of its own.

    Until ``due_ns`` all uses are known to be there, so that many periods may be read at once.
    """

    def __init__(self, warehouse: Warehouse, topology: Topology | None = None) -> None:
        self.topology = topology or Topology()
        self._warehouse = warehouse
        self._codes = Codes()
        self._columns: dict[str, tuple[int, frozenset[str]]] = {}
        self.due_ns = 0
        self._ahead = Ahead()
        self._usual_rows = AHEAD_ROWS  # of a window, as the last one showed

    def fetch(
        self,
        scope: Scope,
        since_ns: int,
        until_ns: int,
        *,
        most_rows: int,
        losses: bool,
        but: Sequence[Span] = (),
    ) -> Fetched:
        """Give the uses in a scope that began in [since, until), at most so many, drawn evenly.

        Those in a span of ``but`` are left out and counted, each in the first that holds it.

        Costs two looks at the days' tables: one that counts and draws, one that reads what was
        drawn. Where the store holds nothing of the window there were no uses in it.
        """
        con = self._warehouse.con.cursor()
        self._codes.refresh(con)
        parts = list(self.parts(con, scope, since_ns, until_ns))
        places = [self.place(part, but) for part in parts]
        drawn, counts, left_out = _drawn(con, parts, places, len(but))
        height = 1 << 64
        if len(drawn) > most_rows:
            height = int(np.partition(drawn, most_rows)[most_rows])
        tables = [
            self._read(con, part, place, height)
            for part, place, count in zip(parts, places, counts, strict=True)
            if count
        ]
        uses = pa.concat_tables(tables or [self._nothing()], promote_options="default")
        if not losses:
            uses = uses.drop_columns([name for name in LOSSES if name in uses.column_names])
        share = uses.num_rows / len(drawn) if len(drawn) else 1.0
        return Fetched(
            uses=uses, share=share, size_bytes=sent_bytes(uses), left_out=tuple(left_out.tolist())
        )

    def subjects(self, scope: Scope, since_ns: int, until_ns: int) -> IntArray:
        """Name everyone with a use in a scope that began in [since, until), in order."""
        con = self._warehouse.con.cursor()
        self._codes.refresh(con)
        parts = list(self.parts(con, scope, since_ns, until_ns))
        if not parts:
            return np.zeros(0, dtype=np.int64)
        selects = " UNION ALL ".join(
            f'SELECT subject FROM "{part.table}" WHERE {part.where} AND subject IS NOT NULL'
            for part in parts
        )
        bound = [value for part in parts for value in part.bound]
        asked = f"SELECT DISTINCT subject FROM ({selects}) ORDER BY subject"
        found = con.execute(asked, bound).fetchnumpy()["subject"]
        return np.asarray(found, dtype=np.int64)

    def members(
        self,
        con: duckdb.DuckDBPyConnection,
        dimension: str,
        scope: Scope,
        since_ns: int,
        until_ns: int,
    ) -> frozenset[str]:
        """Name the members of a dimension of the path that uses in a scope went over."""
        found: set[str] = set()
        for part in self.parts(con, scope, since_ns, until_ns):
            if dimension in part.columns:
                rows = con.execute(
                    f'SELECT DISTINCT "{dimension}" AS code FROM "{part.table}" '
                    f'WHERE {part.where} AND "{dimension}" IS NOT NULL',
                    list(part.bound),
                ).to_arrow_table()
                found.update(str(name) for name in self._codes.named(rows["code"]).to_pylist())
        return frozenset(found)

    def uses(self, since_ns: int, until_ns: int) -> pa.Table:
        """Give all uses of a window with their scores and attributes, and nothing else of them."""
        if not self._ahead.since_ns <= since_ns < until_ns <= self._ahead.until_ns:
            windows = AHEAD_ROWS // max(self._usual_rows, 1)
            ahead_ns = min(since_ns + windows * (until_ns - since_ns), self.due_ns)
            self._ahead = self._read_ahead(since_ns, max(until_ns, ahead_ns))
        tables: list[pa.Table] = []
        for service, rows in self._ahead.between(since_ns, until_ns):
            named = self.named(rows)
            column = pa.repeat(service, rows.num_rows).dictionary_encode()
            tables.append(with_derived(named.append_column("service", column), self.topology))
        uses = pa.concat_tables(tables or [self._nothing()], promote_options="default")
        self._usual_rows = uses.num_rows
        return uses

    def met(self, scope: Scope, since_ns: int, until_ns: int) -> pa.Table:
        """Give ``subject``, ``service`` and ``mos`` of all uses in a scope."""
        con = self._warehouse.con.cursor()
        self._codes.refresh(con)
        parts = list(self.parts(con, scope, since_ns, until_ns))
        selects = " UNION ALL ".join(
            f"SELECT subject, '{part.service}' AS service, mos::FLOAT AS mos "
            f'FROM "{part.table}" WHERE {part.where} AND subject IS NOT NULL'
            for part in parts
        )
        if not parts:
            return MET.empty_table()
        bound = [value for part in parts for value in part.bound]
        found = con.execute(f"{selects} ORDER BY subject, service, mos", bound)
        return found.to_arrow_table().cast(MET)

    def by_subject(
        self, scope: Scope, since_ns: int, until_ns: int
    ) -> list[tuple[int, int, int, float]]:
        """Count uses and poor uses and give the mean MOS of each subject, the most poor first."""
        con = self._warehouse.con.cursor()
        self._codes.refresh(con)
        parts = list(self.parts(con, scope, since_ns, until_ns))
        if not parts:
            return []
        selects = " UNION ALL ".join(
            f"SELECT subject, mos, mos < {SERVICES[part.service].poor_below} AS is_poor "
            f'FROM "{part.table}" WHERE {part.where}'
            for part in parts
        )
        return con.execute(
            "SELECT subject, count(*), count(*) FILTER (is_poor), avg(mos) "
            f"FROM ({selects}) GROUP BY subject ORDER BY 3 DESC, 2 DESC, 1",
            [value for part in parts for value in part.bound],
        ).fetchall()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Open a cursor, and take in what members have come since."""
        con = self._warehouse.con.cursor()
        self._codes.refresh(con)
        return con

    def refresh(self, con: duckdb.DuckDBPyConnection) -> None:
        """Take in what members have come since: before `parts` are asked for a scope."""
        self._codes.refresh(con)

    def parts(
        self, con: duckdb.DuckDBPyConnection, scope: Scope, since_ns: int, until_ns: int
    ) -> Iterator[Part]:
        """Name the tables that reach into a window and may hold uses of a scope."""
        for part in facts.partitions(con):
            service = part.family.removeprefix(PREFIX)
            is_near = part.rows and part.last_ts >= since_ns and part.first_ts < until_ns
            if not is_near or not part.family.startswith(PREFIX) or service not in SERVICES:
                continue
            columns = self.held(con, part.table_name, part.rows)
            found = self._where(scope, service, columns)
            if found is not None and "mos" in columns:  # not where nothing could be scored
                where = " AND ".join(["ts >= ?", "ts < ?", "mos IS NOT NULL", *found[0]])
                bound = (since_ns, until_ns, *found[1])
                yield Part(service, part.table_name, columns, where, bound)

    def _where(
        self, scope: Scope, service: str, columns: frozenset[str]
    ) -> tuple[list[str], list[object]] | None:
        """Turn a scope into conditions; None where no use of the table can lie in it."""
        conditions: list[str] = []
        bound: list[object] = []
        for name, member in scope.items():
            if name == "service":
                if member != service:
                    return None
                continue
            if name == "subject":
                conditions.append("subject = ?")
                bound.append(int(member))
                continue
            column, members = self._below(name, member)
            if column not in columns:
                return None
            known = members if column in TEXTS else self._codes.of(members)
            if not known:
                return None
            conditions.append(f'"{column}" IN ({", ".join("?" * len(known))})')
            bound += known
        return conditions, bound

    def place(self, part: Part, spans: Sequence[Span]) -> Place:
        """Give the first of some spans that holds a use of a table, as an expression."""
        cases: list[str] = []
        bound: list[object] = []
        for at, span in enumerate(spans):
            found = self._where(span.scope, part.service, part.columns)
            if found is not None:
                where = " AND ".join(["ts >= ?", "ts < ?", *found[0]])
                cases.append(f"WHEN {where} THEN {at}")
                bound += [span.since_ns, span.until_ns, *found[1]]
        return Place(f"CASE {' '.join(cases)} ELSE -1 END" if cases else "-1", tuple(bound))

    def _below(self, name: str, member: str) -> tuple[str, list[str]]:
        """Name the column that a use has, and which of its members an attribute stands for."""
        derived = self.topology.derived.get(name)
        if derived is None or name in PATH:
            return (name if name in (*PATH, *TEXTS) else ""), [member]
        return derived.below, [below for below, above in derived.of.items() if above == member]

    def _read_ahead(self, since_ns: int, until_ns: int) -> Ahead:
        con = self._warehouse.con.cursor()
        self._codes.refresh(con)
        tables: list[tuple[str, pa.Table]] = []
        for part in self.parts(con, {}, since_ns, until_ns):
            wanted = [name for name in WIDE if name in part.columns]
            names = ", ".join(f'"{name}"' for name in ("ts", "subject", "mos", "origin", *wanted))
            rows = con.execute(
                f'SELECT {names} FROM "{part.table}" WHERE {part.where} ORDER BY ts, subject, mos',
                list(part.bound),
            ).to_arrow_table()
            tables.append((part.service, rows))
        return Ahead(since_ns, until_ns, tuple(tables))

    def held(self, con: duckdb.DuckDBPyConnection, table: str, rows: int) -> frozenset[str]:
        """Name the columns of a table of facts."""
        known = self._columns.get(table)
        if known is None or known[0] != rows:
            described = con.execute(f'SELECT * FROM "{table}" LIMIT 0').description or []
            known = rows, frozenset(str(column[0]) for column in described)
            self._columns[table] = known
        return known[1]

    def _read(
        self, con: duckdb.DuckDBPyConnection, part: Part, place: Place, height: int
    ) -> pa.Table:
        inputs = {each.name for each in SERVICES[part.service].inputs}
        wanted = [name for name in ("mos", *WIDE, *inputs) if name in part.columns]
        names = ", ".join(f'"{name}"' for name in dict.fromkeys(("ts", "subject", *wanted)))
        rows = con.execute(
            f'SELECT {names} FROM "{part.table}" WHERE {part.where} AND {DRAW} < {height}'
            f" AND {place.expression} < 0 ORDER BY ts, subject, mos",
            [*part.bound, *place.bound],
        ).to_arrow_table()
        return self._scored(part.service, rows)

    def named(self, rows: pa.Table) -> pa.Table:
        """Put the names of the path in the place of their codes."""
        for place, name in enumerate(rows.column_names):
            if name in PATH:
                rows = rows.set_column(place, name, self._codes.named(rows.column(name)))
            elif name in TEXTS:
                rows = rows.set_column(place, name, rows.column(name).dictionary_encode())
        return rows

    def _scored(self, service: str, rows: pa.Table) -> pa.Table:
        rows = self.named(rows)
        batch = pa.RecordBatch.from_arrays(
            [column.combine_chunks() for column in rows.columns], names=rows.column_names
        )
        uses = scored_uses(service, batch, self.topology)
        return uses.set_column(
            uses.column_names.index("mos"), "mos", rows.column("mos").cast(pa.float64())
        )

    def _nothing(self) -> pa.Table:
        kinds: dict[str, Any] = {"ts": pa.int64(), "subject": pa.int64(), "mos": pa.float32()}
        return self._scored(SERVICES.names()[0], pa.schema(kinds).empty_table())


def _drawn(
    con: duckdb.DuckDBPyConnection, parts: list[Part], places: list[Place], spans: int
) -> tuple[Draws, IntArray, IntArray]:
    """Give what each use drew, over all parts, and how many uses each part and each span has."""
    if not parts:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(spans, np.int64)
    selects = (
        f"SELECT {i} AS part, {place.expression} AS place, {DRAW} AS drawn "
        f'FROM "{part.table}" WHERE {part.where}'
        for i, (part, place) in enumerate(zip(parts, places, strict=True))
    )
    bound = [
        value
        for part, place in zip(parts, places, strict=True)
        for value in (*place.bound, *part.bound)
    ]
    found = con.execute(" UNION ALL ".join(selects), bound).fetchnumpy()
    part, place = (np.asarray(found[name], dtype=np.int64) for name in ("part", "place"))
    is_free = place < 0
    counts = np.bincount(part[is_free], minlength=len(parts)).astype(np.int64)
    left_out = np.bincount(place[~is_free], minlength=spans).astype(np.int64)
    return np.asarray(found["drawn"], dtype=np.uint64)[is_free], counts, left_out
