"""What the cube cannot tell: totals narrowed to members of several dimensions at once.

The cube keeps each dimension by itself; "users of a segment in a cell" are looked up among single
uses. ``narrow`` names the dimensions, ``members`` the member of each.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.types as ir

from sentio.store.cube import MINUTE_NS, SCALE
from sentio.store.queries.members import together
from sentio.store.queries.span import Tables, added, among, between, cube, number, of, with_means

STEPPED = ("n", "poor", "mos_sum_e4")
HOUR_MINUTES = 60


def service_steps(
    tables: Tables,
    *,
    dimension: str = "all",
    member: str = "all",
    step_minutes: int = 5,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Follow each service step by step, in steps of minutes or of whole hours: uses and MOS."""
    if step_minutes % HOUR_MINUTES:
        rows = between(tables["cube_minute"], since_ns, until_ns)
    else:
        rows = cube(tables, since_ns, until_ns, step_hours=1)
    rows = of(rows, dimension=dimension, member=member)
    return _steps(rows.mutate(step=_step(rows, step_minutes)), STEPPED)


def narrowed_steps(
    tables: Tables,
    *,
    services: tuple[str, ...],
    poor_below: tuple[float, ...],
    narrow: tuple[str, ...] = (),
    members: tuple[str, ...] = (),
    step_minutes: int = 5,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Follow each service step by step among the uses of some members: uses and MOS."""
    rows = counted(
        narrowed(tables, services, narrow, members, since_ns, until_ns), services, poor_below
    )
    return _steps(rows.mutate(step=_step(rows, step_minutes)), STEPPED)


def narrowed_members(
    tables: Tables,
    *,
    services: tuple[str, ...],
    poor_below: tuple[float, ...],
    dimension: str = "cell",
    narrow: tuple[str, ...] = (),
    members: tuple[str, ...] = (),
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Total each member of a dimension among the uses of some members of others."""
    rows = counted(
        narrowed(tables, services, narrow, members, since_ns, until_ns), services, poor_below
    )
    rows = rows.filter(rows[dimension].notnull()).mutate(member=rows[dimension])
    return with_means(added(rows, ["member"], STEPPED)).order_by("member")


def narrowed_worst(
    tables: Tables,
    *,
    services: tuple[str, ...],
    poor_below: tuple[float, ...],
    dimension: str = "cell",
    narrow: tuple[str, ...] = (),
    members: tuple[str, ...] = (),
    least_n: int = 30,
    limit: int = 10,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Rank the members of a dimension among the uses of some members of others."""
    rows = counted(
        narrowed(tables, services, narrow, members, since_ns, until_ns), services, poor_below
    )
    rows = rows.filter(rows[dimension].notnull()).mutate(member=rows[dimension])
    totals = added(rows, ["service", "member"], STEPPED)
    return together(totals, least_n=least_n, limit=limit)


def narrowed(
    tables: Tables,
    services: tuple[str, ...],
    narrow: tuple[str, ...],
    members: tuple[str, ...],
    since_ns: int | None,
    until_ns: int | None,
) -> ir.Table:
    """Keep the scored uses of some services that have every one of some members."""
    rows = among(between(tables["experience"], since_ns, until_ns), "service", services)
    rows = rows.filter(rows["mos"].notnull())
    for name, member in zip(narrow, members, strict=True):
        rows = rows.filter(rows[name] == member)
    return rows


def counted(rows: ir.Table, services: tuple[str, ...], poor_below: tuple[float, ...]) -> ir.Table:
    """Add to single uses what the cube counts of each: itself, whether it is poor, its MOS."""
    poor = (
        ((rows["service"] == name) & (number(rows, "mos") < low)).ifelse(1, 0)
        for name, low in zip(services, poor_below, strict=True)
    )
    mos_e4 = (number(rows, "mos") * float(SCALE)).round().cast("int64")
    return rows.mutate(n=ibis.literal(1), poor=reduce(add, poor), mos_sum_e4=mos_e4)


def _steps(rows: ir.Table, totals: tuple[str, ...]) -> ir.Table:
    return with_means(added(rows, ["service", "step"], totals)).order_by(["service", "step"])


# Any: Ibis's own types know no remainder of a column.
def _step(rows: ir.Table, step_minutes: int) -> Any:  # noqa: ANN401
    return number(rows, "ts") - number(rows, "ts") % (step_minutes * MINUTE_NS)
