"""The same as the cube tells, of a selection by several dimensions at once: asked of single uses.

The cube keeps totals of one dimension at a time. What lies in a cell *and* on a device model is
counted from the uses themselves; that costs a scan of the days of the span. ``within`` names the
dimensions and ``members`` the member of each; ``poor_below`` gives the MOS under which a use is
poor, service by service, 3 unless said.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.types as ir

from sentio.store.cube import BINS, MINUTE_NS, SCALE
from sentio.store.queries.span import Tables, among, between, number, with_means

ONE, NONE = ibis.literal(1), ibis.literal(0)
SUMS = ("n", "unscored", "poor", "mos_sum_e4")


def totals_within(
    tables: Tables,
    *,
    services: tuple[str, ...],
    within: tuple[str, ...] = (),
    members: tuple[str, ...] = (),
    poor_below: tuple[float, ...] = (),
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Count the uses and subjects of a selection per service, and the poor ones."""
    rows = _judged(tables, services, within, members, poor_below, since_ns, until_ns)
    was_poor: Any = rows["poor"] == ONE  # Any: Ibis types a comparison as a plain bool
    rows = rows.mutate(poor_subject=was_poor.ifelse(rows["subject"], ibis.null("int64")))
    sums = {name: number(rows, name).sum() for name in SUMS}
    totals = rows.group_by("service").agg(
        **sums,
        subjects=number(rows, "subject").nunique(),
        poor_subjects=number(rows, "poor_subject").nunique(),
    )
    return with_means(totals).order_by("service")


def bins_within(
    tables: Tables,
    *,
    services: tuple[str, ...],
    within: tuple[str, ...] = (),
    members: tuple[str, ...] = (),
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Count the scored uses of a selection per service and bin of 0.1 MOS."""
    rows = _judged(tables, services, within, members, (), since_ns, until_ns)
    rows = rows.filter(number(rows, "n") == 1)
    place = (number(rows, "mos_sum_e4") - SCALE) * 10 // SCALE
    rows = rows.mutate(bin=ibis.least(place, ibis.literal(BINS - 1)).cast("int64"))
    counts = rows.group_by(["service", "bin"]).agg(n=number(rows, "n").sum())
    return counts.order_by(["service", "bin"])


def course_within(
    tables: Tables,
    *,
    services: tuple[str, ...],
    within: tuple[str, ...] = (),
    members: tuple[str, ...] = (),
    poor_below: tuple[float, ...] = (),
    step_minutes: int = 5,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Follow a selection per service in steps of minutes."""
    rows = _judged(tables, services, within, members, poor_below, since_ns, until_ns)
    rows = rows.mutate(period=number(rows, "ts") - number(rows, "ts") % (step_minutes * MINUTE_NS))
    return _added(rows, ["service", "period"])


def members_within(
    tables: Tables,
    *,
    services: tuple[str, ...],
    dimension: str = "cell",
    within: tuple[str, ...] = (),
    members: tuple[str, ...] = (),
    poor_below: tuple[float, ...] = (),
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Total each member of a dimension inside a selection."""
    rows = _judged(tables, services, within, members, poor_below, since_ns, until_ns)
    rows = rows.mutate(member=rows[dimension])
    return _added(rows.filter(rows["member"].notnull()), ["service", "member"])


def uses_within(
    tables: Tables,
    *,
    services: tuple[str, ...],
    within: tuple[str, ...] = (),
    members: tuple[str, ...] = (),
    order: str = "latest",
    limit: int = 100,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """List single uses of a selection, the latest or the worst first."""
    rows = _selected(tables, services, within, members, since_ns, until_ns)
    first = [ibis.asc("mos", nulls_first=False)] if order == "worst" else []
    return rows.order_by([*first, ibis.desc("ts"), "service", "origin", "subject"]).limit(limit)


def _added(rows: ir.Table, keys: list[str]) -> ir.Table:
    sums = {name: number(rows, name).sum() for name in SUMS}
    return with_means(rows.group_by(keys).agg(**sums)).order_by(keys)


def _selected(
    tables: Tables,
    services: tuple[str, ...],
    within: tuple[str, ...],
    members: tuple[str, ...],
    since_ns: int | None,
    until_ns: int | None,
) -> ir.Table:
    rows = among(between(tables["experience"], since_ns, until_ns), "service", services)
    for dimension, member in zip(within, members, strict=True):
        rows = rows.filter(rows[dimension] == member)
    return rows


def _judged(
    tables: Tables,
    services: tuple[str, ...],
    within: tuple[str, ...],
    members: tuple[str, ...],
    poor_below: tuple[float, ...],
    since_ns: int | None,
    until_ns: int | None,
) -> ir.Table:
    """Give a row a use with what the cube would count of it."""
    rows = _selected(tables, services, within, members, since_ns, until_ns)
    limits = zip(services, poor_below or (3.0,) * len(services), strict=True)
    poor = (
        ((rows["service"] == name) & (number(rows, "mos") < low)).ifelse(ONE, NONE)
        for name, low in limits
    )
    scored = rows["mos"].notnull()
    mos_e4 = (number(rows, "mos").cast("float64") * SCALE).round().cast("int64")
    return rows.mutate(
        n=scored.ifelse(ONE, NONE),
        unscored=scored.ifelse(NONE, ONE),
        poor=reduce(add, poor),
        mos_sum_e4=scored.ifelse(mos_e4, NONE),
    )
