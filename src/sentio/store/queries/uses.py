"""Single uses: one subject's history over all services, and the latest uses of an element."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from sentio.store.queries.schemas import USES
from sentio.store.queries.span import Tables, between

COMMON = tuple(USES.names)
"""The columns that every experience table has."""


def subject_history(
    tables: Tables,
    *,
    subject: int,
    services: tuple[str, ...],
    since_ns: int | None = None,
    until_ns: int | None = None,
    limit: int = 1000,
) -> ir.Table:
    """List one subject's uses of all services, latest first."""
    uses = _uses(tables, services, since_ns, until_ns)
    return _latest([rows.filter(rows["subject"] == subject) for rows in uses], limit)


def latest_uses(
    tables: Tables,
    *,
    services: tuple[str, ...],
    dimension: str = "cell",
    member: str,
    since_ns: int | None = None,
    until_ns: int | None = None,
    limit: int = 100,
) -> ir.Table:
    """List the latest uses that went over an element, of an app, by a device model ..."""
    uses = _uses(tables, services, since_ns, until_ns)
    return _latest([rows.filter(rows[dimension] == member) for rows in uses], limit)


def missing_inputs(
    tables: Tables,
    *,
    services: tuple[str, ...],
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Count the uses per service and set of missing inputs: bit i stands for input i."""
    uses = _uses(tables, services, since_ns, until_ns)
    masks = [rows.select("service", "missing", has_score=rows["mos"].notnull()) for rows in uses]
    rows = ibis.union(*masks) if len(masks) > 1 else masks[0]
    counts = rows.group_by(["service", "missing", "has_score"]).agg(n=rows.count().cast("int64"))
    return counts.order_by(["service", "missing", "has_score"])


def _uses(
    tables: Tables, services: tuple[str, ...], since_ns: int | None, until_ns: int | None
) -> list[ir.Table]:
    return [
        between(tables[f"experience_{service}"], since_ns, until_ns)
        .select(*COMMON)
        .mutate(service=ibis.literal(service))
        for service in services
    ]


def _latest(uses: list[ir.Table], limit: int) -> ir.Table:
    rows = ibis.union(*uses) if len(uses) > 1 else uses[0]
    ordered = rows.order_by([ibis.desc("ts"), "service", "origin", "subject"])
    return ordered.select("service", *COMMON).limit(limit)
