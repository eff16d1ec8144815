"""How resources of Open APIs are found: the index is asked, bodies are not opened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from sentio.store.state.tables import TmfCollectionRow, TmfIndexRow, TmfResourceRow

Kind = tuple[str, str]
"""API and resource, such as ``("TMF642v4", "alarm")``."""

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
    found = numbers(connection, collection, clauses, Page()).order_by(None).subquery()
    return connection.scalar(select(func.count()).select_from(found)) or 0


def numbers(
    connection: Connection, collection: int, clauses: Collection[Clause], page: Page
) -> Select[int]:
    """Select the numbers of the resources that pass, in order; read backwards before one."""
    driver = _narrowest(connection, collection, clauses)
    if driver is None:
        seq = TmfResourceRow.seq
        wanted = select(seq).where(TmfResourceRow.collection == collection)
    else:
        seq = TmfIndexRow.seq
        wanted = select(seq).where(_entry(collection, driver[0]))
    for clause in clauses:
        if clause is not driver:
            wanted = wanted.where(or_(*(_condition(collection, each, seq) for each in clause)))
    if page.after is not None:
        wanted = wanted.where(seq > page.after)
    if page.before is not None:  # those right before it, in the order of all
        last = wanted.where(seq < page.before).order_by(seq.desc()).limit(page.limit).subquery()
        return select(last.c.seq).order_by(last.c.seq)
    return wanted.order_by(seq).offset(page.offset or None).limit(page.limit)


def least_values(connection: Connection, collection: int, path: str) -> dict[int, str]:
    """Give the least value at a path, by number of the resource."""
    row = TmfIndexRow
    wanted = select(row.seq, func.min(row.value)).where(
        row.collection == collection, row.path == path
    )
    found = connection.execute(wanted.group_by(row.seq))
    return {each[0]: each[1] for each in found}


def _narrowest(
    connection: Connection, collection: int, clauses: Collection[Clause]
) -> Clause | None:
    """Choose the clause by which to begin: one plain equality, the rarest of them."""
    plain = [
        each
        for each in clauses
        if len(each) == 1 and each[0].operator == "eq" and len(each[0].values) == 1
    ]
    if len(plain) < 2:  # noqa: PLR2004  (nothing to choose)
        return plain[0] if plain else None

    def size(clause: Clause) -> int:
        first = select(TmfIndexRow.seq).where(_entry(collection, clause[0])).limit(FEW).subquery()
        return connection.scalar(select(func.count()).select_from(first)) or 0

    return min(plain, key=size)


def _condition(collection: int, sought: Sought, seq: ColumnElement[int]) -> ColumnElement[bool]:
    if sought.operator == "eq" and len(sought.values) == 1:
        other = TmfIndexRow.__table__.alias()
        value = sought.values[0][0]
        return exists().where(
            other.c.collection == collection,
            other.c.path == sought.path,
            other.c.value == value,
            other.c.seq == seq,
        )
    other = TmfIndexRow.__table__.alias()
    found = select(other.c.seq).where(other.c.collection == collection, other.c.path == sought.path)
    texts = [value for value, _ in sought.values]
    if sought.operator in {"eq", "ne"}:
        found = found.where(other.c.value.in_(texts))
        return seq.not_in(found) if sought.operator == "ne" else seq.in_(found)
    return seq.in_(found.where(or_(*_ranges(sought, other.c.number, other.c.value))))


def _ranges(
    sought: Sought, number: ColumnElement[float], value: ColumnElement[str]
) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for text, counts_as in sought.values:
        if counts_as is None:
            found.append(and_(number.is_(None), _compared(value, sought.operator, text)))
        else:
            found.append(_compared(number, sought.operator, counts_as))
    return found


def _compared(
    column: ColumnElement[float] | ColumnElement[str], operator: str, asked: object
) -> ColumnElement[bool]:
    if operator == "gt":
        return column > asked
    if operator == "gte":
        return column >= asked
    return column < asked if operator == "lt" else column <= asked


def _entry(collection: int, sought: Sought) -> ColumnElement[bool]:
    row = TmfIndexRow
    return and_(
        row.collection == collection, row.path == sought.path, row.value == sought.values[0][0]
    )
