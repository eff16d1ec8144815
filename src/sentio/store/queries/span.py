"""Cube rows of a span of time: whole hours from the hour cube, its edges from the minute cube."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir

from sentio.store.cube import HOUR_NS, MINUTE_NS, SCALE

Tables: TypeAlias = Mapping[str, ir.Table]
"""The tables of a warehouse by name, on whatever engine holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """A span in whole minutes, and the whole hours inside it; None leaves a side open."""

    since: int | None
    first_hour: int | None
    last_hour: int | None
    until: int | None

    @classmethod
    def of(cls, since_ns: int | None, until_ns: int | None) -> Edges:
        """Widen [since, until) to whole minutes and find its whole hours."""
        since = None if since_ns is None else since_ns - since_ns % MINUTE_NS
        until = None if until_ns is None else until_ns + -until_ns % MINUTE_NS
        return cls(
            since=since,
            first_hour=None if since is None else since + -since % HOUR_NS,
            last_hour=None if until is None else until - until % HOUR_NS,
            until=until,
        )

    @property
    def has_hours(self) -> bool:
        """Tell whether there is a whole hour inside, as far as one can know."""
        if self.first_hour is None or self.last_hour is None:
            return True
        return self.first_hour < self.last_hour


def cube(tables: Tables, since_ns: int | None = None, until_ns: int | None = None) -> ir.Table:
    """Give the cube rows of [since, until), widened to whole minutes; None leaves a side open.

    Hours and minutes hold the same totals, so that a span that begins and ends on the hour reads
    sixty times fewer rows.
    """
    span = Edges.of(since_ns, until_ns)
    minutes = tables["cube_minute"]
    if not span.has_hours:
        return between(minutes, span.since, span.until)
    parts = [between(tables["cube_hour"], span.first_hour, span.last_hour)]
    if span.since != span.first_hour:
        parts.append(between(minutes, span.since, span.first_hour))
    if span.until != span.last_hour:
        parts.append(between(minutes, span.last_hour, span.until))
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def between(rows: ir.Table, since_ns: int | None, until_ns: int | None) -> ir.Table:
    """Keep the rows with ``ts`` in [since, until)."""
    if since_ns is not None:
        rows = rows.filter(number(rows, "ts") >= since_ns)
    if until_ns is not None:
        rows = rows.filter(number(rows, "ts") < until_ns)
    return rows


def of(
    rows: ir.Table, *, dimension: str, member: str | None = None, service: str | None = None
) -> ir.Table:
    """Keep the cube rows of a dimension, and of one member or one service if they are named."""
    rows = rows.filter(rows["dimension"] == dimension)
    if member is not None:
        rows = rows.filter(rows["member"] == member)
    return rows if service is None else rows.filter(rows["service"] == service)


def among(rows: ir.Table, column: str, names: tuple[str, ...]) -> ir.Table:
    """Keep the rows whose column holds one of some names."""
    return rows.filter(rows[column].isin([ibis.literal(name) for name in names]))


def added(rows: ir.Table, by: Sequence[str], totals: Iterable[str]) -> ir.Table:
    """Add totals up per key; int64, as wide as they are stored."""
    return rows.group_by(list(by)).agg(**{name: number(rows, name).sum() for name in totals})


def ratio(part: ir.Value, whole: ir.Value) -> ir.NumericValue:
    """Divide two counts; null where there is nothing to divide by."""
    return real(part) / real(whole.nullif(ibis.literal(0)))


# Any: Ibis's own types know neither sums nor comparisons of the columns of a table.
def number(rows: ir.Table, name: str) -> Any:  # noqa: ANN401
    """Give a column that holds whole numbers."""
    return rows[name]


def real(count: ir.Value) -> ir.FloatingValue:
    """Turn a count into a float64."""
    return count.cast("float64")


def with_means(totals: ir.Table) -> ir.Table:
    """Add the mean MOS and the poor share to totals of n, MOS and poor."""
    n = totals["n"]
    return totals.mutate(
        mos_mean=ratio(totals["mos_sum_e4"], n) / float(SCALE), poor_share=ratio(totals["poor"], n)
    )


def with_shares(totals: ir.Table) -> ir.Table:
    """Add the grounded share and the mean confidence as well."""
    n = totals["n"]
    return with_means(totals).mutate(
        grounded_share=ratio(totals["grounded"], n),
        confidence_mean=ratio(totals["confidence_sum_e4"], n) / float(SCALE),
    )


def hour_of(rows: ir.Table, step_hours: int = 1) -> ir.NumericValue:
    """Give the start of each row's UTC hour, or longer step since 1970.

    Exact, where a division of int64 would round.
    """
    return number(rows, "ts") - number(rows, "ts") % (step_hours * HOUR_NS)
