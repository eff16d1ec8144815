"""How each service fares: totals, distribution, course over time, what drives the loss."""

from __future__ import annotations

import ibis.expr.types as ir

from sentio.store.cube import MOS_BINS, TOTALS
from sentio.store.queries.span import Tables, added, cube, hour_of, of, with_shares

LOSSES = tuple(name for name in TOTALS if name.startswith("loss_"))
SHARED = tuple(name for name in TOTALS if name not in LOSSES)


def service_totals(
    tables: Tables,
    *,
    dimension: str = "all",
    member: str = "all",
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Count uses and poor uses per service, with mean MOS, confidence and grounded share."""
    rows = of(cube(tables, since_ns, until_ns), dimension=dimension, member=member)
    return with_shares(added(rows, ["service"], SHARED)).order_by("service")


def mos_distribution(
    tables: Tables,
    *,
    service: str | None = None,
    dimension: str = "all",
    member: str = "all",
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Count the uses per service in forty bins of 0.1 MOS."""
    rows = of(cube(tables, since_ns, until_ns), dimension=dimension, member=member, service=service)
    return added(rows, ["service"], ("n", *MOS_BINS)).order_by("service")


def hourly_course(
    tables: Tables,
    *,
    service: str | None = None,
    dimension: str = "all",
    member: str = "all",
    step_hours: int = 1,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Follow each service over time, hour by hour unless the steps are longer: uses and MOS."""
    rows = cube(tables, since_ns, until_ns, step_hours=step_hours)
    rows = of(rows, dimension=dimension, member=member, service=service)
    rows = rows.mutate(hour=hour_of(rows, step_hours))
    totals = added(rows, ["service", "hour"], (*SHARED, *MOS_BINS))
    return with_shares(totals).order_by(["service", "hour"])


def drivers(
    tables: Tables,
    *,
    dimension: str = "all",
    member: str = "all",
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Add up per service the MOS (in 1e-4) that each domain cost, beside the number of uses."""
    rows = of(cube(tables, since_ns, until_ns), dimension=dimension, member=member)
    return added(rows, ["service"], ("n", *LOSSES)).order_by("service")
