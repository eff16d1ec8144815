"""Where and when experience is poor: elements and other members of a dimension, and hours.

The worst are ranked by *surely too many poor uses*: the lower end of the 90 % Wilson interval of
the poor share (so that a few uses cannot shout), less the share of the whole service (so that a
bad day does not blame everybody), times the number of uses (so that what hurts many comes first).
E. B. Wilson, Probable inference, J. Am. Stat. Assoc. 22 (1927) 209-212.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from sentio.store.queries.services import LOSSES, SHARED
from sentio.store.queries.span import (
    Tables,
    added,
    among,
    cube,
    hour_of,
    number,
    of,
    ratio,
    real,
    with_means,
    with_shares,
)

Z = 1.6448536269514722
"""Standard normal quantile of 0.95: the lower end is true 19 times out of 20."""

RANKED = ("n", "poor", "mos_sum_e4")
"""What ranking needs: a column more costs a tenth of the time over millions of rows."""


def member_totals(
    tables: Tables,
    *,
    dimension: str = "cell",
    service: str | None = None,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Total each member of a dimension over all services, or over one: uses, poor uses, MOS."""
    rows = of(cube(tables, since_ns, until_ns), dimension=dimension, service=service)
    return with_means(added(rows, ["member"], RANKED)).order_by("member")


def member_details(
    tables: Tables,
    *,
    members: tuple[str, ...],
    dimension: str = "cell",
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Total some members per service with all shares, and what each domain cost them."""
    rows = of(cube(tables, since_ns, until_ns), dimension=dimension)
    rows = among(rows, "member", members)
    totals = added(rows, ["service", "member"], (*SHARED, *LOSSES))
    return with_shares(totals).order_by(["service", "member"])


def worst_members(
    tables: Tables,
    *,
    dimension: str = "cell",
    service: str | None = None,
    least_n: int = 30,
    limit: int = 10,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Rank per service the members of a dimension that surely have too many poor uses."""
    rows = of(cube(tables, since_ns, until_ns), dimension=dimension, service=service)
    totals = added(rows, ["service", "member"], RANKED)
    return _worst(totals, key="member", least_n=least_n, limit=limit)


def worst_hours(
    tables: Tables,
    *,
    dimension: str = "all",
    member: str = "all",
    service: str | None = None,
    least_n: int = 30,
    limit: int = 10,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Rank per service the hours that surely have too many poor uses."""
    rows = cube(tables, since_ns, until_ns, step_hours=1)
    rows = of(rows, dimension=dimension, member=member, service=service)
    rows = rows.mutate(hour=hour_of(rows))
    totals = added(rows, ["service", "hour"], (*RANKED, *LOSSES))
    return _worst(totals, key="hour", least_n=least_n, limit=limit)


def member_hours(
    tables: Tables,
    *,
    members: tuple[str, ...],
    dimension: str = "cell",
    service: str | None = None,
    step_hours: int = 1,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Follow some members hour by hour (or in longer steps), for a heat map."""
    rows = cube(tables, since_ns, until_ns, step_hours=step_hours)
    rows = of(rows, dimension=dimension, service=service)
    rows = among(rows, "member", members)
    rows = rows.mutate(hour=hour_of(rows, step_hours))
    totals = added(rows, ["service", "member", "hour"], RANKED)
    return with_means(totals).order_by(["service", "member", "hour"])


def worst_together(
    tables: Tables,
    *,
    dimension: str = "cell",
    service: str | None = None,
    least_n: int = 30,
    limit: int = 10,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Rank the members of a dimension over all services by their surely too many poor uses."""
    rows = of(cube(tables, since_ns, until_ns), dimension=dimension, service=service)
    return together(added(rows, ["service", "member"], RANKED), least_n=least_n, limit=limit)


def together(totals: ir.Table, *, least_n: int, limit: int) -> ir.Table:
    """Add what is surely too many of each service up per member, and rank the members."""
    ranked = with_excess(totals, least_n=least_n)
    each = ranked.group_by("member").agg(
        **{name: number(ranked, name).sum() for name in (*RANKED, "excess_poor")}
    )
    each = with_means(each.filter(number(each, "excess_poor") > 0.0))
    return each.order_by([ibis.desc("excess_poor"), ibis.asc("member")]).limit(limit)


def with_excess(totals: ir.Table, *, least_n: int) -> ir.Table:
    """Tell of totals per service how many of their poor uses are surely too many."""
    within = ibis.window(group_by="service")
    shared = with_means(totals).mutate(
        service_poor=number(totals, "poor").sum().over(within),
        service_n=number(totals, "n").sum().over(within),
    )
    known = shared.filter(number(shared, "n") >= max(least_n, 1))
    known = known.mutate(poor_share_low=_wilson_low(known))
    too_many = real(known["poor_share_low"]) - ratio(known["service_poor"], known["service_n"])
    ranked = known.mutate(excess_poor=ibis.greatest(too_many * real(known["n"]), ibis.literal(0.0)))
    return ranked.drop("service_poor", "service_n")


def _worst(totals: ir.Table, *, key: str, least_n: int, limit: int) -> ir.Table:
    ranked = with_excess(totals, least_n=least_n)
    order = [ibis.desc("excess_poor"), ibis.desc("poor_share_low"), ibis.asc(key)]
    place = ibis.row_number().over(ibis.window(group_by="service", order_by=order))
    placed = ranked.filter(number(ranked, "poor") > 0).mutate(place=place + 1)
    worst = placed.filter(number(placed, "place") <= limit)
    return worst.order_by(["service", "place"])


def _wilson_low(rows: ir.Table) -> ir.NumericValue:
    share, trials = real(rows["poor_share"]), real(rows["n"])
    middle = share + Z * Z / 2.0 / trials
    spread = (share * (1.0 - share) / trials + Z * Z / 4.0 / (trials * trials)).sqrt() * Z
    return (middle - spread) / (1.0 + Z * Z / trials)
