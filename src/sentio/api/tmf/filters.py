"""Filters of lists: dotted attributes, operators, and, or, ranges (TMF630 part 1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from sentio.api.tmf.errors import bad
from sentio.api.tmf.patterns import check_pattern, is_match
from sentio.store.state.open_api_values import Path, number_of, texts_at

Operator = Literal["eq", "ne", "gt", "gte", "lt", "lte", "regex"]
RESERVED = frozenset({"fields", "offset", "limit", "sort", "filter", "before", "after"})
MOST_TESTS = 100
SYMBOLS = (("!", "ne"), (">", "gt"), ("<", "lt"))
KEY = re.compile(r"[^<>!]*")
PART = re.compile(r"""\s*(?:"(?:[^"]*)"|'(?:[^']*)'|[^,;]*)\s*(?:[,;]|$)""")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: holds if any value at the path does it to any of the ``values``.

    ``ne`` is the contrary of ``eq``: it holds where nothing at the path is one of the values.
    """

    path: Path
    operator: Operator
    values: tuple[str, ...]

    def holds(self, body: object) -> bool:
        """Tell whether a body passes."""
        found = texts_at(body, self.path)
        if self.operator == "eq":
            return any(text in self.values for text in found)
        if self.operator == "ne":
            return not any(text in self.values for text in found)
        if self.operator == "regex":
            return is_match(self.values, list(found))
        return any(compare(text, self.operator, each) for text in found for each in self.values)


Clause = tuple[Comparison, ...]
"""Tests of which one must hold."""


def parse_filters(items: Iterable[tuple[str, str]]) -> tuple[Clause, ...]:
    """Read the attribute filters of a query; all clauses must hold.

    An attribute that is repeated, or has several values between ``,`` or ``;``, may have any.

    Raises
    ------
    RequestError
        A pattern cannot be read, or there are too many tests.
    """
    together: dict[tuple[Path, Operator], list[str]] = {}
    clauses: list[Clause] = []
    for key, value in items:
        if key in RESERVED or key.startswith("_"):
            continue
        tests = list(_tests(*_with_symbol(key, value)))
        if len(tests) > 1 or tests[0].operator == "ne":
            clauses.append(tuple(tests))
        else:
            test = tests[0]
            together.setdefault((test.path, test.operator), []).extend(test.values)
    for (path, operator), values in together.items():
        clauses.append((Comparison(path, operator, tuple(dict.fromkeys(values))),))
    if sum(len(test.values) for clause in clauses for test in clause) > MOST_TESTS:
        raise bad("the filter has too many tests", where="query", expected=f"{MOST_TESTS} at most")
    return tuple(clauses)


def is_passed(clauses: Iterable[Clause], body: Mapping[str, object]) -> bool:
    """Tell whether a body passes all clauses."""
    return all(any(test.holds(body) for test in clause) for clause in clauses)


def compare(text: str, operator: Operator, asked: str) -> bool:
    """Compare as numbers or times where both are, as texts where neither is."""
    left, right = number_of(text), number_of(asked)
    if left is not None and right is not None:
        sign = (left > right) - (left < right)
    elif left is None and right is None:
        sign = (text > asked) - (text < asked)
    else:
        return False
    return {"gt": sign > 0, "gte": sign >= 0, "lt": sign < 0, "lte": sign <= 0}[operator]


def _tests(key: str, value: str) -> Iterator[Comparison]:
    """Read ``key=value``; behind ``;`` another ``key=value`` may stand, which is an or."""
    path, operator = _path(key)
    if operator == "regex":
        pattern = _unquoted(value)
        check_pattern(pattern)
        yield Comparison(path, operator, (pattern,))
        return
    parts = list(_parts(value))
    own: list[str] = [_unquoted(value)] if len(parts) > 1 else []
    others: list[Comparison] = []
    for part in parts:
        name, equals, rest = part.partition("=")
        if equals and re.fullmatch(r"[@A-Za-z][\w.@-]*", name) and part is not parts[0]:
            if _path(name) == (path, operator):
                own.append(_unquoted(rest))
            else:
                others += _tests(name, rest)
        else:
            own.append(_unquoted(part))
    yield Comparison(path, operator, tuple(dict.fromkeys(own)))
    yield from others


def _path(key: str) -> tuple[Path, Operator]:
    path = tuple(key.split("."))
    if len(path) > 1 and path[-1] in get_args(Operator):
        operator: Operator = path[-1]  # pyright: ignore[reportAssignmentType]  (one of them)
        return path[:-1], operator
    return path, "eq"


def _with_symbol(key: str, value: str) -> tuple[str, str]:
    """Read ``date>=x``, which arrives as key ``date>`` and value x, and ``date>x``."""
    name = KEY.match(key)
    rest = key[name.end() :] if name else ""
    for symbol, operator in SYMBOLS:
        if rest.startswith(symbol) and name and name[0]:
            if rest == symbol:
                with_equals = operator if operator == "ne" else f"{operator}e"
                return f"{name[0]}.{with_equals}", value
            return f"{name[0]}.{operator}", rest[1:] + (f"={value}" if value else "")
    return key, value


def _parts(value: str) -> Iterator[str]:
    at = 0
    while at < len(value):
        found = PART.match(value, at)
        if found is None or found.end() == at:  # a quote in the middle of a value
            yield value[at:]
            return
        yield found[0].rstrip(",;") if found.end() < len(value) else found[0]
        at = found.end()
    if not value:
        yield ""


def _unquoted(value: str) -> str:
    text = value.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return value
