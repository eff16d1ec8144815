"""How many distinct subjects there were, and how many of them had a poor use: merged sketches."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from sentio.store.cube import POOR_SUBJECTS, SUBJECTS
from sentio.store.queries.span import Tables, cube, number, of

SKETCHES = (*SUBJECTS, *POOR_SUBJECTS)


def subjects_by_service(
    tables: Tables,
    *,
    dimension: str = "all",
    member: str = "all",
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Merge the sketches of subjects and of poor subjects per service."""
    rows = of(cube(tables, since_ns, until_ns), dimension=dimension, member=member)
    return rows.group_by("service").agg(**_merged(rows)).order_by("service")


def subjects_together(
    tables: Tables,
    *,
    services: tuple[str, ...],
    dimension: str = "all",
    member: str = "all",
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Merge the sketches over several services: a subject of two services counts once."""
    rows = of(cube(tables, since_ns, until_ns), dimension=dimension, member=member)
    rows = rows.filter(rows["service"].isin([ibis.literal(name) for name in services]))
    return rows.aggregate(list(_merged(rows).values()))


def _merged(rows: ir.Table) -> dict[str, ir.Scalar]:
    return {name: number(rows, name).bit_or().cast("int64").name(name) for name in SKETCHES}
