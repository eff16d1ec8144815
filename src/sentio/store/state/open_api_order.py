"""The order of resources of Open APIs by what they have at paths, a part of it at a time.

The index gives the order by one path. Where a part begins and ends among resources of the same
value, these alone are put in order by the next path, so that nobody orders all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, select

from sentio.store.state.open_api_search import Seqs, fetched, has_forms
from sentio.store.state.open_api_values import LEAST, Key, key_of
from sentio.store.state.tables import TmfIndexRow

Sort = tuple[str, bool]
"""A path, and whether the greatest comes first; what has nothing there comes last."""

FEW = 1000  # so many are put in order by their keys
CHUNK = 500  # numbers in one question


class Order:
    """An order of resources.

    Parameters
    ----------
    vector
        Gives the numbers of all resources that have something at a path, in the order of it.
    """

    def __init__(
        self,
        connection: Connection,
        collection: int,
        sorts: Sequence[Sort],
        *,
        vector: Callable[[str], Seqs],
    ) -> None:
        self._connection = connection
        self._collection = collection
        self._sorts = tuple(sorts)
        self._vector = vector

    def part(self, seqs: Seqs, start: int, stop: int) -> list[int]:
        """Give those from one place to another; ``seqs`` are sorted by number."""
        return [int(seq) for seq in self._part(seqs, self._sorts, start, min(stop, len(seqs)))]

    def place(self, seqs: Seqs, seq: int) -> int | None:
        """Tell at which place a resource stands, None if it is not among them."""
        at = int(np.searchsorted(seqs, seq))
        if at == len(seqs) or seqs[at] != seq:
            return None
        return self._place(seqs, self._sorts, seq)

    def keys(self, seqs: Sequence[int]) -> dict[int, list[Key | None]]:
        """Give what resources are sorted by, at each path."""
        found: dict[int, list[Key | None]] = {seq: [None] * len(self._sorts) for seq in seqs}
        for at, (path, _) in enumerate(self._sorts):
            for seq, key in self._keys(seqs, path):
                found[seq][at] = key
        return found

    def _part(self, seqs: Seqs, sorts: tuple[Sort, ...], start: int, stop: int) -> Seqs:
        if start >= stop:
            return seqs[:0]
        if not sorts:
            return seqs[start:stop]
        if len(seqs) <= FEW:
            return self._by_keys(seqs, sorts)[start:stop]
        having, lacking = self._by_first(seqs, sorts[0])
        count, rest = len(having), sorts[1:]
        last = self._part(lacking, rest, max(0, start - count), stop - count)
        stop = min(stop, count)
        if start >= stop:
            return last
        first_from, first_to = self._tied(having, sorts[0][0], start)
        if stop <= first_to:
            tied = np.sort(having[first_from:first_to])
            return np.concatenate(
                [self._part(tied, rest, start - first_from, stop - first_from), last]
            )
        last_from, last_to = self._tied(having, sorts[0][0], stop - 1)
        begin, end = np.sort(having[first_from:first_to]), np.sort(having[last_from:last_to])
        return np.concatenate(
            [
                self._part(begin, rest, start - first_from, len(begin)),
                self._by_keys(np.sort(having[first_to:last_from]), sorts),
                self._part(end, rest, 0, stop - last_from),
                last,
            ]
        )

    def _place(self, seqs: Seqs, sorts: tuple[Sort, ...], seq: int) -> int:
        if not sorts:
            return int(np.searchsorted(seqs, seq))
        if len(seqs) <= FEW:
            return int(np.flatnonzero(self._by_keys(seqs, sorts) == seq)[0])
        having, lacking = self._by_first(seqs, sorts[0])
        found = np.flatnonzero(having == seq)
        if not len(found):
            return len(having) + self._place(lacking, sorts[1:], seq)
        first, after = self._tied(having, sorts[0][0], int(found[0]))
        return first + self._place(np.sort(having[first:after]), sorts[1:], seq)

    def _by_first(self, seqs: Seqs, sort: Sort) -> tuple[Seqs, Seqs]:
        """Part into those that have something to be sorted by, in order, and the others."""
        path, is_down = sort
        having = self._vector(path)
        having = having[np.isin(having, seqs, assume_unique=True)]
        lacking = seqs[:0]
        if len(having) < len(seqs):
            lacking = np.setdiff1d(seqs, having, assume_unique=True)
        return (having[::-1] if is_down else having), lacking

    def _tied(self, having: Seqs, path: str, at: int) -> tuple[int, int]:
        """Give the places from and to which the same value stands as at one of them."""
        row = TmfIndexRow
        own = and_(*self._ours(path), row.seq == int(having[at]))
        found = self._connection.execute(select(row.number, row.value).where(own)).one()
        is_same = row.number == found.number
        if found.number is None:
            is_same = and_(row.number.is_(None), row.value == found.value)
        tied = fetched(self._connection, select(row.seq).where(*self._ours(path), is_same))
        places = np.flatnonzero(np.isin(having, tied, assume_unique=True))
        return int(places[0]), int(places[-1]) + 1

    def _by_keys(self, seqs: Seqs, sorts: tuple[Sort, ...]) -> Seqs:
        ordered = [int(seq) for seq in seqs]
        for path, is_down in reversed(sorts):
            keys = dict(self._keys(ordered, path))
            having = [seq for seq in ordered if seq in keys]
            having.sort(key=keys.__getitem__, reverse=is_down)
            ordered = [*having, *(seq for seq in ordered if seq not in keys)]
        return np.array(ordered, np.int64)

    def _keys(self, seqs: Sequence[int], path: str) -> Iterator[tuple[int, Key]]:
        row = TmfIndexRow
        for at in range(0, len(seqs), CHUNK):
            some = seqs[at : at + CHUNK]
            wanted = select(row.seq, row.number, row.value)
            found = wanted.where(*self._ours(path), row.seq.in_(some))
            for seq, number, value in self._connection.execute(found):
                yield seq, key_of(value, number)

    def _ours(self, path: str) -> list[ColumnElement[bool]]:
        row = TmfIndexRow
        return [row.collection == self._collection, row.path == path, has_forms(LEAST)]
