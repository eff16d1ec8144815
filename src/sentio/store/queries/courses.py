"""How one service went over time, in steps of minutes, and how every member of it fared."""

from __future__ import annotations

import ibis.expr.types as ir

from sentio.store.cube import MINUTE_NS
from sentio.store.queries.span import Tables, added, between, cube, number, of, with_means

COURSE = ("n", "unscored", "poor", "mos_sum_e4")
FARED = ("n", "poor", "mos_sum_e4")
HOUR_MINUTES = 60


def service_course(
    tables: Tables,
    *,
    service: str | None = None,
    dimension: str = "all",
    member: str = "all",
    step_minutes: int = 5,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Follow each service in steps of minutes, whole hours from the cube of hours."""
    if step_minutes % HOUR_MINUTES:
        rows = between(tables["cube_minute"], since_ns, until_ns)
    else:
        rows = cube(tables, since_ns, until_ns, step_hours=step_minutes // HOUR_MINUTES)
    rows = of(rows, dimension=dimension, member=member, service=service)
    rows = rows.mutate(period=number(rows, "ts") - number(rows, "ts") % (step_minutes * MINUTE_NS))
    totals = added(rows, ["service", "period"], COURSE)
    return with_means(totals).order_by(["service", "period"])


def members_of_all(
    tables: Tables,
    *,
    service: str,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Total every member of every dimension of one service: uses, poor uses, MOS."""
    rows = cube(tables, since_ns, until_ns)
    rows = rows.filter(rows["service"] == service)
    totals = added(rows, ["dimension", "member"], FARED)
    return totals.order_by(["dimension", "member"])
