"""Days that are over: put in order of subjects, joined week by week, and dropped when too old.

A table holds about 123,000 rows a block and knows the least and greatest subject of each. Once
sorted, one subject's rows lie in one or two blocks of it, and the fewer tables there are, the fewer
blocks a history needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb

from sentio.store.cube import DAY_NS
from sentio.store.facts import ALWAYS, Partition, partitions, refresh_view
from sentio.store.members import PREFIX

LATE_SHARE = 0.1  # of a joined week: with more rows come late it is written again


def put_in_order(con: duckdb.DuckDBPyConnection, *, before: str) -> list[str]:
    """Sort the days of experience before a day, and join those of a whole ISO week.

    Days from ``before`` (like ``20261123``) on are left alone: they still grow. Gives the names of
    the tables that were written.
    """
    families = {part.family for part in partitions(con) if part.family.startswith(PREFIX)}
    done: list[str] = []
    for family in sorted(families):
        closed = [part for part in partitions(con, family) if part.last_day < before]
        for period, parts in _together(closed, before):
            done.append(_write(con, parts, period=period))
    return done


def older(con: duckdb.DuckDBPyConnection, day: str) -> tuple[list[Partition], list[Partition]]:
    """Name the tables that end before a day, and those in whose middle it lies."""
    dated = [part for part in partitions(con) if part.period != ALWAYS and part.first_day < day]
    gone = [part for part in dated if part.last_day < day]
    return gone, [part for part in dated if part.last_day >= day]


def drop_before(con: duckdb.DuckDBPyConnection, day: str) -> None:
    """Drop all days before a day, whole; of a joined week the younger days stay."""
    gone, cut = older(con, day)
    for part in cut:
        _write(con, [part], period=f"{day}_{part.last_day}", since_ns=start_ns(day))
    con.execute("BEGIN")
    for part in gone:
        con.execute(f'DROP VIEW IF EXISTS "{part.family}"')
        con.execute(f'DROP TABLE "{part.table_name}"')
        con.execute("DELETE FROM partition WHERE table_name = ?", [part.table_name])
    for family in {part.family for part in gone}:
        refresh_view(con, family)
    con.execute("COMMIT")


def start_ns(day: str) -> int:
    """Give the moment at which a day begins."""
    return (date.fromisoformat(day) - date(1970, 1, 1)).days * DAY_NS


def _together(closed: list[Partition], before: str) -> Iterator[tuple[str, list[Partition]]]:
    """Say which tables are to become one, and what period it is of."""
    weeks: dict[str, list[Partition]] = {}
    for part in closed:
        weeks.setdefault(_week_of(part.first_day), []).append(part)
    for week, parts in weeks.items():
        joined = [part for part in parts if part.period == week]
        late = [part for part in parts if part.period != week]
        late_rows, joined_rows = (sum(part.rows for part in each) for each in (late, joined))
        is_over = week[-8:] < before
        if late and is_over and late_rows > LATE_SHARE * joined_rows:
            yield week, parts
        else:
            yield from ((part.period, [part]) for part in late if not part.is_ordered)


def _week_of(day: str) -> str:
    at = date.fromisoformat(day)
    monday = at - timedelta(days=at.weekday())
    return f"{monday:%Y%m%d}_{monday + timedelta(days=6):%Y%m%d}"


def _write(
    con: duckdb.DuckDBPyConnection,
    parts: list[Partition],
    *,
    period: str,
    since_ns: int = -(2**62),
) -> str:
    """Write tables of a family again as one, in order, and drop them."""
    family = parts[0].family
    table = f"{family}_{period}"
    rows = " UNION ALL BY NAME ".join(f'FROM "{part.table_name}"' for part in parts)
    con.execute("BEGIN")
    con.execute(
        f'CREATE TABLE "{table}_ordered" AS FROM ({rows}) WHERE ts >= {since_ns} '
        "ORDER BY subject, ts"
    )
    con.execute(f'DROP VIEW IF EXISTS "{family}"')
    for part in parts:
        con.execute(f'DROP TABLE "{part.table_name}"')
        con.execute("DELETE FROM partition WHERE table_name = ?", [part.table_name])
    con.execute(f'ALTER TABLE "{table}_ordered" RENAME TO "{table}"')
    con.execute(
        "INSERT INTO partition SELECT ?, ?, ?, TRUE, count(*), coalesce(min(ts), ?), "
        f'coalesce(max(ts), ?) FROM "{table}"',
        [family, period, table, 2**62, -(2**62)],
    )
    refresh_view(con, family)
    con.execute("COMMIT")
    con.execute("CHECKPOINT")  # gives the room of the old tables back before the next are written
    return table
