"""What happened to elements in a time: alarms, changes, planned works, as the store has them."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from sentio.store.warehouse import Warehouse

KINDS = ("change", "planned_work", "alarm")

HAPPENED = """
    SELECT event_kind, event_id, min(ts) AS began, any_value(element), any_value(element_kind),
      any_value(title), any_value(severity), count(*) AS told
    FROM event
    WHERE event_kind IN ('change', 'planned_work', 'alarm') AND ts >= ? AND ts < ?
      AND (severity IS NULL OR severity <> 'cleared')
    GROUP BY event_kind, event_id, CASE WHEN event_id IS NULL THEN ts END,
      CASE WHEN event_id IS NULL THEN element END
    ORDER BY began, event_kind, event_id LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened to an element; ``kind`` is one of `KINDS`."""

    kind: str
    id: str
    ts_ns: int
    element: str
    element_kind: str
    title: str
    severity: str
    told: int  # records of it


def happened(
    warehouse: Warehouse, since_ns: int, until_ns: int, *, limit: int = 200
) -> list[Happening]:
    """List what began in [since, until), oldest first; a clearing is no new happening."""
    try:
        rows = warehouse.con.cursor().execute(HAPPENED, [since_ns, until_ns, limit]).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):  # no event was ever told
        return []
    return [
        Happening(
            kind=str(kind),
            id=str(number or ""),
            ts_ns=int(str(ts_ns)),
            element=str(element or ""),
            element_kind=str(element_kind or ""),
            title=str(title or ""),
            severity=str(severity or ""),
            told=int(str(told)),
        )
        for kind, number, ts_ns, element, element_kind, title, severity, told in rows
    ]
