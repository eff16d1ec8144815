"""Single uses: one subject's history over all services, and the latest uses of an element.

They read ``experience``: the common columns of every ``experience_<service>``, one under the
other, with the name of the service in front.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from sentio.store.queries.schemas import EXPERIENCE
from sentio.store.queries.span import Tables, among, between, number

INDEXED = (
    "subject",
    "service",
    "ts",
    "duration_ms",
    "mos",
    "confidence",
    "is_success",
    "is_retained",
)
EXPOSED = ("service", "app", "slice", "edge", "cell", "subject", "mos", "confidence", "duration_ms")


def subject_history(
    tables: Tables,
    *,
    subject: int,
    services: tuple[str, ...] | None = None,
    since_ns: int | None = None,
    until_ns: int | None = None,
    limit: int = 1000,
) -> ir.Table:
    """List one subject's uses of all services, latest first."""
    rows = _uses(tables, services, since_ns, until_ns)
    return _latest(rows.filter(rows["subject"] == subject), limit)


def latest_uses(
    tables: Tables,
    *,
    dimension: str = "cell",
    member: str,
    services: tuple[str, ...] | None = None,
    since_ns: int | None = None,
    until_ns: int | None = None,
    limit: int = 100,
) -> ir.Table:
    """List the latest uses that went over an element, of an app, by a device model ..."""
    rows = _uses(tables, services, since_ns, until_ns)
    return _latest(rows.filter(rows[dimension] == member), limit)


def missing_inputs(
    tables: Tables,
    *,
    services: tuple[str, ...] | None = None,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Count the uses per service and set of missing inputs: bit i stands for input i."""
    rows = _uses(tables, services, since_ns, until_ns)
    rows = rows.select("service", "missing", has_score=rows["mos"].notnull())
    counts = rows.group_by(["service", "missing", "has_score"]).agg(n=rows.count())
    return counts.order_by(["service", "missing", "has_score"])


def uses_of_some(
    tables: Tables,
    *,
    services: tuple[str, ...] | None = None,
    one_in: int = 1,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Give what an index per subject is made of: all uses of one subject in so many."""
    rows = _uses(tables, services, since_ns, until_ns)
    if one_in > 1:
        rows = rows.filter(number(rows, "subject") % one_in == 0)
    return rows.select(*INDEXED)


def exposed_uses(
    tables: Tables,
    *,
    services: tuple[str, ...] | None = None,
    one_in: int = 1,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Give what experience is exposed by to other functions: the scored uses of some subjects."""
    rows = _uses(tables, services, since_ns, until_ns)
    rows = rows.filter(rows["mos"].notnull())
    if one_in > 1:
        rows = rows.filter(number(rows, "subject") % one_in == 0)
    return rows.select(*EXPOSED)


def experience(services: dict[str, ir.Table], schema: pa.Schema = EXPERIENCE) -> ir.Table:
    """Put the uses of several services under each other, for engines that lack the view."""
    wanted = ibis.Schema.from_pyarrow(schema.remove(schema.get_field_index("service")))
    parts = [
        rows.select(
            ibis.literal(service).name("service"),
            *(_column(rows, name, kind) for name, kind in wanted.items()),
        )
        for service, rows in services.items()
    ]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


# Any: Ibis's own types know a cast to a type by its name only.
def _column(rows: ir.Table, name: str, kind: Any) -> ir.Value:  # noqa: ANN401
    found = rows[name].cast(kind) if name in rows.columns else ibis.null(kind)
    return found.name(name)


def _uses(
    tables: Tables,
    services: tuple[str, ...] | None,
    since_ns: int | None,
    until_ns: int | None,
) -> ir.Table:
    rows = between(tables["experience"], since_ns, until_ns)
    return rows if services is None else among(rows, "service", services)


def _latest(rows: ir.Table, limit: int) -> ir.Table:
    return rows.order_by([ibis.desc("ts"), "service", "origin", "subject"]).limit(limit)
