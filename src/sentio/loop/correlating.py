"""What else speaks of a degradation: tickets of those who felt it, alarms below its cause.

A ticket is of the degradation if one of those who felt it, or somebody at an element that may be
the cause, opened it since the degradation began. How many come anyway is told beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import duckdb
import pyarrow as pa

from sentio.analysis.alarm_roots import MOST_ALARMS, Alarm
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Complaints, Hypothesis
from sentio.model.topology import Topology

MINUTE_NS = 60_000_000_000
DAY_NS = 1_440 * MINUTE_NS
USUAL_NS = 14 * DAY_NS  # in which usual tickets are counted
BEFORE_NS = 15 * MINUTE_NS  # alarms that may be told before the fall
TOLD, MOST_BELOW = 10, 400

TICKETS = """
    SELECT event_id, title, ts FROM event
    WHERE event_kind = 'ticket' AND ts >= ? AND ts < ?
    AND (subject IN (SELECT subject FROM felt) OR list_contains(?, element))
    ORDER BY ts
"""
RAISED = """
    SELECT ts, element, title FROM event
    WHERE event_kind = 'alarm' AND ts >= ? AND ts < ? AND coalesce(severity, '') <> 'cleared'
    AND element IS NOT NULL AND title IS NOT NULL
    ORDER BY ts DESC, element, title LIMIT ?
"""
ALARMS = """
    SELECT DISTINCT element, title FROM event
    WHERE event_kind = 'alarm' AND ts < ? AND coalesce(end_ts, ts) >= ? AND ts >= ?
    AND list_contains(?, element) AND coalesce(severity, '') <> 'cleared'
    ORDER BY element, title
"""


def complaints_of(
    con: duckdb.DuckDBPyConnection, told: Degradation, felt: Iterable[int], now_ns: int
) -> Complaints:
    """Gather the tickets of those who felt a degradation, and of the elements in its scope."""
    elements = sorted(told.scope.values())
    con.register("felt", pa.table({"subject": pa.array(felt, pa.int64())}))
    try:
        since = [told.began_ns - USUAL_NS, now_ns, elements]
        rows = con.execute(TICKETS, since).fetchall()
        if not rows:
            return Complaints()
    except (duckdb.CatalogException, duckdb.BinderException):  # no event, or none of a subject
        return Complaints()
    finally:
        con.unregister("felt")
    fresh = [
        (str(number or ""), str(title or "")) for number, title, ts in rows if ts >= told.began_ns
    ]
    earlier = len(rows) - len(fresh)
    [[first_ns]] = con.execute("SELECT min(ts) FROM event").fetchall()
    known_ns = told.began_ns - max(first_ns, told.began_ns - USUAL_NS)
    return Complaints(
        tickets=len(fresh),
        usual=round(earlier * (now_ns - told.began_ns) / max(known_ns, DAY_NS), 2),
        by_title=dict(Counter(title for _, title in fresh).most_common(TOLD)),
        first=tuple(number for number, _ in fresh[:TOLD] if number),
    )


def alarms_of(con: duckdb.DuckDBPyConnection, since_ns: int, until_ns: int) -> list[Alarm]:
    """List the last alarms raised in a window, in order of time."""
    try:
        rows = con.execute(RAISED, [since_ns, until_ns, MOST_ALARMS]).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        return []
    return [Alarm(ts=ts, element=element, title=title) for ts, element, title in rows[::-1]]


def alarms_below(
    con: duckdb.DuckDBPyConnection,
    cause: Hypothesis | None,
    topology: Topology,
    told: Degradation,
    now_ns: int,
) -> tuple[str, ...]:
    """Tell the alarms of all that hangs on the first cause: they follow from it."""
    if cause is None:
        return ()
    elements, fresh = list[str](), [cause.element]
    while fresh and len(elements) < MOST_BELOW:
        fresh = [below for element in fresh for below in topology.below(element)]
        elements += fresh
    if not elements:
        return ()
    since_ns = told.began_ns - BEFORE_NS
    window = [now_ns, since_ns, since_ns - DAY_NS, elements[:MOST_BELOW]]
    try:
        rows = con.execute(ALARMS, window).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        return ()
    return tuple(f"alarm on {element}: {title}" for element, title in rows[:TOLD])
