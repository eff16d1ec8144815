"""What a list is asked for: filters, attributes, order, page (TMF630)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sentio.api.tmf.errors import bad
from sentio.api.tmf.filters import Clause, is_passed, parse_filters
from sentio.api.tmf.jsonpath import Filter, parse_jsonpath
from sentio.api.tmf.projecting import Tree, projection
from sentio.api.tmf.table import Generation
from sentio.store.state.open_api_values import Key, Path, kept_text, key_of, number_of, texts_at

Params = Sequence[tuple[str, str]]
DEFAULT_LIMIT = 100
GREATEST_LIMIT = 1000
LARGEST = 2**53
MOST_SORTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A list as it is asked for; a cursor is the mark of a resource (`mark`)."""

    clauses: tuple[Clause, ...]
    paths: tuple[Filter, ...]
    sorts: tuple[tuple[Path, bool], ...]  # path, and whether the greatest comes first
    tree: Tree | None
    offset: int
    limit: int
    after: str | None
    before: str | None

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


def sort_key(body: Mapping[str, Any], path: Path) -> Key | None:  # Any: JSON
    """Give what a body is sorted by, None where it has nothing there."""
    texts = (kept_text(text) for text in texts_at(body, path))
    return min((key_of(text, number_of(text)) for text in texts), default=None)


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
