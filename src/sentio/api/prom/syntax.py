"""What a query is made of, once it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

MatchSign = Literal["=", "!=", "=~", "!~"]


@dataclass(frozen=True, slots=True)
class Matcher:
    """A condition on one label; a label that a series lacks is the empty text."""

    label: str
    sign: MatchSign
    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it stands."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """Series by name and labels; ``range_ms`` makes it a range vector, `offset_ms` looks back."""

    matchers: tuple[Matcher, ...]
    range_ms: int = 0
    offset_ms: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A function and what it is given."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """An aggregation over series; ``parameter`` is the k of topk, the share of quantile."""

    operator: str
    expression: Expression
    labels: tuple[str, ...] = ()
    is_without: bool = False
    parameter: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary:
    """Two sides and a sign; ``on`` and ``ignoring`` say which labels must be equal."""

    sign: str
    left: Expression
    right: Expression
    is_bool: bool = False
    on: tuple[str, ...] | None = None
    ignoring: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Negative:
    """The other sign of something."""

    expression: Expression


Expression: TypeAlias = Number | Selector | Call | Aggregate | Binary | Negative
"""Anything that has a value."""

Shape = Literal["scalar", "vector", "range"]
