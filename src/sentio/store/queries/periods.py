"""What the watch asks each period: totals of every member, MOS by service, and the topology."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from sentio.store.cube import MINUTE_NS, MOS_BINS
from sentio.store.queries.span import Tables, added, between, number, of

SUMS = ("n", "mos_sum_e4", "mos_sumsq_e8")


def period_totals(
    tables: Tables,
    *,
    step_minutes: int = 5,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Total every member of every dimension per service and period: uses, MOS, MOS squared."""
    rows = between(tables["cube_minute"], since_ns, until_ns)
    rows = rows.filter(number(rows, "n") > 0).mutate(period=_period(rows, step_minutes))
    keys = ["period", "service", "dimension", "member"]
    return added(rows, keys, SUMS).order_by(keys)


def period_distributions(
    tables: Tables,
    *,
    step_minutes: int = 5,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Count the uses per service and period in forty bins of 0.1 MOS."""
    rows = of(between(tables["cube_minute"], since_ns, until_ns), dimension="all")
    rows = rows.filter(number(rows, "n") > 0).mutate(period=_period(rows, step_minutes))
    keys = ["period", "service"]
    return added(rows, keys, MOS_BINS).order_by(keys)


def next_uses(
    tables: Tables, *, since_ns: int | None = None, until_ns: int | None = None
) -> ir.Table:
    """Tell the first hour that has uses; no row where there is none."""
    rows = of(between(tables["cube_hour"], since_ns, until_ns), dimension="all")
    rows = rows.select("ts").distinct()
    return rows.order_by("ts").limit(1)


def elements_known(tables: Tables) -> ir.Table:
    """List every element with its kind, parent and attributes, as its newest record has them."""
    rows = _newest(tables["element"], "element", ["element_kind", "parent"])
    return rows.select("element", "element_kind", "parent", "attributes").order_by("element")


def links_known(tables: Tables) -> ir.Table:
    """List every link with its ends and kind, as its newest record has them."""
    rows = _newest(tables["link"], "link", ["from_element", "to_element", "link_kind"])
    columns = ("link", "from_element", "to_element", "link_kind")
    return rows.select(*columns).order_by("link")


def _newest(rows: ir.Table, key: str, among_equals: list[str]) -> ir.Table:
    order = [ibis.desc("ts"), ibis.desc("origin"), *among_equals]
    rows = rows.filter(rows[key].notnull())
    newest = ibis.row_number().over(ibis.window(group_by=key, order_by=order))
    rows = rows.mutate(newest=newest)
    return rows.filter(rows["newest"] == 0)


# Any: Ibis's own types know no remainder of a column.
def _period(rows: ir.Table, step_minutes: int) -> Any:  # noqa: ANN401
    return number(rows, "ts") - number(rows, "ts") % (step_minutes * MINUTE_NS)
