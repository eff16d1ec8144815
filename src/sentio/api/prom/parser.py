"""Reads PromQL: a recursive descent over its tokens, for the documented part of the language."""

from __future__ import annotations

from dataclasses import replace

from sentio.api.prom.checking import check
from sentio.api.prom.errors import MalformedQuery, UnsupportedQuery
from sentio.api.prom.functions import AGGREGATIONS, FUNCTIONS, UNSUPPORTED, WITH_PARAMETER
from sentio.api.prom.syntax import (
    Aggregate,
    Binary,
    Call,
    Expression,
    Matcher,
    MatchSign,
    Negative,
    Number,
    Selector,
)
from sentio.api.prom.tokens import Token, TokenKind, duration_ms, tokens, unquoted

COMPARISONS = ("==", "!=", ">", "<", ">=", "<=")
LEVELS = (COMPARISONS, ("+", "-"), ("*", "/", "%"))
"""Signs by how weakly they bind."""

SET_SIGNS = ("and", "or", "unless", "atan2")
MATCHES: dict[str, MatchSign] = {"=": "=", "!=": "!=", "=~": "=~", "!~": "!~"}
DEEPEST = 50  # parentheses within each other


def parse(query: str) -> Expression:
    """Read a query.

    Raises
    ------
    MalformedQuery
        It is no PromQL.
    UnsupportedQuery
        It is PromQL, but none that is supported.

    Examples
    --------
    >>> parse("1 + 2 * 3")  # doctest: +ELLIPSIS
    Binary(sign='+', left=Number(value=1.0), right=Binary(sign='*', ...
    """
    reader = _Reader(query)
    found = reader.expression()
    reader.expect_end()
    check(found)
    return found


def parse_selector(text: str) -> tuple[Matcher, ...]:
    """Read what ``match[]`` holds: one selector, with neither range nor offset."""
    found = parse(text)
    if not isinstance(found, Selector) or found.range_ms or found.offset_ms:
        raise MalformedQuery(f"{text!r} is no selector of series", where="match[]")
    return found.matchers


class _Reader:
    def __init__(self, query: str) -> None:
        self._tokens = list(tokens(query))
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _is(self, *texts: str) -> bool:
        return self._next.kind in ("sign", "name") and self._next.text in texts

    def _skip(self, text: str) -> bool:
        if self._is(text):
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._skip(text):
            raise self._unexpected(repr(text))

    def expect_end(self) -> None:
        """Refuse whatever is left."""
        if self._next.kind != "end":
            raise self._unexpected("the end of the query")

    def _unexpected(self, expected: str) -> MalformedQuery:
        found = repr(self._next.text) if self._next.kind != "end" else "the end"
        place = f"character {self._next.place + 1}"
        return MalformedQuery(f"unexpected {found}", where=place, expected=expected)

    def expression(self, level: int = 0) -> Expression:
        """Read signs of a level, and what binds closer."""
        if level == len(LEVELS):
            return self._unary()
        left = self.expression(level + 1)
        while True:
            if level == 0 and self._is(*SET_SIGNS):
                raise UnsupportedQuery(f"the operator {self._next.text!r} is not supported")
            if not self._is(*LEVELS[level]):
                return left
            sign = self._take().text
            left = self._binary(sign, left, level + 1)

    def _binary(self, sign: str, left: Expression, level: int | None) -> Expression:
        is_bool = self._skip("bool")
        if is_bool and sign not in COMPARISONS:
            raise MalformedQuery(f"bool goes with comparisons only, not with {sign!r}")
        on: tuple[str, ...] | None = None
        ignoring: tuple[str, ...] = ()
        if self._skip("on"):
            on = self._labels()
        elif self._skip("ignoring"):
            ignoring = self._labels()
        if self._is("group_left", "group_right"):
            raise UnsupportedQuery(
                f"{self._next.text} is not supported",
                expected="one series on each side for each set of labels",
            )
        right = self._unary() if level is None else self.expression(level)
        return Binary(sign=sign, left=left, right=right, is_bool=is_bool, on=on, ignoring=ignoring)

    def _unary(self) -> Expression:
        if self._skip("-"):
            self._deeper()
            inner = self._unary()
            self._depth -= 1
            return Number(-inner.value) if isinstance(inner, Number) else Negative(inner)
        if self._skip("+"):
            return self._unary()
        base = self._postfix()
        if self._skip("^"):  # binds from the right, and closer than a sign in front
            return self._binary("^", base, None)
        return base

    def _postfix(self) -> Expression:
        found = self._primary()
        if self._skip("["):
            found = self._ranged(found)
        if self._skip("offset"):
            found = self._shifted(found)
        if self._is("@"):
            raise UnsupportedQuery("the modifier @ is not supported")
        return found

    def _ranged(self, found: Expression) -> Expression:
        range_ms = self._duration()
        if self._is(":"):
            raise UnsupportedQuery("subqueries such as [1h:5m] are not supported")
        self._expect("]")
        if not isinstance(found, Selector) or found.range_ms:
            raise MalformedQuery("a range in brackets goes behind a selector of series only")
        if range_ms <= 0:
            raise MalformedQuery("a range must be longer than nothing")
        return replace(found, range_ms=range_ms)

    def _shifted(self, found: Expression) -> Expression:
        is_negative = self._skip("-")
        offset_ms = self._duration()
        if not isinstance(found, Selector):
            raise MalformedQuery("offset goes behind a selector of series only")
        return replace(found, offset_ms=-offset_ms if is_negative else offset_ms)

    def _duration(self) -> int:
        if self._next.kind != "duration":
            raise self._unexpected("a duration such as 5m")
        return duration_ms(self._take().text)

    def _primary(self) -> Expression:
        token = self._next
        if token.kind == "number":
            return Number(_number(self._take().text))
        if token.kind == "name":
            return self._named(self._take())
        if token.kind == "string":
            raise UnsupportedQuery("texts as values are not supported")
        if self._is("{"):
            return Selector(matchers=self._matchers(None))
        if self._skip("("):
            self._deeper()
            inner = self.expression()
            self._depth -= 1
            self._expect(")")
            return inner
        raise self._unexpected("a number, a metric, a function or a parenthesis")

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise UnsupportedQuery(f"more than {DEEPEST} parentheses stand within each other")

    def _named(self, token: Token) -> Expression:
        name, lower = token.text, token.text.lower()
        if lower in AGGREGATIONS | WITH_PARAMETER and self._is("(", "by", "without"):
            return self._aggregate(lower)
        if lower in ("inf", "nan") and not self._is("{"):
            return Number(float(lower))
        if not self._is("("):
            return Selector(matchers=self._matchers(name))
        if name in UNSUPPORTED:
            raise UnsupportedQuery(f"the function {name} is not supported")
        if name not in FUNCTIONS:
            raise MalformedQuery(f"no function is called {name!r}")
        return Call(name, self._arguments())

    def _arguments(self) -> tuple[Expression, ...]:
        self._expect("(")
        self._deeper()
        found: list[Expression] = []
        while not self._is(")"):
            found.append(self.expression())
            if not self._skip(","):
                break
        self._depth -= 1
        self._expect(")")
        return tuple(found)

    def _aggregate(self, operator: str) -> Aggregate:
        before = self._grouping()
        given = self._arguments()
        labels, is_without = before or self._grouping() or ((), False)
        wanted = 2 if operator in WITH_PARAMETER else 1
        if len(given) != wanted:
            raise MalformedQuery(f"{operator} takes {wanted} argument(s), {len(given)} are given")
        return Aggregate(
            operator=operator,
            expression=given[-1],
            labels=labels,
            is_without=is_without,
            parameter=given[0] if wanted == 2 else None,  # noqa: PLR2004  (parameter and series)
        )

    def _grouping(self) -> tuple[tuple[str, ...], bool] | None:
        if self._is("by", "without"):
            return (
                (self._labels(), True)
                if self._take().text == "without"
                else (self._labels(), False)
            )
        return None

    def _labels(self) -> tuple[str, ...]:
        self._expect("(")
        found: list[str] = []
        while self._next.kind == "name":
            found.append(self._take().text)
            if not self._skip(","):
                break
        self._expect(")")
        return tuple(found)

    def _matchers(self, name: str | None) -> tuple[Matcher, ...]:
        found = [] if name is None else [Matcher("__name__", "=", name)]
        if not self._skip("{"):
            return tuple(found)
        while not self._is("}"):
            found.append(self._matcher())
            if not self._skip(","):
                break
        self._expect("}")
        if all(_takes_nothing(each) for each in found):
            raise MalformedQuery("a selector must name a metric, or a label that is not empty")
        return tuple(found)

    def _matcher(self) -> Matcher:
        label = self._of_kind("name", "the name of a label")
        if self._next.text not in MATCHES:
            raise self._unexpected("=, !=, =~ or !~")
        sign = MATCHES[self._take().text]
        return Matcher(label, sign, unquoted(self._of_kind("string", "a text in quotation marks")))

    def _of_kind(self, kind: TokenKind, expected: str) -> str:
        if self._next.kind != kind:
            raise self._unexpected(expected)
        return self._take().text


def _takes_nothing(matcher: Matcher) -> bool:
    """Tell whether a matcher may well take a series that lacks the label."""
    if matcher.sign == "=":
        return not matcher.value
    if matcher.sign == "!=":
        return bool(matcher.value)
    return matcher.sign == "!~" or matcher.value in ("", ".*")


def _number(text: str) -> float:
    return float(int(text, 16)) if text.startswith("0x") else float(text)
