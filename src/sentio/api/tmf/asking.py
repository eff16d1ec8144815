"""What a JSONPath asks, in comparisons that the index answers, as far as it can.

What it cannot answer is left out, so that all that is wanted passes, and more: then the bodies are
looked at as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias

from sentio.store.state.open_api_search import Clause, Operator, Sought
from sentio.store.state.open_api_values import (
    FIGURE,
    LARGEST_EXACT,
    LISTED,
    SIMPLE,
    TEXT,
    TEXT_MAX,
    TRUTH,
    UNNAMED,
    Path,
    is_named,
    seconds,
    text_of,
)

MOST_CLAUSES = 64


@dataclass(frozen=True, slots=True)
class Compared:
    """Anything at a path does it to a value."""

    path: Path
    sign: str
    value: object


@dataclass(frozen=True, slots=True)
class Has:
    """There is anything at a path."""

    path: Path


@dataclass(frozen=True, slots=True)
class Matches:
    """A text at a path has the pattern in it."""

    path: Path
    pattern: str


@dataclass(frozen=True, slots=True)
class Within:
    """One and the same element at a path passes a test."""

    path: Path
    test: Asked


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary holds."""

    asked: Asked


@dataclass(frozen=True, slots=True)
class All:
    """All of it hold."""

    parts: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any of it holds."""

    parts: tuple[Asked, ...]


Asked: TypeAlias = "Compared | Has | Matches | Within | Not | All | Either | None"
"""None stands for what the index knows nothing of."""

Matching = Callable[[str, str, int], Sequence[str] | None]
"""Gives the values at a path, of some forms, that have a pattern in them; None if too many."""


def clauses_of(asked: Asked, matching: Matching) -> tuple[list[Clause], bool]:
    """Give clauses that all that is asked for passes, and whether nothing else does."""
    reading = _Reading(matching)
    return reading.clauses(asked, (), is_denied=False), reading.is_exact


@dataclass(slots=True)
class _Reading:
    matching: Matching
    is_exact: bool = True

    def clauses(self, asked: Asked, above: Path, *, is_denied: bool) -> list[Clause]:
        """Read what is asked of an element at a path, of the resource itself at the first."""
        match asked:
            case None:
                return self.unknown()
            case Not(inner):
                return self.clauses(inner, above, is_denied=not is_denied)
            case All(parts) | Either(parts):
                read = self.every if isinstance(asked, All) != is_denied else self.either
                return read(parts, above, is_denied=is_denied)
            case Within(path, test):
                return self.within(test, (*above, *path), above, is_denied=is_denied)
            case _:
                return self.leaf(asked, above, is_denied=is_denied)

    def every(self, parts: Sequence[Asked], above: Path, *, is_denied: bool) -> list[Clause]:
        """Read what must all hold; of one element the index does not tell that."""
        self.is_exact &= not above or len(parts) < 2  # noqa: PLR2004  (nothing together)
        return [x for each in parts for x in self.clauses(each, above, is_denied=is_denied)]

    def either(self, parts: Sequence[Asked], above: Path, *, is_denied: bool) -> list[Clause]:
        options = [self.clauses(each, above, is_denied=is_denied) for each in parts]
        count = 1
        for each in options:
            count *= len(each)
        if count > MOST_CLAUSES:
            return self.unknown()
        return [tuple(x for clause in some for x in clause) for some in product(*options)]

    def within(self, test: Asked, path: Path, above: Path, *, is_denied: bool) -> list[Clause]:
        if path == above and not above:
            return self.clauses(test, (), is_denied=is_denied)
        if not is_denied:
            return self.clauses(test, path, is_denied=False)
        inner = _Reading(self.matching)
        found = inner.clauses(test, path, is_denied=False)
        if above or not inner.is_exact or len(found) > 1:
            return self.unknown()
        return [(replace(x, is_denied=not x.is_denied),) for x in found[0]] if found else [()]

    def leaf(
        self, asked: Compared | Has | Matches, above: Path, *, is_denied: bool
    ) -> list[Clause]:
        """Read a comparison; that an element lacks something is not that all lack it."""
        path = (*above, *asked.path)
        if (above and is_denied) or not path or not is_named(path):
            return self.unknown()
        found = self.sought(asked, ".".join(path), LISTED if not asked.path else 0)
        if found is None:
            return self.unknown()
        if is_denied:
            return [(replace(each, is_denied=True),) for each in found]
        return [tuple(found)]

    def sought(
        self, asked: Compared | Has | Matches, path: str, listed: int
    ) -> list[Sought] | None:
        if isinstance(asked, Has):
            return None if listed else _there(path)
        if isinstance(asked, Matches):
            forms = TEXT | TEXT * listed
            values = self.matching(asked.pattern, path, forms)
            return None if values is None else [_equal(path, values, forms)]
        return _compared(path, asked.sign, asked.value, listed)

    def unknown(self) -> list[Clause]:
        self.is_exact = False
        return []


def _compared(path: str, sign: str, value: object, listed: int) -> list[Sought] | None:
    if value is None:
        return None if listed else _null(path, sign)
    kind = TRUTH if isinstance(value, bool) else TEXT if isinstance(value, str) else FIGURE
    text, forms = text_of(value), kind | kind * listed
    is_large = isinstance(value, float) and abs(value) >= LARGEST_EXACT
    if len(text) > TEXT_MAX or is_large:
        return None
    if sign == "==":
        return [_equal(path, [text], forms)]
    if sign == "!=":
        differs = Sought(path, "differs", ((text, None),), forms)
        return None if listed else [differs, *_there(path)[1:]]
    if isinstance(value, bool):
        return []
    number = seconds(text) if isinstance(value, str) else float(text)
    return [Sought(path, OPERATORS[sign], ((text, number),), forms)]


def _null(path: str, sign: str) -> list[Sought]:
    empty = Sought(path + UNNAMED, "eq", (("empty", None), ("listed", None)))
    if sign == "==":
        return [_equal(path + UNNAMED, ["null"], TEXT)]
    return [*_there(path)[:1], empty, *_there(path)[2:]] if sign == "!=" else []


def _there(path: str) -> list[Sought]:
    """Say that there is something at a path: scalars, what holds none, or what holds some."""
    return [
        Sought(path, "has", forms=SIMPLE),
        Sought(path + UNNAMED, "has", forms=TEXT),
        Sought(path, "under", forms=SIMPLE),
    ]


def _equal(path: str, values: Sequence[str], forms: int) -> Sought:
    return Sought(path, "eq", tuple((value, None) for value in values), forms)


OPERATORS: dict[str, Operator] = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
