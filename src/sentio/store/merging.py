"""Cube rows of the same key added up, day by day: questions read less, no answer changes."""

from __future__ import annotations

import duckdb

from sentio.store.cube import CUBES, DAY_NS, KEY, SCHEMA

TOTALS = ", ".join(
    f"CAST({'bit_or' if 'subjects_' in name else 'sum'}({name}) AS BIGINT) AS {name}"
    for name in SCHEMA.names[len(KEY) :]
)
"""How rows add up: counts by sum, sketches of subjects by OR."""

# every row counts for the dimension `all` too, so that a key that is there twice shows there
TWICE = """SELECT DISTINCT ts FROM {cube} WHERE dimension = 'all' AND ts >= {since} AND ts < {until}
  GROUP BY ts, service HAVING count(*) > 1"""
EVER = {"since": -(2**62), "until": 2**62}


def days_to_merge(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """Name the cubes and the days since 1970 in which a key has more than one row."""
    found: list[tuple[str, int]] = []
    for cube in CUBES:
        twice = TWICE.format(cube=cube, **EVER)
        days = con.execute(f"SELECT DISTINCT ts // {DAY_NS} AS day FROM ({twice}) ORDER BY day")
        found.extend((cube, int(day)) for (day,) in days.fetchall())
    return found


def merge_day(con: duckdb.DuckDBPyConnection, cube: str, day: int) -> None:
    """Add up the rows of one day that share a key; runs inside the caller's transaction.

    Only the minutes (hours, the day) that changed since they were last merged are written again.
    """
    keys = ", ".join(KEY)
    since, until = day * DAY_NS, (day + 1) * DAY_NS
    twice = TWICE.format(cube=cube, since=since, until=until)
    con.execute(f"CREATE OR REPLACE TEMP TABLE changed AS {twice}")
    of_changed = f"FROM {cube} WHERE ts >= {since} AND ts < {until} AND ts IN (FROM changed)"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE added_up AS SELECT {keys}, {TOTALS} {of_changed} "
        f"GROUP BY {keys}"
    )
    con.execute(f"DELETE {of_changed}")
    # a question about one dimension then skips the blocks of the others
    con.execute(f"INSERT INTO {cube} FROM added_up ORDER BY dimension, service, ts, member")
    con.execute("DROP TABLE added_up")
    con.execute("DROP TABLE changed")
