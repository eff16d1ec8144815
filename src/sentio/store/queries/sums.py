"""Courses for others' dashboards: totals and indicators of chosen members, minute by minute."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from sentio.store.cube import MINUTE_NS
from sentio.store.queries.span import Tables, added, among, between, cube, number, real

MINUTES_OF_AN_HOUR = 60


def members_known(
    tables: Tables,
    *,
    service: str | None = None,
    dimension: str | None = None,
    members: tuple[str, ...] | None = None,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Name every member of every dimension that each service had uses of."""
    rows = _chosen(cube(tables, since_ns, until_ns), service, dimension, members)
    keys = ["service", "dimension", "member"]
    return rows.select(*keys).distinct().order_by(keys)


def member_sums(
    tables: Tables,
    *,
    totals: tuple[str, ...] = ("n",),
    service: str | None = None,
    dimension: str | None = None,
    members: tuple[str, ...] | None = None,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Add up chosen totals of each member of each dimension per service."""
    rows = _chosen(cube(tables, since_ns, until_ns), service, dimension, members)
    keys = ["service", "dimension", "member"]
    return added(rows, keys, totals).order_by(keys)


def member_course(
    tables: Tables,
    *,
    totals: tuple[str, ...] = ("n",),
    service: str | None = None,
    dimension: str | None = None,
    members: tuple[str, ...] | None = None,
    step_minutes: int = 1,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Follow chosen totals of members in steps that divide an hour, or are hours."""
    is_short = step_minutes % MINUTES_OF_AN_HOUR
    rows = tables["cube_minute" if is_short else "cube_hour"]
    rows = _chosen(between(rows, since_ns, until_ns), service, dimension, members)
    rows = rows.mutate(period=number(rows, "ts") - number(rows, "ts") % (step_minutes * MINUTE_NS))
    keys = ["service", "dimension", "member", "period"]
    return added(rows, keys, totals).order_by(keys)


def indicator_course(
    tables: Tables,
    *,
    indicator: str,
    dimension: str = "all",
    members: tuple[str, ...] | None = None,
    services: tuple[str, ...] | None = None,
    step_minutes: int = 1,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Follow the mean of an indicator that uses told, by service and member of a dimension."""
    rows = between(tables["measured"], since_ns, until_ns)
    if services is not None:
        rows = among(rows, "service", services)
    member = ibis.literal("all") if dimension == "all" else rows[dimension]
    step_ns = step_minutes * MINUTE_NS
    rows = rows.select(
        "service",
        member=member,
        period=number(rows, "ts") - number(rows, "ts") % step_ns,
        value=real(rows[indicator]),
    )
    rows = rows.filter(rows["value"].notnull() & rows["member"].notnull())
    if members is not None:
        rows = among(rows, "member", members)
    keys = ["service", "member", "period"]
    return rows.group_by(keys).agg(n=rows.count(), mean=number(rows, "value").mean()).order_by(keys)


def _chosen(
    rows: ir.Table, service: str | None, dimension: str | None, members: tuple[str, ...] | None
) -> ir.Table:
    if service is not None:
        rows = rows.filter(rows["service"] == service)
    if dimension is not None:
        rows = rows.filter(rows["dimension"] == dimension)
    return rows if members is None else among(rows, "member", members)
