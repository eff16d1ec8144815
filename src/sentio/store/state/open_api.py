"""Resources of Open APIs: kept whole, found by the scalars in them, counted without counting."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import (
    Callable,
    Collection,
    Generator,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import orjson
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.orm import Session

from sentio.kernel.errors import RefusedError
from sentio.store.state.open_api_order import Order, Sort
from sentio.store.state.open_api_search import (
    Clause,
    Kind,
    Page,
    Seqs,
    after_coming,
    in_order,
    passing,
    size,
    values,
)
from sentio.store.state.open_api_values import Entry, Key
from sentio.store.state.store import StateStore
from sentio.store.state.tables import TmfCollectionRow, TmfIndexRow, TmfResourceRow

MOST_REMEMBERED = 64_000_000  # bytes of answers of the index
CHUNK = 500  # rows of one statement
Body = dict[str, Any]  # Any: JSON
Entries = Callable[[Mapping[str, Any]], Collection[Entry]]


class Row(NamedTuple):
    """A resource and its place in the order in which resources came."""

    seq: int
    body: Body


@dataclass(frozen=True, slots=True)
class Opened:
    """What only the bodies tell; ``name`` is the same for the same test."""

    name: Hashable
    holds: Callable[[Body], bool] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which resources: those that pass all clauses, and whose bodies pass what only they tell."""

    clauses: tuple[Clause, ...] = ()
    opened: Opened | None = None


ALL = Wanted()


@dataclass(frozen=True, slots=True)
class Ordered:
    """What passes, put in an order; places count from 0."""

    passed: Seqs
    order: Order

    def part(self, start: int, stop: int) -> list[int]:
        """Give the numbers of the resources from one place to another."""
        return self.order.part(self.passed, start, stop)

    def place(self, seq: int) -> int | None:
        """Tell at which place a resource stands, None if it does not pass."""
        return self.order.place(self.passed, seq)

    def keys(self, seqs: Sequence[int]) -> dict[int, list[Key | None]]:
        """Give what resources are sorted by, at each path."""
        return self.order.keys(seqs)


class OpenApiStore:
    """Reads and writes resources; each call is one transaction.

    ``entries`` of a call gives what a body is to be found by.
    """

    def __init__(self, state: StateStore) -> None:
        self._state = state
        self._known: dict[Kind, int] = {}
        self._answers: OrderedDict[tuple[int, Hashable], tuple[int, Seqs]] = OrderedDict()
        self._turn = threading.Lock()

    def add(self, kind: Kind, bodies: Iterable[Body], *, entries: Entries, at_ns: int) -> None:
        """Add resources, each with its ``id``.

        Raises
        ------
        RefusedError
            A resource of that id is there already.
        """
        fresh = list(bodies)
        with self._state.session() as session:
            collection = self._collection(session, kind)
            names = [each["id"] for each in fresh]
            for part in _parts(names):
                taken = _find_ids(session.connection(), collection, part)
                if taken or len(set(names)) < len(names):
                    raise RefusedError(f"there is a resource {next(iter(taken), names[0])!r}")
            row = TmfCollectionRow
            grown = {
                "total": row.total + len(fresh),
                "last": row.last + len(fresh),
                "version": row.version + 1,
            }
            told = update(row).where(row.id == collection).values(grown).returning(row.last)
            first = int(session.scalar(told) or 0) - len(fresh) + 1
            for part in _parts(list(enumerate(fresh, first))):
                session.execute(
                    insert(TmfResourceRow),
                    [_resource(collection, seq, body, at_ns) for seq, body in part],
                )
                _index(session, collection, part, entries)

    def get(self, kind: Kind, name: str) -> Body | None:
        """Give a resource, None if there is none of that id."""
        row = TmfResourceRow
        with self._state.reading() as connection:
            collection = self._found(connection, kind)
            wanted = select(row.body).where(row.collection == collection, row.id == name)
            text = connection.scalar(wanted)
        return None if text is None else orjson.loads(text)

    def change(
        self,
        kind: Kind,
        name: str,
        change: Callable[[Body], Body],
        *,
        entries: Entries,
        at_ns: int,
    ) -> tuple[Body, Body] | None:
        """Put what ``change`` makes of a resource in its place; gives it before and after.

        Nobody changes it in between. None if there is no such resource.
        """
        row = TmfResourceRow
        with self._state.session() as session:
            collection = self._collection(session, kind)
            wanted = select(row.seq, row.body).where(row.collection == collection, row.id == name)
            found = session.execute(wanted.with_for_update()).first()
            if found is None:
                return None
            before: Body = orjson.loads(found.body)
            after = change(orjson.loads(found.body))
            this = (row.collection == collection) & (row.seq == found.seq)
            new = {"body": orjson.dumps(after).decode(), "changed_ns": at_ns}
            session.execute(update(row).where(this).values(new))
            session.execute(_index_of(collection, found.seq))
            _index(session, collection, [(found.seq, after)], entries)
            session.execute(_changed(collection))
        return before, after

    def remove(self, kind: Kind, name: str) -> Body | None:
        """Remove a resource and give it as it was, None if there is none of that id."""
        row = TmfResourceRow
        with self._state.session() as session:
            collection = self._collection(session, kind)
            this = (row.collection == collection) & (row.id == name)
            found = session.execute(delete(row).where(this).returning(row.seq, row.body)).first()
            if found is None:
                return None
            session.execute(_index_of(collection, found.seq))
            session.execute(_changed(collection, total=TmfCollectionRow.total - 1))
        return orjson.loads(found.body)

    def page(self, kind: Kind, wanted: Wanted, page: Page) -> tuple[int, list[Row]]:
        """Count what passes, and give a page of it in the order of its coming."""
        with self._state.reading() as connection:
            collection = self._found(connection, kind)
            if wanted == ALL:
                total = size(connection, collection)
                seqs = [] if page.limit == 0 else after_coming(connection, collection, page)
            else:
                passed = self._passed(connection, collection, wanted)
                total, seqs = len(passed), page.of(passed).tolist()
            return total, _rows(connection, collection, seqs)

    @contextmanager
    def ordering(self, kind: Kind, wanted: Wanted, sorts: Sequence[Sort]) -> Generator[Ordered]:
        """Put what passes in an order, to be looked at in one transaction."""
        with self._state.reading() as connection:
            collection = self._found(connection, kind)

            def vector(path: str) -> Seqs:
                def fresh() -> Seqs:
                    return in_order(connection, collection, path)

                return self._answer(connection, collection, path, fresh)

            first = vector(sorts[0][0]) if sorts and wanted == ALL else None
            if first is not None and len(first) == size(connection, collection):
                passed = np.sort(first)  # all have it, which is quicker than to ask for all
            else:
                passed = self._passed(connection, collection, wanted)
            yield Ordered(passed, Order(connection, collection, sorts, vector=vector))

    def version(self, kind: Kind) -> int:
        """Give a number that grows with each change of a kind."""
        row = TmfCollectionRow
        wanted = select(row.version).where(row.api == kind[0], row.resource == kind[1])
        with self._state.reading() as connection:
            return connection.scalar(wanted) or 0

    def values(self, kind: Kind, path: str, *, limit: int, forms: int = 0) -> list[str]:
        """Give the distinct values at a path of the index, so many at most."""
        with self._state.reading() as connection:
            return values(connection, self._found(connection, kind), path, limit=limit, forms=forms)

    def rows(self, kind: Kind, seqs: Collection[int]) -> list[Row]:
        """Give the resources of some numbers, in that order."""
        with self._state.reading() as connection:
            return _rows(connection, self._found(connection, kind), seqs)

    def each(self, kind: Kind, clauses: Collection[Clause] = ()) -> Iterator[Row]:
        """Give all that passes, a few hundred at a time, in the order of its coming."""
        with self._state.reading() as connection:
            found = passing(connection, self._found(connection, kind), clauses)
        for part in _parts(found.tolist()):
            yield from self.rows(kind, part)

    def _passed(self, connection: Connection, collection: int, wanted: Wanted) -> Seqs:
        def found() -> Seqs:
            return passing(connection, collection, wanted.clauses)

        def opened() -> Seqs:
            among = self._answer(connection, collection, wanted.clauses, found).tolist()
            rows = (row for part in _parts(among) for row in _rows(connection, collection, part))
            return np.array([row.seq for row in rows if holds(row.body)], np.int64)

        if wanted.opened is None:
            return self._answer(connection, collection, wanted.clauses, found)
        holds = wanted.opened.holds
        return self._answer(connection, collection, wanted, opened)

    def _answer(
        self, connection: Connection, collection: int, asked: Hashable, fresh: Callable[[], Seqs]
    ) -> Seqs:
        """Ask the index once as long as nothing changes."""
        row = TmfCollectionRow
        version = connection.scalar(select(row.version).where(row.id == collection)) or 0
        key = (collection, asked)
        with self._turn:
            known = self._answers.get(key)
            if known is not None and known[0] == version:
                self._answers.move_to_end(key)
                return known[1]
        found = fresh()
        with self._turn:
            self._answers[key] = version, found
            self._answers.move_to_end(key)
            while sum(each.nbytes for _, each in self._answers.values()) > MOST_REMEMBERED:
                self._answers.popitem(last=False)
        return found

    def _found(self, connection: Connection, kind: Kind) -> int:
        if kind not in self._known:
            row = TmfCollectionRow
            wanted = select(row.id).where(row.api == kind[0], row.resource == kind[1])
            found = connection.scalar(wanted)
            if found is None:
                return -1  # nothing was ever kept there
            self._known[kind] = found
        return self._known[kind]

    def _collection(self, session: Session, kind: Kind) -> int:
        found = self._found(session.connection(), kind)
        if found >= 0:
            return found
        row = TmfCollectionRow(api=kind[0], resource=kind[1], total=0, last=0, version=0)
        session.add(row)
        session.flush()
        return row.id


def _rows(connection: Connection, collection: int, seqs: Collection[int]) -> list[Row]:
    row = TmfResourceRow
    bodies: dict[int, Body] = {}
    for part in _parts(list(seqs)):
        wanted = select(row.seq, row.body).where(row.collection == collection, row.seq.in_(part))
        bodies |= {each.seq: orjson.loads(each.body) for each in connection.execute(wanted)}
    return [Row(seq, bodies[seq]) for seq in seqs if seq in bodies]


def _find_ids(connection: Connection, collection: int, names: Collection[str]) -> set[str]:
    row = TmfResourceRow
    wanted = select(row.id).where(row.collection == collection, row.id.in_(names))
    return set(connection.scalars(wanted))


def _resource(collection: int, seq: int, body: Body, at_ns: int) -> dict[str, object]:
    return {
        "collection": collection,
        "seq": seq,
        "id": body["id"],
        "created_ns": at_ns,
        "changed_ns": at_ns,
        "body": orjson.dumps(body).decode(),
    }


def _index(
    session: Session, collection: int, bodies: Iterable[tuple[int, Body]], entries: Entries
) -> None:
    rows = [
        {"collection": collection, "seq": seq, **entry._asdict()}
        for seq, body in bodies
        for entry in entries(body)
    ]
    if rows:
        session.execute(insert(TmfIndexRow), rows)


def _index_of(collection: int, seq: int) -> Any:  # noqa: ANN401  (a statement of SQLAlchemy)
    row = TmfIndexRow
    return delete(row).where(row.collection == collection, row.seq == seq)


def _changed(collection: int, **more: Any) -> Any:  # noqa: ANN401  (parts of SQLAlchemy)
    row = TmfCollectionRow
    return update(row).where(row.id == collection).values(version=row.version + 1, **more)


def _parts(values: list[Any]) -> Iterator[list[Any]]:  # Any: whatever is taken in parts
    for at in range(0, len(values), CHUNK):
        yield values[at : at + CHUNK]
