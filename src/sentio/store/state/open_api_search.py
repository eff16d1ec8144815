"""How resources of Open APIs are found: the index is asked, bodies are not opened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import inf
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from sentio.store.state.tables import TmfCollectionRow, TmfIndexRow, TmfResourceRow

Kind = tuple[str, str]
"""API and resource, such as ``("TMF642v4", "alarm")``."""

Seq = InstrumentedAttribute[int]
FEW = 2_000  # how far it is counted which clause is the narrowest


class Entry(NamedTuple):
    """A value at a path, and what it counts as when the greater is asked for."""

    path: str
    value: str
    number: float | None


@dataclass(frozen=True, slots=True)
class Sought:
    """A comparison with values; each has the number that it counts as, or none."""

    path: str
    operator: Literal["eq", "ne", "gt", "gte", "lt", "lte"]
    values: tuple[tuple[str, float | None], ...]


Clause = tuple[Sought, ...]
"""Comparisons of which one must hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a list; ``after`` and ``before`` are numbers of resources."""

    offset: int = 0
    limit: int | None = None
    after: int | None = None
    before: int | None = None


def count(connection: Connection, collection: int, clauses: Collection[Clause]) -> int:
    """Count the resources that pass all clauses."""
    if not clauses:
        row = TmfCollectionRow
        return connection.scalar(select(row.total).where(row.id == collection)) or 0
    driver = _narrowest(connection, collection, clauses)
    if driver is None:
        wanted = select(func.count()).where(TmfResourceRow.collection == collection)
        wanted = _narrowed(wanted, collection, clauses, TmfResourceRow.seq)
    else:
        seq = TmfIndexRow.seq
        counted = func.count() if _is_plain(driver) else func.count(seq.distinct())
        wanted = select(counted).where(_entry(collection, driver[0]))
        wanted = _narrowed(wanted, collection, [x for x in clauses if x is not driver], seq)
    return connection.scalar(wanted) or 0


def numbers(
    connection: Connection, collection: int, clauses: Collection[Clause], page: Page
) -> Select[int]:
    """Select the numbers of the resources that pass, in order; read backwards before one."""
    driver = _narrowest(connection, collection, [x for x in clauses if _is_plain(x)])
    if driver is None:
        seq = TmfResourceRow.seq
        wanted = select(seq).where(TmfResourceRow.collection == collection)
    else:
        seq = TmfIndexRow.seq
        wanted = select(seq).where(_entry(collection, driver[0]))
    wanted = _narrowed(wanted, collection, [x for x in clauses if x is not driver], seq)
    if page.after is not None:
        wanted = wanted.where(seq > page.after)
    if page.before is not None:  # those right before it, in the order of all
        last = wanted.where(seq < page.before).order_by(seq.desc()).limit(page.limit).subquery()
        return select(last.c.seq).order_by(last.c.seq)
    return wanted.order_by(seq).offset(page.offset or None).limit(page.limit)


def least_values(
    connection: Connection, collection: int, path: str
) -> dict[int, tuple[float, str]]:
    """Give what resources are sorted by at a path, by number: numbers and times, then texts."""
    row = TmfIndexRow
    wanted = select(row.seq, row.number, row.value).where(
        row.collection == collection, row.path == path
    )
    found: dict[int, tuple[float, str]] = {}
    for seq, number, value in connection.execute(wanted):
        key = (inf if number is None else number, value)
        if seq not in found or key < found[seq]:
            found[seq] = key
    return found


def values(connection: Connection, collection: int, path: str, *, limit: int) -> list[str]:
    """Give the distinct values at a path, as far as the index has them, so many at most."""
    row = TmfIndexRow
    wanted = select(row.value).where(row.collection == collection, row.path == path).distinct()
    return list(connection.scalars(wanted.limit(limit)))


def _narrowed(
    wanted: Select[int], collection: int, clauses: Collection[Clause], seq: Seq
) -> Select[int]:
    for clause in clauses:
        wanted = wanted.where(or_(*(_condition(collection, each, seq) for each in clause)))
    return wanted


def _narrowest(
    connection: Connection, collection: int, clauses: Collection[Clause]
) -> Clause | None:
    """Choose the clause by which to begin: one comparison that the index answers, the rarest."""
    single = [each for each in clauses if len(each) == 1 and each[0].operator != "ne"]
    if len(single) < 2:  # noqa: PLR2004  (nothing to choose)
        return single[0] if single else None

    def size(clause: Clause) -> tuple[int, bool]:
        first = select(TmfIndexRow.seq).where(_entry(collection, clause[0])).limit(FEW).subquery()
        found = connection.scalar(select(func.count()).select_from(first)) or 0
        return found, not _is_plain(clause)

    return min(single, key=size)


def _is_plain(clause: Clause) -> bool:
    """Tell whether a clause finds each resource once: one value to be equal to."""
    return len(clause) == 1 and clause[0].operator == "eq" and len(clause[0].values) == 1


def _condition(collection: int, sought: Sought, seq: Seq) -> ColumnElement[bool]:
    other = aliased(TmfIndexRow)
    this = and_(other.collection == collection, other.path == sought.path, other.seq == seq)
    found = exists().where(this, _values(sought, other))
    return ~found if sought.operator == "ne" else found


def _entry(collection: int, sought: Sought) -> ColumnElement[bool]:
    row = TmfIndexRow
    return and_(row.collection == collection, row.path == sought.path, _values(sought, row))


def _values(sought: Sought, row: type[TmfIndexRow]) -> ColumnElement[bool]:
    """Say that the value of an entry compares as is sought."""
    if sought.operator in {"eq", "ne"}:
        texts = [value for value, _ in sought.values]
        return row.value == texts[0] if len(texts) == 1 else row.value.in_(texts)
    found: list[ColumnElement[bool]] = []
    for text, counts_as in sought.values:
        if counts_as is None:
            found.append(and_(row.number.is_(None), _compared(row.value, sought.operator, text)))
        else:
            found.append(_compared(row.number, sought.operator, counts_as))
    return or_(*found)


def _compared(column: Any, operator: str, asked: object) -> ColumnElement[bool]:  # noqa: ANN401
    if operator == "gt":
        return column > asked
    if operator == "gte":
        return column >= asked
    return column < asked if operator == "lt" else column <= asked
