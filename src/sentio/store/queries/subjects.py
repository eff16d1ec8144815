"""How many distinct subjects there were, and how many of them had a poor use.

The cube's sketches answer for any number of subjects, within about a tenth; counting the uses
themselves is exact, and costs a scan.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

import ibis
import ibis.expr.types as ir

from sentio.store.cube import POOR_SUBJECTS, SCALE, SUBJECTS
from sentio.store.queries.span import Tables, among, between, cube, number, of, real

SKETCHES = (*SUBJECTS, *POOR_SUBJECTS)


def subjects_by_service(
    tables: Tables,
    *,
    dimension: str = "all",
    member: str = "all",
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Estimate the subjects of each service, and those who had a poor use."""
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
    """Estimate the subjects of several services together: one of two services counts once."""
    rows = of(cube(tables, since_ns, until_ns), dimension=dimension, member=member)
    rows = among(rows, "service", services)
    return rows.aggregate(**_merged(rows))


def subjects_counted(
    tables: Tables,
    *,
    services: tuple[str, ...],
    poor_below: tuple[float, ...] = (),
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Count the subjects of several services exactly, and those who had a poor use.

    ``poor_below`` gives the MOS under which a use is poor, service by service; 3 unless said.
    """
    rows = among(between(tables["experience"], since_ns, until_ns), "service", services)
    rows = rows.filter(number(rows, "subject") != 0)
    limits = zip(services, poor_below or (3.0,) * len(services), strict=True)
    poor = (
        ((rows["service"] == name) & (number(rows, "mos") < low)).ifelse(1, 0)
        for name, low in limits
    )
    rows = rows.select("subject", poor=reduce(add, poor))
    each = rows.group_by("subject").agg(had_poor=number(rows, "poor").max())
    return each.aggregate(
        [
            each.count().name("subjects"),
            number(each, "had_poor").sum().name("poor_subjects"),
        ]
    )


def groups_counted(
    tables: Tables,
    *,
    services: tuple[str, ...],
    dimension: str = "segment",
    least_subjects: int = 1,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Count subjects and uses of each group exactly; groups of fewer subjects are left out."""
    rows = among(between(tables["experience"], since_ns, until_ns), "service", services)
    rows = rows.filter(number(rows, "subject") != 0, rows[dimension].notnull())
    rows = rows.filter(rows["mos"].notnull())
    # whole numbers add up alike in whatever order an engine takes them
    rows = rows.mutate(mos_e4=(real(rows["mos"]) * SCALE).round().cast("int64"))
    each = rows.group_by(member=rows[dimension]).agg(
        subjects=rows["subject"].nunique(), n=rows.count(), mos_sum_e4=number(rows, "mos_e4").sum()
    )
    each = each.filter(number(each, "subjects") >= least_subjects)
    mean = number(each, "mos_sum_e4") / (number(each, "n") * SCALE)
    return each.select("member", "subjects", "n", mos_mean=mean).order_by("member")


@ibis.udf.agg.builtin(name="bit_or")
def _bit_or(bits: int) -> int:  # pyright: ignore[reportReturnType]
    """Merge bitmaps; both engines call it so, and Ibis itself knows it for one of them only."""


# Any: Ibis types what an aggregate of ours gives as a plain value.
def _merged(rows: ir.Table) -> dict[str, Any]:
    return {name: _bit_or(number(rows, name)).name(name) for name in SKETCHES}
