"""How many subjects fare well: those whose uses of a window are good in the mean.

Asked of single uses, as a mean per subject cannot be read off the cube. ``one_in`` takes one
subject in so many (always the same ones), to keep the cost in bounds.
"""

from __future__ import annotations

from typing import Literal

import ibis
import ibis.expr.types as ir

from sentio.store.queries.narrowed import narrowed
from sentio.store.queries.span import Tables, number

GOOD_MOS = 3.4
"""From which on a mean counts as good: [1, 5] cut into five equal grades, the fourth is "good"
(the words are those of ITU-T P.800)."""


def subjects_faring(
    tables: Tables,
    *,
    services: tuple[str, ...],
    things: tuple[str, ...] = (),
    by: Literal["kind", "service"] = "kind",
    good_mos: float = GOOD_MOS,
    narrow: tuple[str, ...] = (),
    members: tuple[str, ...] = (),
    one_in: int = 1,
    since_ns: int | None = None,
    until_ns: int | None = None,
) -> ir.Table:
    """Count the subjects with scored uses, and those whose mean MOS is good enough.

    ``things`` names the services that things use; ``by`` says whether to count users and things,
    or the subjects of each service.
    """
    rows = narrowed(tables, services, narrow, members, since_ns, until_ns)
    rows = rows.filter(number(rows, "subject") != 0)
    if one_in > 1:
        rows = rows.filter(number(rows, "subject") % one_in == 0)
    is_thing = rows["service"].isin([ibis.literal(name) for name in things])
    kind = (
        is_thing.ifelse(ibis.literal("thing"), ibis.literal("user"))
        if things
        else ibis.literal("user")
    )
    rows = rows.select("subject", "mos", key=rows["service"] if by == "service" else kind)
    each = rows.group_by(["key", "subject"]).agg(mean=number(rows, "mos").mean())
    each = each.mutate(is_good=(number(each, "mean") >= good_mos).ifelse(1, 0))
    counted = each.group_by("key").agg(
        subjects=each.count(), good_subjects=number(each, "is_good").sum()
    )
    return counted.order_by("key")
