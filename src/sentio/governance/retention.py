"""Retention: facts older than so many days go, whole days at a time, and dead letters with them."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from sentio.store import closed, facts
from sentio.store.cube import DAY_NS
from sentio.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What retention drops, or would drop; the cube holds no subject and stays."""

    before: str
    tables: int
    rows: int
    dead_letters: int


def would_drop(warehouse: Warehouse, *, keep_days: int, now_ns: int) -> Dropped:
    """Tell what `drop` would drop."""
    period, cutoff_ns = _bound(keep_days, now_ns)
    con = warehouse.con
    gone, cut = closed.older(con, period)
    rows = sum(part.rows for part in gone)
    for part in cut:
        rows += _count(con, f'SELECT count(*) FROM "{part.table_name}" WHERE ts < ?', cutoff_ns)
    return Dropped(
        before=period,
        tables=len(gone),
        rows=rows,
        dead_letters=_count(con, "SELECT count(*) FROM dead_letter WHERE at_ns < ?", cutoff_ns),
    )


def drop(warehouse: Warehouse, *, keep_days: int, now_ns: int) -> Dropped:
    """Drop facts of days before the last ``keep_days`` and dead letters of that age."""
    period, cutoff_ns = _bound(keep_days, now_ns)
    dropped = would_drop(warehouse, keep_days=keep_days, now_ns=now_ns)
    closed.drop_before(warehouse.con, period)
    with warehouse.transaction() as con:
        con.execute("DELETE FROM dead_letter WHERE at_ns < ?", [cutoff_ns])
        con.execute("DELETE FROM envelope WHERE id NOT IN (SELECT envelope FROM dead_letter)")
    warehouse.con.execute("CHECKPOINT")  # else the bytes would stay in the file
    return dropped


def _bound(keep_days: int, now_ns: int) -> tuple[str, int]:
    first_day = now_ns // DAY_NS - keep_days + 1
    return facts.period_of(first_day), first_day * DAY_NS


def _count(con: duckdb.DuckDBPyConnection, sql: str, cutoff_ns: int) -> int:
    row = con.execute(sql, [cutoff_ns]).fetchone()
    return int(row[0]) if row else 0
