"""How good the sources are: what arrived, how complete and valid, what was rejected and why."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from sentio.store.queries.span import Tables, added, number, ratio

COUNTS = (
    "rows_read",
    "rows_kept",
    "records",
    "rejected",
    "duplicates",
    "late",
    "suspect",
    "cells",
    "cells_present",
)


def source_quality(tables: Tables) -> ir.Table:
    """Add up per source and format what was read, kept, late, suspect, and how complete it is."""
    rows = tables["quality"]
    key = ["source", "format"]
    times = rows.group_by(key).agg(
        first_ts=rows["first_ts"].min(), last_ts=rows["last_ts"].max(), at_ns=rows["at_ns"].max()
    )
    totals = added(rows, key, COUNTS).join(times, key)
    return totals.mutate(
        valid_share=ratio(totals["rows_kept"], totals["rows_read"]),
        complete_share=ratio(totals["cells_present"], totals["cells"]),
        duplicate_share=ratio(totals["duplicates"], totals["rows_read"]),
        late_share=ratio(totals["late"], totals["records"]),
        suspect_share=ratio(totals["suspect"], totals["records"]),
    ).order_by(key)


def dead_letters(tables: Tables) -> ir.Table:
    """Count rejected rows per source and reason, and how many were read again since."""
    rows = tables["dead_letter"]
    counts = rows.group_by(["source", "reason"]).agg(
        rows=number(rows, "rows").sum(),
        letters=rows.count(),
        replayed=rows["replayed_ns"].count(),
        first_at_ns=rows["at_ns"].min(),
        last_at_ns=rows["at_ns"].max(),
    )
    return counts.order_by(["source", "reason"])


def dead_letter_samples(tables: Tables) -> ir.Table:
    """Give of each source and reason the message of the newest rejected row."""
    rows = tables["dead_letter"]
    order = [ibis.desc("at_ns"), ibis.desc("id")]
    newest = ibis.row_number().over(ibis.window(group_by=["source", "reason"], order_by=order))
    rows = rows.mutate(newest=newest)
    rows = rows.filter(rows["newest"] == 0)
    return rows.select("source", "reason", "field", "message").order_by(["source", "reason"])


def contents(tables: Tables) -> ir.Table:
    """Tell of each family of facts how many rows there are, and from when to when."""
    rows = tables["partition"]
    rows = rows.filter(number(rows, "rows") > 0)
    spans = rows.group_by("family").agg(
        rows=number(rows, "rows").sum(),
        first_ts=rows["first_ts"].min(),
        last_ts=rows["last_ts"].max(),
    )
    return spans.order_by("family")


def commits(tables: Tables) -> ir.Table:
    """Tell of each source when it was last written, in how many commits and records."""
    rows = tables["ingest_commit"]
    totals = rows.group_by("source").agg(
        commits=rows.count(),
        records=number(rows, "records").sum(),
        last_at_ns=rows["at_ns"].max(),
    )
    return totals.order_by("source")
