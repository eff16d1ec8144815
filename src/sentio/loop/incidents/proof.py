"""The data behind a line of evidence: the rows of the store that its number comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from sentio.loop.detail import StoreDetail
from sentio.loop.incidents.course import course
from sentio.model.degradation import Degradation

MINUTE_NS = 60_000_000_000
BEFORE_NS = 60 * MINUTE_NS
AFTER_NS = 30 * MINUTE_NS
MOST_ROWS = 500

EVENT_SOURCES: Mapping[str, str] = {
    "alarm": "alarm",
    "change": "change",
    "planned work": "planned_work",
}
MEASURED = ("measured", "nothing measured", "asleep")

EVENTS = """
    SELECT ts, event_kind, event_id, element, severity, state, title FROM event
    WHERE element = ? AND event_kind = ? AND coalesce(end_ts, ts) >= ? AND ts < ?
    ORDER BY ts, event_id LIMIT ?
"""
MEASUREMENTS = """
    SELECT ts, element, indicator, value, unit, granularity_ms // 1000 FROM measurement
    WHERE element = ? AND ts >= ? AND ts < ? ORDER BY indicator, ts LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Rows, their columns, and in words what they are; ``is_cut`` where there are more."""

    what: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    is_cut: bool = False


def proof_of(
    detail: StoreDetail,
    one: Degradation,
    *,
    source: str,
    element: str,
    scope: Mapping[str, str],
    until_ns: int,
) -> Proof:
    """Give the rows behind evidence of a source about an element."""
    since_ns = one.began_ns - BEFORE_NS
    until_ns = min(until_ns, (one.ended_ns or until_ns) + AFTER_NS)
    if kind := EVENT_SOURCES.get(source):
        columns = ("ts_ns", "kind", "id", "element", "severity", "state", "title")
        since_ns = since_ns - 24 * 60 * MINUTE_NS if source == "change" else since_ns
        asked = [element, kind, since_ns, until_ns, MOST_ROWS + 1]
        return _rows(detail, EVENTS, asked, columns, f"{source}s on {element}")
    if source in MEASURED:
        columns = ("ts_ns", "element", "indicator", "value", "unit", "granularity_s")
        asked = [element, since_ns, until_ns, MOST_ROWS + 1]
        return _rows(detail, MEASUREMENTS, asked, columns, f"what {element} measures")
    steps = course(detail, scope, since_ns, until_ns, step_ns=5 * MINUTE_NS)
    where = ", ".join(f"{name} {member}" for name, member in scope.items()) or "the network"
    return Proof(
        what=f"uses of {where}, five minutes at a time",
        columns=("ts_ns", "uses", "poor_uses", "mos_mean"),
        rows=tuple((s.since_ns, s.uses, s.poor_uses, round(s.mos_mean, 4)) for s in steps),
    )


def _rows(
    detail: StoreDetail, query: str, asked: Sequence[object], columns: tuple[str, ...], what: str
) -> Proof:
    try:
        found = detail.cursor().execute(query, asked).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):  # nothing of that kind was read
        found = []
    return Proof(
        what=what,
        columns=columns,
        rows=tuple(found[:MOST_ROWS]),
        is_cut=len(found) > MOST_ROWS,
    )
