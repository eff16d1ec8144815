"""What a list is asked for: filters, attributes, order, page (TMF630)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from sentio.api.tmf.errors import bad
from sentio.api.tmf.filters import Clause, is_passed, parse_filters
from sentio.api.tmf.jsonpath import parse_jsonpath
from sentio.api.tmf.projecting import Tree, projection
from sentio.api.tmf.reading import Path, is_indexed, number_of, texts_at
from sentio.api.tmf.table import Fields, Generation
from sentio.store.state.open_api_search import Clause as Sought
from sentio.store.state.open_api_search import Sought as One

Params = Sequence[tuple[str, str]]
DEFAULT_LIMIT = 100
GREATEST_LIMIT = 1000
LARGEST = 2**53
MOST_SORTS = 5
Passes = Callable[[Mapping[str, Any]], bool]  # Any: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A list as it is asked for; a cursor is the mark of a resource (`mark`)."""

    clauses: tuple[Clause, ...]
    paths: tuple[Passes, ...]
    sorts: tuple[tuple[Path, bool], ...]  # path, and whether the greatest comes first
    tree: Tree | None
    offset: int
    limit: int
    after: str | None
    before: str | None

    def sought(self, fields: Fields) -> tuple[list[Sought], list[Clause]]:
        """Part the clauses into those that the index answers, and those that need the bodies."""
        found: list[Sought] = []
        rest: list[Clause] = []
        for clause in self.clauses:
            asked = _sought(clause, fields)
            if asked is None:
                rest.append(clause)
            else:
                found.append(asked)
        return found, rest

    def passes(self, body: Mapping[str, Any]) -> bool:  # Any: JSON
        """Tell whether a body passes all that is asked."""
        return is_passed(self.clauses, body) and all(path(body) for path in self.paths)


def read_query(params: Params, generation: Generation) -> Query:
    """Read the query of a list.

    Raises
    ------
    RequestError
        A part of it cannot be read.
    """
    said: dict[str, list[str]] = {}
    for name, value in params:
        said.setdefault(name, []).append(value)
    sorts = [part.strip() for value in said.get("sort", []) for part in value.split(",")]
    if len(sorts) > MOST_SORTS:
        raise bad("too many attributes to sort by", where="sort", expected=f"{MOST_SORTS} at most")
    return Query(
        clauses=parse_filters(params),
        paths=tuple(parse_jsonpath(text) for text in said.get("filter", []) if text.strip()),
        sorts=tuple(_sort(text) for text in sorts if text.strip("+-")),
        tree=projection(said.get("fields", []), generation),
        offset=_count(said, "offset", 0),
        limit=min(_count(said, "limit", DEFAULT_LIMIT), GREATEST_LIMIT),
        after=_mark(said, "after"),
        before=_mark(said, "before"),
    )


def cursor(mark: str) -> str:
    """Write the mark of a resource as an opaque text."""
    return base64.urlsafe_b64encode(mark.encode()).decode().rstrip("=")


def sort_key(body: Mapping[str, Any], path: Path) -> tuple[float, str] | None:  # Any: JSON
    """Give what a body is sorted by, None where it has nothing there."""
    return min((_text_key(text) for text in texts_at(body, path)), default=None)


def _text_key(text: str) -> tuple[float, str]:
    """Put numbers and times first, then texts."""
    number = number_of(text)
    return (inf if number is None else number, text)


def _sort(text: str) -> tuple[Path, bool]:
    return tuple(text.lstrip("+- ").split(".")), text.startswith("-")


def _count(said: Mapping[str, list[str]], name: str, default: int) -> int:
    text = said.get(name, [""])[-1].strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text[:20]) > LARGEST:
        raise bad(f"{name} is {text[:40]!r}", where=name, expected="a whole number, 0 or more")
    return int(text[:20])


def _mark(said: Mapping[str, list[str]], name: str) -> str | None:
    text = said.get(name, [""])[-1]
    if not text:
        return None
    try:
        mark = base64.urlsafe_b64decode(f"{text}{'=' * (-len(text) % 4)}").decode()
    except (binascii.Error, ValueError) as error:
        raise bad(f"{name} is no cursor of ours", where=name) from error
    kind, _, rest = mark.partition(":")
    if kind not in {"L", "S"} or (kind == "S" and not (rest.isascii() and rest.isdigit())):
        raise bad(f"{name} is no cursor of ours", where=name)
    return mark


def _sought(clause: Clause, fields: Fields) -> Sought | None:
    found: list[One] = []
    for each in clause:
        is_long = any(len(value) > LONGEST_INDEXED for value in each.values)
        if each.operator == "regex" or is_long or not is_indexed(each.path, fields):
            return None
        values = tuple((value, number_of(value)) for value in each.values)
        found.append(One(".".join(each.path), each.operator, values))
    return tuple(found)


LONGEST_INDEXED = 200
"""Characters: the index has no more of a value."""
