"""Lists of resources: live ones first, then those that are kept, as if they were one list."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any

from sentio.api.tmf.choosing import PARENT, Chooser
from sentio.api.tmf.errors import bad
from sentio.api.tmf.query import Query, sort_key
from sentio.store.state.open_api import OpenApiStore, Ordered, Wanted
from sentio.store.state.open_api_search import Kind, Page
from sentio.store.state.open_api_values import Key, is_named

__all__ = ["PARENT", "Listed", "Lister"]

Body = dict[str, Any]  # Any: JSON
Marked = tuple[str, Body]
Keys = Sequence[Key | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A part of a list; the marks of its first and last resource make cursors."""

    items: list[Body]
    total: int
    first: str | None = None
    last: str | None = None
    has_more: bool = False

    @property
    def is_partial(self) -> bool:
        """Whether there is more than is given."""
        return len(self.items) < self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Lister:
    """Finds the resources of one kind; ``shown`` makes of a kept body what clients see."""

    store: OpenApiStore
    kind: Kind
    parent: str | None
    shown: Callable[[Mapping[str, Any]], Body]  # Any: JSON

    def find(self, live: Sequence[Body], query: Query) -> Listed:
        """Give the part of the list that is asked for."""
        passed = [(f"L:{body['id']}", body) for body in live if query.passes(body)]
        wanted = Chooser(self.store, self.kind, self.shown).wanted(query, self.parent)
        if query.sorts:
            return self._sorted(passed, wanted, query)
        return self._in_order(passed, wanted, query)

    def _in_order(self, live: list[Marked], sought: Wanted, query: Query) -> Listed:
        """Give a page in the order of coming; the index counts and finds it."""
        first, offset, limit = 0, query.offset, query.limit
        page = Page(offset=max(0, offset - len(live)), limit=limit)
        mark = query.after or query.before
        if mark is None:
            first = min(offset, len(live))
        elif mark.startswith("L"):
            at = _place(mark, [each for each, _ in live])
            first = at + 1 if query.after else max(0, at - limit)
            limit = limit if query.after else at - first
            page = Page(limit=limit)
        else:
            first = len(live)
            seq = int(mark[2:])
            page = Page(limit=limit, after=seq) if query.after else Page(limit=limit, before=seq)
        marked = live[first : first + limit]
        wanted = Page(
            offset=page.offset,
            limit=limit - len(marked),
            after=page.after,
            before=page.before,
        )
        total, rows = self.store.page(self.kind, sought, wanted)
        kept = [(f"S:{row.seq}", self.shown(row.body)) for row in rows]
        if page.before is not None and len(kept) < limit and live:
            marked = live[-(limit - len(kept)) :]
        return _listed([*marked, *kept], total + len(live), query)

    def _sorted(self, live: list[Marked], wanted: Wanted, query: Query) -> Listed:
        """Give a page in the order asked for; only what is on it, and around it, is looked at."""
        sorts = [(".".join(path), is_down) for path, is_down in _known(query)]
        with self.store.ordering(self.kind, wanted, sorts) as ordered:
            merged = _Merged(live, ordered, query)
            start, stop = query.offset, query.offset + query.limit
            if query.after:
                start = merged.place(query.after) + 1
                stop = start + query.limit
            elif query.before:
                stop = merged.place(query.before)
                start = max(0, stop - query.limit)
            marks = merged.part(start, stop)
            total = len(ordered.passed) + len(live)
        bodies = dict(live)
        seqs = [int(mark[2:]) for mark in marks if mark not in bodies]
        rows = self.store.rows(self.kind, seqs)
        bodies |= {f"S:{row.seq}": self.shown(row.body) for row in rows}
        return _listed([(mark, bodies[mark]) for mark in marks if mark in bodies], total, query)


class _Merged:
    """Live resources among the kept ones, in one order; of the same, the live ones come first."""

    def __init__(self, live: Sequence[Marked], ordered: Ordered, query: Query) -> None:
        self._ordered = ordered
        self._sorts = _known(query)
        found = [(mark, [sort_key(body, path) for path, _ in self._sorts]) for mark, body in live]
        self._live = sorted(found, key=lambda each: self._rank(each[1]))

    def part(self, start: int, stop: int) -> list[str]:
        """Give the marks of those from one place to another."""
        count = len(self._live)
        first = max(0, start - count)  # so many kept ones at least come before the part
        seqs = self._ordered.part(first, stop)
        if not count:
            return [f"S:{seq}" for seq in seqs]
        keys = self._ordered.keys(seqs)
        both = [*self._live, *((f"S:{seq}", keys[seq]) for seq in seqs)]
        both.sort(key=lambda each: self._rank(each[1]))
        return [mark for mark, _ in both][start - first : stop - first]

    def place(self, mark: str) -> int:
        """Tell at which place a resource stands."""
        if mark.startswith("L"):
            at = _place(mark, [each for each, _ in self._live])
            rank = self._rank(self._live[at][1])
            places = range(len(self._ordered.passed))
            return at + bisect_left(places, rank, key=self._rank_at)
        seq = int(mark[2:])
        at = self._ordered.place(seq)
        if at is None:
            raise _gone()
        rank = self._rank(self._ordered.keys([seq])[seq])
        return at + sum(not rank < self._rank(keys) for _, keys in self._live)

    def _rank_at(self, place: int) -> Any:  # noqa: ANN401  (Any: what is compared)
        (seq,) = self._ordered.part(place, place + 1)
        return self._rank(self._ordered.keys([seq])[seq])

    def _rank(self, keys: Keys) -> Any:  # noqa: ANN401  (Any: what is compared)
        return cmp_to_key(self._compare)(keys)

    def _compare(self, left: Keys, right: Keys) -> int:
        for (_, is_down), one, other in zip(self._sorts, left, right, strict=True):
            if one == other:
                continue
            if one is None or other is None:
                return 1 if one is None else -1
            return -1 if (one < other) != is_down else 1
        return 0


def _known(query: Query) -> list[tuple[tuple[str, ...], bool]]:
    """Give what can be sorted by; the addresses are in the order of the ids."""
    sorts = [(("id",) if path == ("href",) else path, is_down) for path, is_down in query.sorts]
    return [(path, is_down) for path, is_down in sorts if is_named(path)]


def _listed(marked: Sequence[Marked], total: int, query: Query) -> Listed:
    return Listed(
        items=[body for _, body in marked],
        total=total,
        first=marked[0][0] if marked else None,
        last=marked[-1][0] if marked else None,
        has_more=len(marked) == query.limit and len(marked) < total,
    )


def _place(mark: str, marks: Sequence[str]) -> int:
    try:
        return marks.index(mark)
    except ValueError as error:
        raise _gone() from error


def _gone() -> Exception:
    return bad("what the cursor stood at is gone", where="after, before")
