"""Cube rows of a span of time: whole days, before and behind them hours, at the edges minutes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir

from sentio.store.cube import DAY_NS, HOUR_NS, MINUTE_NS, SCALE

Tables: TypeAlias = Mapping[str, ir.Table]
"""The tables of a warehouse by name, on whatever engine holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """A span in whole minutes, the whole hours inside it, and the whole days inside those.

    None leaves a side open.
    """

    since: int | None
    first_hour: int | None
    first_day: int | None
    last_day: int | None
    last_hour: int | None
    until: int | None

    @classmethod
    def of(cls, since_ns: int | None, until_ns: int | None) -> Edges:
        """Widen [since, until) to whole minutes and find its whole hours and days."""
        since = None if since_ns is None else since_ns - since_ns % MINUTE_NS
        until = None if until_ns is None else until_ns + -until_ns % MINUTE_NS
        return cls(
            since=since,
            first_hour=None if since is None else since + -since % HOUR_NS,
            first_day=None if since is None else since + -since % DAY_NS,
            last_day=None if until is None else until - until % DAY_NS,
            last_hour=None if until is None else until - until % HOUR_NS,
            until=until,
        )

    @property
    def has_hours(self) -> bool:
        """Tell whether there is a whole hour inside, as far as one can know."""
        return _is_some(self.first_hour, self.last_hour)

    @property
    def has_days(self) -> bool:
        """Tell whether there is a whole day inside, as far as one can know."""
        return _is_some(self.first_day, self.last_day)

    def parts(self, longest: str) -> Iterator[tuple[str, int | None, int | None]]:
        """Name the cubes to read, up to the ``longest`` steps, and from when to when."""
        if not self.has_hours:
            yield "cube_minute", self.since, self.until
            return
        if self.since != self.first_hour:
            yield "cube_minute", self.since, self.first_hour
        if longest == "cube_hour" or not self.has_days:
            yield "cube_hour", self.first_hour, self.last_hour
        else:
            if self.first_hour != self.first_day:
                yield "cube_hour", self.first_hour, self.first_day
            yield "cube_day", self.first_day, self.last_day
            if self.last_day != self.last_hour:
                yield "cube_hour", self.last_day, self.last_hour
        if self.last_hour != self.until:
            yield "cube_minute", self.last_hour, self.until


def _is_some(first: int | None, last: int | None) -> bool:
    return first is None or last is None or first < last


def cube(
    tables: Tables,
    since_ns: int | None = None,
    until_ns: int | None = None,
    *,
    step_hours: int = 24,
) -> ir.Table:
    """Give the cube rows of [since, until), widened to whole minutes; None leaves a side open.

    Days, hours and minutes hold the same totals, so that a span of many whole days reads few rows.
    ``step_hours`` is what the rows shall be told apart by, from 1: then no row is longer.
    """
    longest = "cube_hour" if step_hours % 24 else "cube_day"
    parts = [
        between(tables[name], since, until)
        for name, since, until in Edges.of(since_ns, until_ns).parts(longest)
    ]
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
