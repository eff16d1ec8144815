"""Tables that sort: what each cell says, and the value that it sorts by."""

from __future__ import annotations

from dataclasses import dataclass

from sentio.report import numbers
from sentio.report.levels import level_of
from sentio.report.page import Missing, Place, Rejected, Source, Worst
from sentio.report.times import Times
from sentio.report.words import named, word


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a cell says; ``by`` sorts it, ``kind`` is text, number or a level of MOS."""

    said: str
    by: float | str
    kind: str = "number"
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortTable:
    """A table: its column heads, whether each holds numbers, and its rows."""

    heads: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]


def worst_table(rows: tuple[Worst, ...], times: Times) -> SortTable:
    """Lay out the worst elements or hours."""
    first = "hour" if rows[0].hour_ns else "element"
    heads = _heads((first, False), ("n", True), ("poor_share", True), ("excess", True),
                   ("mos", True), ("main", False))  # fmt: skip
    return SortTable(
        heads=heads,
        rows=tuple(
            (
                _text(row.name) if not row.hour_ns else _hour(row.hour_ns, times),
                _count(row.n),
                Cell(
                    said=numbers.share(row.poor, row.n),
                    by=row.poor_share,
                    title=f"{numbers.exact(row.poor)} / {numbers.exact(row.n)}",
                ),
                Cell(said=numbers.count(row.excess_poor), by=row.excess_poor),
                _mos(row.mos_mean, row.n),
                _text(named("domain", row.main_domain)),
            )
            for row in rows
        ),
    )


def place_table(rows: list[Place]) -> SortTable | None:
    """Lay out the worst of the elements on the map."""
    if not rows:
        return None
    return SortTable(
        heads=_heads(("element", False), ("n", True), ("poor_share", True), ("mos", True)),
        rows=tuple(
            (
                _text(row.member),
                _count(row.n),
                Cell(said=numbers.share(row.poor, row.n), by=row.poor / row.n),
                _mos(row.mos_mean, row.n),
            )
            for row in rows
        ),
    )


def missing_table(rows: tuple[Missing, ...]) -> SortTable:
    """Lay out the inputs that uses lacked."""
    return SortTable(
        heads=_heads(("input", False), ("missing_share", True), ("need", False)),
        rows=tuple(
            (
                Cell(said=row.name, by=row.name, kind="text", title=row.meaning),
                Cell(said=numbers.ratio(row.share), by=row.share, title=numbers.exact(row.n)),
                _text(named("need", row.need)),
            )
            for row in rows
        ),
    )


def source_table(rows: tuple[Source, ...], times: Times) -> SortTable | None:
    """Lay out the quality of sources."""
    if not rows:
        return None
    shares = ("valid", "complete", "duplicate", "late", "suspect")
    heads = _heads(("source", False), ("format", False), ("last", True), ("age", True),
                   ("rows", True), *((name, True) for name in shares))  # fmt: skip
    return SortTable(
        heads=heads,
        rows=tuple(
            (
                _text(row.source),
                _text(row.format),
                Cell(said=times.moment(row.last_ts), by=row.last_ts or 0),
                Cell(said=numbers.duration(row.age_s), by=row.age_s or 0.0),
                _count(row.rows_read),
                *(_share(getattr(row, f"{name}_share")) for name in shares),
            )
            for row in rows
        ),
    )


def rejected_table(rows: tuple[Rejected, ...]) -> SortTable | None:
    """Lay out the rejected rows by reason."""
    if not rows:
        return None
    return SortTable(
        heads=_heads(("source", False), ("reason", False), ("meaning", False), ("rejected", True),
                     ("replayed", True)),
        rows=tuple(
            (
                _text(row.source),
                _text(row.reason),
                _text(row.meaning),
                _count(row.rows),
                _count(row.replayed),
            )
            for row in rows
        ),
    )  # fmt: skip


def _heads(*columns: tuple[str, bool]) -> tuple[tuple[str, bool], ...]:
    return tuple((word(f"column.{name}"), is_number) for name, is_number in columns)


def _text(said: str) -> Cell:
    return Cell(said=said, by=said, kind="text")


def _count(n: int) -> Cell:
    return Cell(said=numbers.exact(n), by=n)


def _mos(value: float, n: int) -> Cell:
    kind = f"number level {level_of(value).name}"
    return Cell(said=numbers.mos(value, n), by=value, kind=kind)


def _share(value: float | None) -> Cell:
    return Cell(said=numbers.ratio(value), by=-1.0 if value is None else value)


def _hour(ts_ns: int, times: Times) -> Cell:
    return Cell(said=times.short_hour(ts_ns), by=ts_ns, kind="text")
