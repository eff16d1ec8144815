"""The ``filter`` of lists: JSONPath (RFC 9535) as far as it selects by name, index and test."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sentio.api.tmf.asking import All, Asked, Compared, Either, Has, Matches, Not, Within
from sentio.api.tmf.errors import bad
from sentio.api.tmf.moments import seconds
from sentio.api.tmf.patterns import check_pattern, is_match

LONGEST = 1000
DEEPEST = 20
Nodes = list[Any]  # Any: JSON
Step = Callable[[Nodes], Nodes]
Test = tuple[Callable[[Any], bool], Asked]
Way = str | tuple[Asked] | None
"""A name, a test, or what the index does not know."""
TOKEN = re.compile(
    r"""\s*(?:
      (?P<op>\[\?|==|!=|<=|>=|=~|&&|\|\||[.()\[\]<>!*@$?,])
    | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<pattern>/(?:[^/\\]|\\.)+/)
    | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<name>[A-Za-z_][\w:-]*)
    )\s*""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter as it was written, and what it asks in words that the index knows."""

    text: str
    select: Step
    asked: Asked

    def __call__(self, body: Mapping[str, Any]) -> bool:  # Any: JSON
        """Tell whether a resource has what it selects."""
        return bool(self.select([body]))


def parse_jsonpath(text: str) -> Filter:
    """Read a filter.

    Raises
    ------
    RequestError
        It cannot be read, or asks for what is not offered (``..``, slices, functions).
    """
    if len(text) > LONGEST:
        raise bad("the filter is too long", where="filter", expected=f"{LONGEST} characters")
    steps, names = _Reader(_tokens(text)).path(is_whole=True)
    return Filter(text, steps, _selected(names))


def select_jsonpath(text: str) -> Callable[[Nodes], Nodes]:
    """Read a path that selects nodes, for patches; raises `RequestError`."""
    return _Reader(_tokens(text[:LONGEST])).path(is_whole=True)[0]


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        token = TOKEN.match(text, at)
        if token is None or not token.lastgroup:
            raise _unreadable(text[at : at + 20])
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return found


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that stands in a test."""

    value: object


Ways = tuple[Way, ...] | Literal


@dataclass(slots=True)
class _Reader:
    tokens: Sequence[tuple[str, str]]
    at: int = 0
    depth: int = field(default=0)

    def path(self, *, is_whole: bool = False) -> tuple[Step, tuple[Way, ...]]:
        """Read names, indices and tests; in a test it ends where they end."""
        ways: list[tuple[Step, Way]] = []
        if self.takes("$"):
            pass
        elif self.kind() == "name":
            ways.append(_named(self.next()))
        while True:
            if self.takes("."):
                ways.append((_any_child, None) if self.takes("*") else _named(self.name()))
            elif self.takes("[?"):
                holds, asked = self.test_of_brackets()
                ways.append((_kept(holds), (asked,)))
            elif self.takes("["):
                ways.append(self.brackets())
            elif self.kind() == "name" and not is_whole and not ways:
                ways.append(_named(self.next()))
            else:
                break
        if is_whole and self.at < len(self.tokens):
            raise _unreadable(self.tokens[self.at][1])
        return _chain([step for step, _ in ways]), tuple(way for _, way in ways)

    def brackets(self) -> tuple[Step, Way]:
        kind, said = self.kind(), self.next()
        self.needs("]")
        if kind == "text":
            return _named(_inner(said))
        if kind == "number" and said.lstrip("-").isdigit():
            return _indexed(int(said)), None
        if said == "*":
            return _any_child, None
        raise _unreadable(said)

    def test_of_brackets(self) -> Test:
        test = self.either()
        self.needs("]")
        return test

    def either(self) -> Test:
        self.deepen()
        tests = [self.every()]
        while self.takes("||"):
            tests.append(self.every())
        self.depth -= 1
        asked = Either(tuple(asked for _, asked in tests))
        return lambda node: any(test(node) for test, _ in tests), asked

    def deepen(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _unreadable("one nested so deeply")

    def every(self) -> Test:
        tests = [self.single()]
        while self.takes("&&"):
            tests.append(self.single())
        asked = All(tuple(asked for _, asked in tests))
        return lambda node: all(test(node) for test, _ in tests), asked

    def single(self) -> Test:
        if self.takes("!"):
            self.deepen()
            denied, asked = self.single()
            self.depth -= 1
            return lambda node: not denied(node), Not(asked)
        if self.takes("("):
            test = self.either()
            self.needs(")")
            return test
        left, ways = self.operand()
        sign = self.peek()
        if sign not in COMPARISONS:
            return lambda node: bool(left(node)), _selected(ways)
        self.next()
        if sign == "=~":
            return self.matched(left, ways)
        right, others = self.operand()
        holds = COMPARISONS[sign]
        asked = _compared(ways, sign, others)
        return lambda node: any(holds(a, b) for a in left(node) for b in right(node)), asked

    def matched(self, left: Callable[[Any], Nodes], ways: Ways) -> Test:
        pattern = _inner(self.next())
        check_pattern(pattern)
        names = _names(ways)
        asked = None if names is None else Matches(names, pattern)
        return lambda node: is_match(
            (pattern,), [x for x in left(node) if isinstance(x, str)]
        ), asked

    def operand(self) -> tuple[Callable[[Any], Nodes], Ways]:
        kind = self.kind()
        said = self.peek()
        if kind == "text":
            value: object = _inner(self.next())
        elif kind == "number":
            value = float(self.next())
        elif kind == "name" and said in CONSTANTS:
            value = CONSTANTS[self.next()]
        elif self.takes("@"):
            steps, ways = self.path()  # @size as well as @.size: TM Forum writes the first
            return lambda node: steps([node]), ways
        else:
            raise _unreadable(said)
        return lambda _node: [value], Literal(value)

    def name(self) -> str:
        if self.takes("@"):
            return f"@{self.name()}"
        if self.kind() != "name":
            raise _unreadable(self.peek())
        return self.next()

    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        said = self.peek()
        if not said:
            raise _unreadable("its end")
        self.at += 1
        return said

    def takes(self, said: str) -> bool:
        if self.kind() == "op" and self.peek() == said:
            self.at += 1
            return True
        return False

    def needs(self, said: str) -> None:
        if not self.takes(said):
            raise _unreadable(self.peek() or "its end")


def _named(name: str) -> tuple[Step, Way]:
    def step(nodes: Nodes) -> Nodes:
        found: Nodes = []
        for node in nodes:
            for each in node if isinstance(node, list) else [node]:
                if isinstance(each, dict) and name in each:
                    found.append(each[name])
        return found

    return step, name


def _indexed(index: int) -> Step:
    def step(nodes: Nodes) -> Nodes:
        lists = [node for node in nodes if isinstance(node, list)]
        return [node[index] for node in lists if -len(node) <= index < len(node)]

    return step


def _any_child(nodes: Nodes) -> Nodes:
    found: Nodes = []
    for node in nodes:
        found += node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return found


def _kept(test: Callable[[Any], bool]) -> Step:
    def step(nodes: Nodes) -> Nodes:
        found: Nodes = []
        for node in nodes:
            inner = node if isinstance(node, list) else [node]
            found += [each for each in inner if not isinstance(each, list) and test(each)]
        return found

    return step


def _selected(ways: Ways) -> Asked:
    """Say that a path selects anything; a literal is always there."""
    if isinstance(ways, Literal):
        return All(())
    names: list[str] = []
    for at, way in enumerate(ways):
        if way is None:
            return None
        if isinstance(way, tuple):
            rest = ways[at + 1 :]
            tests = (*way, *((_selected(rest),) if rest else ()))
            return Within(tuple(names), All(tests))
        names.append(way)
    return Has(tuple(names))


def _names(ways: Ways) -> tuple[str, ...] | None:
    """Give the names of a path of names, None for any other."""
    if isinstance(ways, Literal):
        return None
    names = tuple(way for way in ways if isinstance(way, str))
    return names if len(names) == len(ways) else None


def _compared(left: Ways, sign: str, right: Ways) -> Asked:
    if isinstance(left, Literal):
        left, right, sign = right, left, TURNED.get(sign, sign)
    names = _names(left)
    if names is None or not isinstance(right, Literal):
        return None
    return Compared(names, sign, right.value)


def _chain(steps: Sequence[Step]) -> Step:
    def select(nodes: Nodes) -> Nodes:
        for step in steps:
            nodes = step(nodes)
        return nodes

    return select


def _inner(said: str) -> str:
    return re.sub(r"\\(.)", r"\1", said[1:-1]) if said[0] in "'\"" else said[1:-1]


def _same(a: object, b: object) -> bool:
    return isinstance(a, bool) == isinstance(b, bool) and a == b


def _sign(a: object, b: object) -> int | None:
    if isinstance(a, str) and isinstance(b, str):
        a_s, b_s = seconds(a), seconds(b)
        left, right = (a, b) if a_s is None or b_s is None else (a_s, b_s)
        return (left > right) - (left < right)  # pyright: ignore[reportOperatorIssue]  (of one type)
    numbers = (int, float)
    if isinstance(a, numbers) and isinstance(b, numbers) and not isinstance(a, bool):
        return (a > b) - (a < b)
    return None


def _unreadable(said: str) -> Exception:
    return bad(
        f"the filter cannot be read at {said!r}",
        where="filter",
        expected="JSONPath such as $[?(@.priority=='1')] or note[?(@.author=='x')]",
    )


TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": _same,
    "!=": lambda a, b: not _same(a, b),
    "<": lambda a, b: _sign(a, b) == -1,
    "<=": lambda a, b: _sign(a, b) in {-1, 0},
    ">": lambda a, b: _sign(a, b) == 1,
    ">=": lambda a, b: _sign(a, b) in {1, 0},
    "=~": lambda _a, _b: False,  # read apart
}
