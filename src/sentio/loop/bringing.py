"""What a period brought, read from the store: by source, with the state and values of its rows."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from sentio.awareness.brought import COLUMNS, COUNTS, MEASURED, QUALITY, Brought
from sentio.experience.service import SERVICES
from sentio.loop.detail import Part, StoreDetail
from sentio.model.degradation import Scope
from sentio.model.indicator import indicators
from sentio.store import facts
from sentio.store.warehouse import Warehouse

DIGITS = 9  # the order of adding up, which is nobody's business, shows behind them
UNKNOWN = "(unknown)"
SUMS = ("n", "present", "positive", "ln", "ln_sq")


class Bringing:
    """Reads with cursors of its own, and never writes."""

    def __init__(self, warehouse: Warehouse, detail: StoreDetail) -> None:
        self._warehouse = warehouse
        self._detail = detail
        self._source_of = np.zeros(1, dtype=np.int64)  # of each commit: the code of its source
        self._sources = [UNKNOWN]

    def read(self, start_ns: int, end_ns: int, uses: pa.Table) -> Brought:
        """Give what the period brought; ``uses`` are its single uses with their ``origin``."""
        con = self._warehouse.con.cursor()
        self._refresh(con)
        return Brought(
            start_ns=start_ns,
            end_ns=end_ns,
            uses=uses.append_column("source", self._named(uses.column("origin").to_numpy())),
            measured=self._measured(con, start_ns, end_ns),
            quality=_quality(con, start_ns, end_ns),
            columns=self._columns(con, start_ns, end_ns),
        )

    def sources_of(self, scope: Scope, since_ns: int, until_ns: int) -> dict[tuple[str, str], int]:
        """Count the uses in a scope by source and service."""
        con = self._warehouse.con.cursor()
        self._refresh(con)
        found: dict[tuple[str, str], int] = {}
        for part in self._detail.parts(con, scope, since_ns, until_ns):
            rows = con.execute(
                f'SELECT origin, count(*) FROM "{part.table}" WHERE {part.where} GROUP BY origin',
                list(part.bound),
            ).fetchall()
            for origin, count in rows:
                key = (self._sources[int(self._source_of[origin])], part.service)
                found[key] = found.get(key, 0) + int(count)
        return found

    def _refresh(self, con: duckdb.DuckDBPyConnection) -> None:
        """Take in the commits that came since."""
        rows = con.execute(
            "SELECT origin, source FROM ingest_commit WHERE origin >= ? ORDER BY origin",
            [len(self._source_of)],
        ).fetchall()
        if not rows:
            return
        more = np.zeros(int(rows[-1][0]) + 1, dtype=np.int64)
        more[: len(self._source_of)] = self._source_of
        for origin, source in rows:  # a few commits a period
            if source not in self._sources:
                self._sources.append(source)
            more[origin] = self._sources.index(source)
        self._source_of = more

    def _named(self, origin: np.ndarray) -> pa.DictionaryArray:
        codes = self._source_of[np.minimum(origin, len(self._source_of) - 1)].astype(np.int32)
        return pa.DictionaryArray.from_arrays(codes, pa.array(self._sources, pa.string()))

    def _measured(self, con: duckdb.DuckDBPyConnection, start_ns: int, end_ns: int) -> pa.Table:
        """Read what elements measured in a period; its rows are dated with the period's end."""
        tables: list[pa.Table] = []
        for part in facts.partitions(con, "measurement"):
            if not part.rows or part.last_ts <= start_ns or part.first_ts > end_ns:
                continue
            columns = self._detail.held(con, part.table_name, part.rows)
            if not {"element", "indicator", "value"} <= columns:
                continue
            single = "AND bin IS NULL" if "bin" in columns else ""
            rows = con.execute(
                f'SELECT origin, ts, element, indicator, value FROM "{part.table_name}" '
                f"WHERE ts > ? AND ts <= ? AND element IS NOT NULL {single} ORDER BY ts",
                [start_ns, end_ns],
            ).to_arrow_table()
            source = self._named(rows.column("origin").to_numpy()).cast(pa.string())
            tables.append(rows.append_column("source", source).select(MEASURED.names))
        return pa.concat_tables([MEASURED.empty_table(), *(t.cast(MEASURED) for t in tables)])

    def _columns(self, con: duckdb.DuckDBPyConnection, start_ns: int, end_ns: int) -> pa.Table:
        """Add up each indicator of each service, by source."""
        found: dict[tuple[str, str, str], np.ndarray] = {}
        for part in self._detail.parts(con, {}, start_ns, end_ns):
            names = _numbers(part)
            if not names:
                continue
            asked = ", ".join(_sums(name) for name in names)
            rows = con.execute(
                f'SELECT origin, count(*), {asked} FROM "{part.table}" WHERE {part.where} '
                "GROUP BY origin ORDER BY origin",
                list(part.bound),
            ).fetchall()
            for origin, count, *sums in rows:
                source = self._sources[int(self._source_of[origin])]
                for i, name in enumerate(names):
                    own = [float(x or 0.0) for x in (count, *sums[4 * i : 4 * i + 4])]
                    key = (source, part.service, name)
                    found[key] = found.get(key, np.zeros(len(SUMS))) + own
        n, present, positive, ln, ln_sq = np.array(list(found.values())).reshape(-1, len(SUMS)).T
        mean = ln / np.maximum(positive, 1.0)
        variance = np.maximum(ln_sq / np.maximum(positive, 1.0) - mean**2, 0.0)
        spread = np.where(variance < 1e-10 * np.maximum(mean**2, 1.0), 0.0, np.sqrt(variance))
        named = [pa.array([key[i] for key in found], pa.string()) for i in range(3)]
        exact = (n, present, positive, np.round(mean, DIGITS), np.round(spread, DIGITS))
        values = [pa.array(each) for each in exact]
        return pa.table([*named, *values], schema=COLUMNS)


def _numbers(part: Part) -> list[str]:
    inputs = [each.name for each in SERVICES[part.service].inputs]
    known = indicators()
    return [n for n in inputs if n in part.columns and n in known and known[n].shape == "number"]


def _sums(name: str) -> str:
    is_in = f'"{name}" > 0'
    ln = f'CASE WHEN {is_in} THEN ln("{name}"::DOUBLE) END'  # no filter keeps zeros from ln
    return f'count("{name}"), count(*) FILTER ({is_in}), sum({ln}), sum(({ln}) * ({ln}))'


def _quality(con: duckdb.DuckDBPyConnection, start_ns: int, end_ns: int) -> pa.Table:
    """Add up what the gate said of the commits whose newest row lies in the period.

    Where nothing could be kept, the moment of the commit says when.
    """
    sums = ", ".join(f"sum({name})::DOUBLE AS {name}" for name in COUNTS)
    return (
        con.execute(
            f"SELECT source, {sums} FROM quality "
            "WHERE coalesce(last_ts, at_ns) >= ? AND coalesce(last_ts, at_ns) < ? "
            "GROUP BY source ORDER BY source",
            [start_ns, end_ns],
        )
        .to_arrow_table()
        .cast(QUALITY)
    )
