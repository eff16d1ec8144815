"""Who used what where, counted in the store: what a forecast asks of the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import FloatArray, IntArray
from sentio.loop.care.seen import (
    DAY_NS,
    HOUR_NS,
    WEEKENDS,
    Counts,
    Group,
    Hourly,
    hourly_of,
)
from sentio.loop.detail import Part, StoreDetail
from sentio.loop.important import IS_IMPORTANT
from sentio.loop.periods import Periods
from sentio.model.calendar import THURSDAY, Calendar
from sentio.model.record import PATH
from sentio.model.topology import Topology
from sentio.model.work import Reach
from sentio.store.cube import MINUTE_NS
from sentio.store.warehouse import Warehouse

LENGTHS_DAYS = 7  # back, of which the mean length of uses is taken
MS_A_MINUTE = 60_000.0


class StoreSeen:
    """Uses in the store; reads with cursors of its own."""

    def __init__(
        self, warehouse: Warehouse, topology: Topology, calendar: Calendar = WEEKENDS
    ) -> None:
        self.calendar = calendar
        self._warehouse = warehouse
        self._detail = StoreDetail(warehouse, topology)
        self._periods = Periods(warehouse, period_ns=MINUTE_NS)

    def span_ns(self) -> tuple[int, int] | None:
        """Give the times of the first and the last use."""
        return self._periods.span_ns()

    def counts(
        self, reach: Reach, begins_ns: int, ends_ns: int, days_back: Sequence[int]
    ) -> Counts:
        """Count the uses in a window moved back by so many days each; one look at the facts."""
        if not days_back:
            nobody = np.zeros((0, 0))
            return Counts(subject=np.zeros(0, np.int64), inside=nobody, everywhere=nobody)
        since_ns = begins_ns - max(days_back) * DAY_NS
        until_ns = ends_ns - min(days_back) * DAY_NS
        rows = self._asked(
            reach,
            since_ns,
            until_ns,
            "SELECT subject, (? - ts) // ? + 1 AS back, sum(inside) AS n_in, count(*) AS n "
            "FROM uses WHERE (ts - ?) % ? < ? GROUP BY 1, 2 "
            "QUALIFY sum(sum(inside)) OVER (PARTITION BY subject) > 0 ORDER BY 1, 2",
            # from the beginning of the earliest window on, so that no remainder is negative
            [begins_ns - 1, DAY_NS, since_ns, DAY_NS, ends_ns - begins_ns],
        )
        subject, at = np.unique(rows["subject"], return_inverse=True)
        place = {back: row for row, back in enumerate(days_back)}
        row = np.array([place.get(int(back), -1) for back in rows["back"]], dtype=np.int64)
        inside, everywhere = (np.zeros((len(days_back), len(subject))) for _ in range(2))
        known = row >= 0
        inside[row[known], at[known]] = rows["n_in"][known]
        everywhere[row[known], at[known]] = rows["n"][known]
        return Counts(subject=subject.astype(np.int64), inside=inside, everywhere=everywhere)

    def by_service(
        self, reach: Reach, since_ns: int, until_ns: int
    ) -> Mapping[str, tuple[IntArray, FloatArray]]:
        """Give subjects and the MOS of their uses in reach, service by service."""
        rows = self._asked(
            reach,
            since_ns,
            until_ns,
            "SELECT service, subject, mos FROM uses WHERE inside = 1 ORDER BY 1, 2, 3",
            [],
        )
        if not len(rows["service"]):
            return {}
        names, first = np.unique(rows["service"].astype(str), return_index=True)
        ends = [*first[1:], len(rows["service"])]
        return {
            str(name): (
                rows["subject"][a:b].astype(np.int64),
                rows["mos"][a:b].astype(np.float64),
            )
            for name, a, b in zip(names, first, ends, strict=True)
        }

    def hourly(self, reach: Reach, since_ns: int, until_ns: int) -> Hourly:
        """Count the uses in reach by subject in each hour of a working and of a free day."""
        day = f"ts // {DAY_NS}"
        is_free = (
            f"(list_contains(?::BIGINT[], ({day} + {THURSDAY}) % 7) "
            f"OR list_contains(?::BIGINT[], {day}))"
        )
        hour = f"(ts % {DAY_NS}) // {HOUR_NS} + 24 * CAST({is_free} AS INTEGER)"
        rows = self._asked(
            reach,
            since_ns,
            until_ns,
            f"SELECT subject, {hour} AS hour, count(*) AS n FROM uses WHERE inside = 1 "
            "GROUP BY 1, 2 ORDER BY 1, 2",
            [sorted(self.calendar.weekend), sorted(self.calendar.days_off)],
        )
        return hourly_of(
            rows["subject"].astype(np.int64),
            rows["hour"].astype(np.int64),
            since_ns,
            until_ns,
            times=rows["n"].astype(np.float64),
            calendar=self.calendar,
        )

    def minutes_of_use(self) -> Mapping[str, float]:
        """Give how long a use of each service lasted in the mean, of the last days."""
        span = self.span_ns()
        if span is None:
            return {}
        con = self._warehouse.con.cursor()
        found: dict[str, tuple[float, int]] = {}
        for part in self._detail.parts(con, {}, span[1] - LENGTHS_DAYS * DAY_NS, span[1] + 1):
            if "duration_ms" not in part.columns:
                continue
            told = con.execute(
                f'SELECT sum(duration_ms), count(duration_ms) FROM "{part.table}" '
                f"WHERE {part.where}",
                list(part.bound),
            ).fetchone()
            total, number = found.get(part.service, (0.0, 0))
            if told and told[1]:
                found[part.service] = total + float(told[0]), number + int(told[1])
        return {service: total / number / MS_A_MINUTE for service, (total, number) in found.items()}

    def group(self, subjects: IntArray) -> Group:
        """Tell segment and slice of some subjects, and which the business calls important."""
        span = self.span_ns()
        if span is None or not len(subjects):
            return Group()
        con = self._warehouse.con.cursor()
        con.register("asked", pa.table({"subject": pa.array(subjects)}))
        try:
            segments = self._own(con, "segment", span[1])
            slices = self._own(con, "slice", span[1])
            customers, important = _customers(con)
        finally:
            con.unregister("asked")
        return Group(segment={**segments, **customers}, slice=slices, important=important)

    def _own(self, con: duckdb.DuckDBPyConnection, column: str, until_ns: int) -> dict[int, str]:
        """Give what subjects had in a column of their uses lately, mostly."""
        since_ns = until_ns - LENGTHS_DAYS * DAY_NS
        selects = [
            (f'SELECT subject, "{column}" AS code FROM "{p.table}" WHERE {p.where}', p.bound)
            for p in self._detail.parts(con, {}, since_ns, until_ns + 1)
            if column in p.columns and column in PATH
        ]
        if not selects:
            return {}
        rows = con.execute(
            f"SELECT subject, mode(name) FROM ({' UNION ALL '.join(s for s, _ in selects)}) "
            "JOIN asked USING (subject) JOIN member USING (code) GROUP BY subject",
            [value for _, bound in selects for value in bound],
        ).fetchall()
        return {int(subject): str(name) for subject, name in rows if name is not None}

    def _asked(
        self, reach: Reach, since_ns: int, until_ns: int, sql: str, bound: list[object]
    ) -> dict[str, np.ndarray]:
        """Ask the uses of a window: ``ts``, ``subject``, ``service``, ``mos``, ``inside``."""
        con = self._warehouse.con.cursor()
        codes = _codes(con, reach.members)
        parts = list(self._detail.parts(con, {}, since_ns, until_ns))
        uses = " UNION ALL ".join(_select(part, reach.dimension, codes) for part in parts)
        nothing = (
            "SELECT 0::BIGINT ts, 0::BIGINT subject, '' service, 0.0 mos, 0 inside WHERE FALSE"
        )
        given = [value for part in parts for value in part.bound]
        found = con.execute(
            f"WITH uses AS ({uses or nothing}) {sql}", [*given, *bound]
        ).fetchnumpy()
        return {name: np.ma.getdata(column) for name, column in found.items()}


def _codes(con: duckdb.DuckDBPyConnection, members: Iterable[str]) -> str:
    """Write the codes of some members as a list of SQL."""
    con.register("members", pa.table({"name": pa.array(sorted(members), pa.string())}))
    try:
        rows = con.execute("SELECT code FROM member JOIN members USING (name)").fetchall()
    except duckdb.CatalogException:  # nothing was ever read
        rows = []
    finally:
        con.unregister("members")
    return f"({', '.join(str(int(code)) for (code,) in rows) or 'NULL'})"


def _select(part: Part, dimension: str, codes: str) -> str:
    is_in = f'"{dimension}" IN {codes}' if dimension in part.columns else "FALSE"
    return (
        f"SELECT ts, subject, '{part.service}' AS service, mos::DOUBLE AS mos, "
        f'CAST(coalesce({is_in}, FALSE) AS INTEGER) AS inside FROM "{part.table}" '
        f"WHERE {part.where} AND subject IS NOT NULL"
    )


def _customers(con: duckdb.DuckDBPyConnection) -> tuple[dict[int, str], frozenset[int]]:
    """Give segment of those asked for, and the important ones, as the business knows them."""
    try:
        rows = con.execute(
            "SELECT subject, arg_max(segment, ts), "
            f"arg_max({IS_IMPORTANT}, ts) FROM customer JOIN asked USING (subject) "
            "GROUP BY subject"
        ).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        return {}, frozenset()
    return (
        {int(subject): str(segment) for subject, segment, _ in rows if segment},
        frozenset(int(subject) for subject, _, is_important in rows if is_important),
    )
