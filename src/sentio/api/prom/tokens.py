"""Cuts PromQL into tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sentio.api.prom.errors import MalformedQuery

TokenKind = Literal["number", "duration", "string", "name", "sign", "end"]

LONGEST = 10_000  # characters of a query
UNITS_MS = {
    "ms": 1,
    "s": 1000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 604_800_000,
    "y": 31_536_000_000,
}
TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
      | (?P<duration>(?:\d+(?:ms|[smhdwy]))+(?![\w.]))
      | (?P<number>0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<name>[a-zA-Z_][a-zA-Z0-9_:]*)
      | (?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`)
      | (?P<sign>==|!=|=~|!~|>=|<=|[-+*/%^><=(){}\[\],@:])
    """,
    re.VERBOSE,
)
DURATION_PART = re.compile(r"(\d+)(ms|[smhdwy])")
ESCAPE = re.compile(r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query, and at which character it begins."""

    kind: TokenKind
    text: str
    place: int


def tokens(query: str) -> Iterator[Token]:
    """Cut a query; the last token is of the kind ``end``.

    Raises
    ------
    MalformedQuery
        Something is no token, or the query is very long.
    """
    if len(query) > LONGEST:
        raise MalformedQuery("the query is too long", expected=f"at most {LONGEST} characters")
    place = 0
    while place < len(query):
        found = TOKEN.match(query, place)
        if found is None:
            raise MalformedQuery(
                f"{query[place : place + 20]!r} cannot be read", where=f"character {place + 1}"
            )
        if found.lastgroup != "space":
            yield Token(found.lastgroup, found.group(), place)  # pyright: ignore[reportArgumentType]  (named after the kinds)
        place = found.end()
    yield Token("end", "", place)


def duration_ms(text: str) -> int:
    """Read a duration such as ``1h30m``; raises `MalformedQuery`."""
    parts = DURATION_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise MalformedQuery(f"{text!r} is no duration", expected="such as 30s, 5m or 1h30m")
    return sum(int(number) * UNITS_MS[unit] for number, unit in parts)


def unquoted(text: str) -> str:
    """Give what a string says."""
    if text.startswith("`"):
        return text[1:-1]
    return ESCAPE.sub(_escaped, text[1:-1])


def _escaped(found: re.Match[str]) -> str:
    simple, byte, unicode, other = found.groups()
    if simple is not None:
        return ESCAPED.get(simple, simple)
    if other is not None:
        raise MalformedQuery(f"\\{other} is no escape in a string", expected="such as \\n or \\\\")
    return chr(int(byte or unicode, 16))
