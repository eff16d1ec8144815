"""Resources of Open APIs: kept whole, found by the scalars in them, counted without counting."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.orm import Session

from sentio.kernel.errors import RefusedError
from sentio.store.state.open_api_search import (
    Clause,
    Entry,
    Kind,
    Page,
    count,
    least_values,
    numbers,
    values,
)
from sentio.store.state.store import StateStore
from sentio.store.state.tables import TmfCollectionRow, TmfIndexRow, TmfResourceRow

MOST_COUNTS = 1000
CHUNK = 500  # rows of one statement
Body = dict[str, Any]  # Any: JSON
Entries = Callable[[Mapping[str, Any]], Collection[Entry]]


class Row(NamedTuple):
    """A resource and its place in the order in which resources came."""

    seq: int
    body: Body


class OpenApiStore:
    """Reads and writes resources; each call is one transaction.

    ``entries`` of a call gives what a body is to be found by.
    """

    def __init__(self, state: StateStore) -> None:
        self._state = state
        self._known: dict[Kind, int] = {}
        self._counts: dict[tuple[int, tuple[Clause, ...]], tuple[int, int]] = {}

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

    def page(self, kind: Kind, clauses: Collection[Clause], page: Page) -> tuple[int, list[Row]]:
        """Count what passes all clauses, and give a page of it in the order of its coming."""
        with self._state.reading() as connection:
            collection = self._found(connection, kind)
            total = self._count(connection, collection, tuple(clauses))
            if page.limit == 0 or page.offset >= total:
                return total, []
            found = connection.scalars(numbers(connection, collection, clauses, page)).all()
            return total, _rows(connection, collection, found)

    def order(
        self, kind: Kind, clauses: Collection[Clause], paths: Iterable[str]
    ) -> tuple[list[int], list[dict[int, tuple[float, str]]]]:
        """Give the numbers of all that passes, and what it is sorted by at each path."""
        with self._state.reading() as connection:
            collection = self._found(connection, kind)
            found = connection.scalars(numbers(connection, collection, clauses, Page())).all()
            return list(found), [least_values(connection, collection, path) for path in paths]

    def version(self, kind: Kind) -> int:
        """Give a number that grows with each change of a kind."""
        row = TmfCollectionRow
        wanted = select(row.version).where(row.api == kind[0], row.resource == kind[1])
        with self._state.reading() as connection:
            return connection.scalar(wanted) or 0

    def values(self, kind: Kind, path: str, *, limit: int) -> list[str]:
        """Give the distinct values at a path of the index, so many at most."""
        with self._state.reading() as connection:
            return values(connection, self._found(connection, kind), path, limit=limit)

    def rows(self, kind: Kind, seqs: Collection[int]) -> list[Row]:
        """Give the resources of some numbers, in that order."""
        with self._state.reading() as connection:
            return _rows(connection, self._found(connection, kind), seqs)

    def each(self, kind: Kind, clauses: Collection[Clause] = ()) -> Iterator[Row]:
        """Give all that passes, a few hundred at a time, in the order of its coming."""
        with self._state.reading() as connection:
            collection = self._found(connection, kind)
            found = connection.scalars(numbers(connection, collection, clauses, Page())).all()
        for part in _parts(list(found)):
            yield from self.rows(kind, part)

    def _count(self, connection: Connection, collection: int, clauses: tuple[Clause, ...]) -> int:
        """Count once as long as nothing changes."""
        row = TmfCollectionRow
        version = connection.scalar(select(row.version).where(row.id == collection)) or 0
        key = (collection, clauses)
        known = self._counts.get(key)
        if known is None or known[0] != version:
            if len(self._counts) >= MOST_COUNTS:
                self._counts.clear()
            known = self._counts[key] = version, count(connection, collection, clauses)
        return known[1]

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
