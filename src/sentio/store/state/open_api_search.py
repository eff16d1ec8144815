"""How resources of Open APIs are found: the index is asked, bodies are not opened.

Whatever passes is a sorted array of numbers of resources: the database gives one for each
comparison, as a text of its own making, which is many times faster than rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    cast,
    false,
    func,
    or_,
    select,
)

from sentio.store.state.open_api_values import FIGURE, LEAST, MOMENTARY, SIMPLE, TEXT
from sentio.store.state.tables import TmfCollectionRow, TmfIndexRow, TmfResourceRow

Kind = tuple[str, str]
"""API and resource, such as ``("TMF642v4", "alarm")``."""

Seqs = NDArray[np.int64]
Operator = Literal["eq", "ne", "gt", "gte", "lt", "lte", "differs", "has", "under"]


@dataclass(frozen=True, slots=True)
class Sought:
    """A comparison with values; each has the number that it counts as, or none.

    ``forms``, if any, are those that an entry may be of; texts and numbers are then compared among
    themselves only. ``differs`` finds entries that are not the value in that form, ``has`` any
    entry, ``under`` any at a longer path. With ``is_denied`` it holds where none is found.
    """

    path: str
    operator: Operator
    values: tuple[tuple[str, float | None], ...] = ()
    forms: int = 0
    is_denied: bool = False


Clause = tuple[Sought, ...]
"""Comparisons of which one must hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a list; ``after`` and ``before`` are numbers of resources."""

    offset: int = 0
    limit: int | None = None
    after: int | None = None
    before: int | None = None

    def of(self, passed: Seqs) -> Seqs:
        """Cut the part out of what passed, which is in order."""
        start, stop = self.offset, len(passed)
        if self.after is not None:
            start += int(np.searchsorted(passed, self.after, side="right"))
        if self.before is not None:  # those right before it, in the order of all
            stop = int(np.searchsorted(passed, self.before))
            start = 0 if self.limit is None else max(0, stop - self.limit)
        return passed[start : stop if self.limit is None else min(stop, start + self.limit)]


def passing(connection: Connection, collection: int, clauses: Collection[Clause]) -> Seqs:
    """Give the numbers of the resources that pass all clauses, in their order."""
    found: Seqs | None = None
    for clause in sorted(clauses, key=lambda each: any(_is_denied(x) for x in each)):
        if found is None or len(found):
            found = _narrowed(connection, collection, clause, found)
    return every(connection, collection) if found is None else found


def after_coming(connection: Connection, collection: int, page: Page) -> list[int]:
    """Give the numbers of a page of all resources, without looking at all of them."""
    seq = TmfResourceRow.seq
    wanted = select(seq).where(TmfResourceRow.collection == collection)
    if page.after is not None:
        wanted = wanted.where(seq > page.after)
    if page.before is not None:
        last = wanted.where(seq < page.before).order_by(seq.desc()).limit(page.limit)
        return list(connection.scalars(last))[::-1]
    wanted = wanted.order_by(seq).offset(page.offset or None).limit(page.limit)
    return list(connection.scalars(wanted))


def every(connection: Connection, collection: int) -> Seqs:
    """Give the numbers of all resources, in their order."""
    row = TmfResourceRow
    wanted = select(row.seq).where(row.collection == collection).order_by(row.seq)
    return fetched(connection, wanted)


def size(connection: Connection, collection: int) -> int:
    """Tell how many resources there are."""
    row = TmfCollectionRow
    return connection.scalar(select(row.total).where(row.id == collection)) or 0


def in_order(connection: Connection, collection: int, path: str) -> Seqs:
    """Give the numbers of those that have a value at a path, by the least that each has."""
    row = TmfIndexRow
    ours = and_(row.collection == collection, row.path == path, has_forms(LEAST))
    counted = select(row.seq).where(ours, row.number.is_not(None)).order_by(row.number, row.seq)
    found = fetched(connection, counted)
    if len(found) == size(connection, collection):
        return found
    told = select(row.seq).where(ours, row.number.is_(None)).order_by(row.value, row.seq)
    return np.concatenate([found, fetched(connection, told)])


def values(
    connection: Connection, collection: int, path: str, *, limit: int, forms: int = 0
) -> list[str]:
    """Give the distinct values at a path, as far as the index has them, so many at most."""
    row = TmfIndexRow
    wanted = select(row.value).where(row.collection == collection, row.path == path).distinct()
    if forms:
        wanted = wanted.where(has_forms(forms))
    return list(connection.scalars(wanted.limit(limit)))


def fetched(connection: Connection, wanted: Select[int]) -> Seqs:
    """Fetch numbers in the order of a question: joined to one text by the database."""
    inner = wanted.subquery()
    joined = select(func.aggregate_strings(_text(inner.c.seq), ","))
    text = connection.scalar(joined)
    return np.fromstring(text or "", dtype=np.int64, sep=",") if text else np.zeros(0, np.int64)


def has_forms(forms: int) -> ColumnElement[bool]:
    """Say that an entry is of one of some forms."""
    return TmfIndexRow.forms.bitwise_and(forms) != 0


def _narrowed(connection: Connection, collection: int, clause: Clause, among: Seqs | None) -> Seqs:
    parts: list[Seqs] = []
    for sought in clause:
        found = np.unique(
            fetched(connection, select(TmfIndexRow.seq).where(*_entry(collection, sought)))
        )
        if _is_denied(sought):
            others = every(connection, collection) if among is None else among
            found = np.setdiff1d(others, found, assume_unique=True)
        parts.append(found)
    if not parts:
        return np.zeros(0, np.int64)
    union: Seqs = reduce(np.union1d, parts)
    return union if among is None else np.intersect1d(among, union, assume_unique=True)


def _is_denied(sought: Sought) -> bool:
    return sought.is_denied != (sought.operator == "ne")


def _entry(collection: int, sought: Sought) -> Sequence[ColumnElement[bool]]:
    """Say which entries of the index are what is sought."""
    row = TmfIndexRow
    path = row.path == sought.path
    if sought.operator == "under":
        path = and_(row.path > f"{sought.path}.", row.path < f"{sought.path}/")  # "/" follows "."
    found = [row.collection == collection, path]
    if sought.operator == "differs":
        text, form = sought.values[0][0], sought.forms
        is_other = and_(row.value != text, has_forms(SIMPLE))
        return [*found, or_(is_other, has_forms(SIMPLE & ~form))]
    if sought.forms:
        found.append(has_forms(sought.forms))
    return found if sought.operator in {"has", "under"} else [*found, _values(sought)]


def _values(sought: Sought) -> ColumnElement[bool]:
    """Say that the value of an entry compares as is sought."""
    row, operator = TmfIndexRow, sought.operator
    if operator in {"eq", "ne"}:
        texts = [value for value, _ in sought.values]
        return row.value == texts[0] if len(texts) == 1 else row.value.in_(texts)
    found: list[ColumnElement[bool]] = []
    for text, number in sought.values:
        as_text = _compared(row.value, operator, text)
        if number is None and not sought.forms:
            found.append(and_(row.number.is_(None), as_text))
        elif number is None:
            found.append(as_text)
        elif sought.forms & FIGURE or not sought.forms:
            found.append(_compared(row.number, operator, number))
        elif sought.forms & TEXT:  # a time: other texts are compared with its text
            is_time = has_forms(MOMENTARY)
            found += [
                and_(is_time, _compared(row.number, operator, number)),
                and_(~is_time, as_text),
            ]
    return or_(false(), *found)


def _compared(column: Any, operator: str, asked: object) -> ColumnElement[bool]:  # noqa: ANN401
    if operator == "gt":
        return column > asked
    if operator == "gte":
        return column >= asked
    return column < asked if operator == "lt" else column <= asked


def _text(column: Any) -> ColumnElement[str]:  # noqa: ANN401
    return cast(column, String)
