"""Lists of resources: live ones first, then those that are kept, as if they were one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sentio.api.tmf.errors import bad
from sentio.api.tmf.filters import Clause as AttributeClause
from sentio.api.tmf.filters import Comparison
from sentio.api.tmf.patterns import matching
from sentio.api.tmf.query import Query, sort_key
from sentio.api.tmf.reading import CUT, is_indexed
from sentio.api.tmf.table import Fields
from sentio.store.state.open_api import OpenApiStore
from sentio.store.state.open_api_search import Clause, Kind, Page, Sought

Body = dict[str, Any]  # Any: JSON
MOST_VALUES = 500  # that stand in one question to the index
PARENT = "^"  # the path in the index under which a resource's parent stands
Marked = tuple[str, Body]


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
    fields: Fields
    parent: str | None
    shown: Callable[[Mapping[str, Any]], Body]  # Any: JSON

    def find(self, live: Sequence[Body], query: Query) -> Listed:
        """Give the part of the list that is asked for."""
        passed = [(f"L:{body['id']}", body) for body in live if query.passes(body)]
        query = replace(query, clauses=tuple(self._known(clause) for clause in query.clauses))
        sought, rest = query.sought(self.fields)
        if self.parent is not None:
            sought.append((Sought(PARENT, "eq", ((self.parent, None),)),))
        if query.sorts or query.paths or rest:
            return self._sorted(passed, sought, query)
        return self._in_order(passed, sought, query)

    def _known(self, clause: AttributeClause) -> AttributeClause:
        """Turn a pattern into the values that match it, where there are not too many of them."""
        found: list[Comparison] = []
        for each in clause:
            if each.operator != "regex" or not is_indexed(each.path, self.fields):
                return clause
            path = ".".join(each.path)
            values = self.store.values(self.kind, path, limit=MOST_VALUES + 1)
            if len(values) > MOST_VALUES or any(value.endswith(CUT) for value in values):
                return clause
            found.append(Comparison(each.path, "eq", tuple(matching(each.values, values))))
        return tuple(found)

    def _in_order(self, live: list[Marked], sought: Sequence[Clause], query: Query) -> Listed:
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

    def _sorted(self, live: list[Marked], sought: Sequence[Clause], query: Query) -> Listed:
        """Give a page in the order asked for, or of what only the bodies tell."""
        _, rest = query.sought(self.fields)
        bodies: dict[str, Body] = dict(live)
        marks = [mark for mark, _ in live]
        keys: list[dict[str, tuple[float, str]]] = [{} for _ in query.sorts]
        for mark, body in live:
            _note(keys, query, mark, body)
        paths = [path for path, _ in query.sorts]
        if rest or query.paths or not all(is_indexed(path, self.fields) for path in paths):
            for row in self.store.each(self.kind, sought):
                body = self.shown(row.body)
                if query.passes(body):
                    marks.append(f"S:{row.seq}")
                    _note(keys, query, f"S:{row.seq}", body)
        else:
            seqs, values = self.store.order(self.kind, sought, [".".join(path) for path in paths])
            marks += [f"S:{seq}" for seq in seqs]
            for known, found in zip(keys, values, strict=True):
                known.update({f"S:{seq}": key for seq, key in found.items()})
        for (_, is_down), known in reversed(list(zip(query.sorts, keys, strict=True))):
            having = [mark for mark in marks if mark in known]
            having.sort(key=known.__getitem__, reverse=is_down)
            marks = [*having, *(mark for mark in marks if mark not in known)]
        return self._window(marks, bodies, query)

    def _window(self, marks: list[str], bodies: Mapping[str, Body], query: Query) -> Listed:
        start, end = query.offset, query.offset + query.limit
        if query.after:
            start = _place(query.after, marks) + 1
            end = start + query.limit
        elif query.before:
            end = _place(query.before, marks)
            start = max(0, end - query.limit)
        chosen = marks[start:end]
        seqs = [int(mark[2:]) for mark in chosen if mark not in bodies]
        kept = {f"S:{row.seq}": self.shown(row.body) for row in self.store.rows(self.kind, seqs)}
        found = [(mark, bodies.get(mark) or kept.get(mark)) for mark in chosen]
        return _listed([(mark, body) for mark, body in found if body], len(marks), query)


def _listed(marked: Sequence[Marked], total: int, query: Query) -> Listed:
    return Listed(
        items=[body for _, body in marked],
        total=total,
        first=marked[0][0] if marked else None,
        last=marked[-1][0] if marked else None,
        has_more=len(marked) == query.limit and len(marked) < total,
    )


def _note(
    keys: list[dict[str, tuple[float, str]]], query: Query, mark: str, body: Mapping[str, Any]
) -> None:
    for known, (path, _) in zip(keys, query.sorts, strict=True):
        key = sort_key(body, path)
        if key is not None:
            known[mark] = key


def _place(mark: str, marks: Sequence[str]) -> int:
    try:
        return marks.index(mark)
    except ValueError as error:
        raise bad("what the cursor stood at is gone", where="after, before") from error
