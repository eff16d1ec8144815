"""From the filters of a list to what the index is asked, and what the bodies are asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sentio.api.tmf.asking import clauses_of
from sentio.api.tmf.filters import Clause as AttributeClause
from sentio.api.tmf.filters import Comparison, is_passed
from sentio.api.tmf.jsonpath import Filter
from sentio.api.tmf.patterns import matching
from sentio.api.tmf.query import Query
from sentio.store.state.open_api import OpenApiStore, Opened, Wanted
from sentio.store.state.open_api_search import Clause, Kind, Sought
from sentio.store.state.open_api_values import CUT, TEXT_MAX, is_named, number_of

Body = dict[str, Any]  # Any: JSON
MOST_VALUES = 100_000  # that a pattern is tried on
PARENT = "^"  # the path in the index under which a resource's parent stands


@dataclass(frozen=True, slots=True)
class Chooser:
    """Reads filters for resources of one kind; ``shown`` makes of a kept body what clients see."""

    store: OpenApiStore
    kind: Kind
    shown: Callable[[Mapping[str, Any]], Body]  # Any: JSON

    def wanted(self, query: Query, parent: str | None) -> Wanted:
        """Give what is to be asked of the store."""
        clauses: list[Clause] = []
        if parent is not None:
            clauses.append((Sought(PARENT, "eq", ((parent, None),)),))
        rest: list[AttributeClause] = []
        for clause in query.clauses:
            asked = self._clause(clause)
            if asked is None:
                rest.append(clause)
            else:
                clauses.append(asked)
        paths: list[Filter] = []
        for path in query.paths:
            found, is_exact = clauses_of(path.asked, self._matching)
            clauses += found
            if not is_exact:
                paths.append(path)
        return Wanted(tuple(clauses), self._opened(tuple(rest), tuple(paths)))

    def _opened(
        self, rest: tuple[AttributeClause, ...], paths: tuple[Filter, ...]
    ) -> Opened | None:
        if not rest and not paths:
            return None

        def holds(kept: Body) -> bool:
            body = self.shown(kept)
            return is_passed(rest, body) and all(path(body) for path in paths)

        return Opened((rest, tuple(path.text for path in paths)), holds)

    def _clause(self, clause: AttributeClause) -> Clause | None:
        """Turn a clause into one of the index, None where it does not know enough."""
        found: list[Sought] = []
        for each in clause:
            is_long = any(len(value) > TEXT_MAX for value in each.values)
            if is_long or not is_named(each.path):
                return None
            asked = self._sought(each)
            if asked is None:
                return None
            found.append(asked)
        return tuple(found)

    def _sought(self, asked: Comparison) -> Sought | None:
        path = ".".join(asked.path)
        if asked.operator != "regex":
            values = tuple((value, number_of(value)) for value in asked.values)
            return Sought(path, asked.operator, values)
        matched = [self._matching(pattern, path, 0) for pattern in asked.values]
        if any(each is None for each in matched):
            return None
        texts = dict.fromkeys(text for each in matched for text in each or ())
        return Sought(path, "eq", tuple((text, None) for text in texts))

    def _matching(self, pattern: str, path: str, forms: int) -> Sequence[str] | None:
        """Give the values that match; None where there are too many, or not kept in full."""
        values = self.store.values(self.kind, path, limit=MOST_VALUES + 1, forms=forms)
        if len(values) > MOST_VALUES or any(value.endswith(CUT) for value in values):
            return None
        return matching((pattern,), values)
