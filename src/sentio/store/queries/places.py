"""Where elements stand: as the topology says, or else where the uses over them took place."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from sentio.store.queries.span import Tables, among, between, number


def element_positions(tables: Tables, *, element_kind: str | None = None) -> ir.Table:
    """Give the latest known place of each element of the topology."""
    rows = tables["element"]
    rows = rows.filter(rows["longitude_deg"].notnull(), rows["latitude_deg"].notnull())
    if element_kind is not None:
        rows = rows.filter(rows["element_kind"] == element_kind)
    order = [ibis.desc("ts"), ibis.desc("origin"), "longitude_deg", "latitude_deg"]
    newest = ibis.row_number().over(ibis.window(group_by="element", order_by=order))
    rows = rows.mutate(newest=newest)
    rows = rows.filter(rows["newest"] == 0)
    return rows.select(
        "element", "element_kind", "name", "technology", "longitude_deg", "latitude_deg"
    ).order_by("element")


def median_positions(
    tables: Tables,
    *,
    services: tuple[str, ...] | None = None,
    dimension: str = "cell",
    one_in: int = 1,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Give the median place of the uses over each member of a dimension.

    ``one_in`` takes one subject in so many (always the same ones), to keep the cost in bounds.
    """
    rows = between(tables["experience"], since_ns, until_ns)
    if services is not None:
        rows = among(rows, "service", services)
    if one_in > 1:
        rows = rows.filter(number(rows, "subject") % one_in == 0)
    is_placed = rows["longitude_deg"].notnull() & rows["latitude_deg"].notnull()
    rows = rows.filter(is_placed & rows[dimension].notnull())
    places = rows.group_by(member=rows[dimension]).agg(
        n=rows.count(),
        longitude_deg=rows["longitude_deg"].median(),
        latitude_deg=rows["latitude_deg"].median(),
    )
    return places.order_by("member")
