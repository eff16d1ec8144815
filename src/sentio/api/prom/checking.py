"""Whether the parts of a query fit together: what is a number, a vector, a range."""

from __future__ import annotations

from collections.abc import Iterator

from sentio.api.prom.errors import MalformedQuery
from sentio.api.prom.functions import FUNCTIONS
from sentio.api.prom.syntax import (
    Aggregate,
    Binary,
    Call,
    Expression,
    Negative,
    Number,
    Selector,
    Shape,
)

WORDS: dict[Shape, str] = {
    "scalar": "a number",
    "vector": "series at one moment",
    "range": "series over a range, such as metric[5m]",
}
ROUND_TO = 2  # round may be given what to round to


def check(expression: Expression) -> Shape:
    """Give the shape of an expression, or raise `MalformedQuery` where parts do not fit."""
    match expression:
        case Number():
            return "scalar"
        case Selector():
            return "range" if expression.range_ms else "vector"
        case Call():
            return _checked_call(expression)
        case Aggregate():
            if expression.parameter is not None:
                _expect(expression.parameter, "scalar", expression.operator)
            return _expect(expression.expression, "vector", expression.operator)
        case Negative():
            return _not_range(check(expression.expression), "-")
        case Binary():
            return _checked_binary(expression)


def _checked_call(call: Call) -> Shape:
    takes, gives = FUNCTIONS[call.function]
    if call.function == "round" and len(call.arguments) == ROUND_TO:
        takes = (*takes, "scalar")
    if len(takes) != len(call.arguments):
        raise MalformedQuery(
            f"{call.function} takes {len(takes)} argument(s), {len(call.arguments)} are given"
        )
    for argument, shape in zip(call.arguments, takes, strict=True):
        _expect(argument, shape, call.function)
    return gives


def _checked_binary(binary: Binary) -> Shape:
    sides = {
        _not_range(check(binary.left), binary.sign),
        _not_range(check(binary.right), binary.sign),
    }
    if sides != {"scalar"}:
        return "vector"
    if binary.on is not None or binary.ignoring:
        raise MalformedQuery("on and ignoring go between series only")
    if binary.sign in ("==", "!=", ">", "<", ">=", "<=") and not binary.is_bool:
        raise MalformedQuery(f"{binary.sign} between two numbers needs bool")
    return "scalar"


def _expect(expression: Expression, shape: Shape, owner: str) -> Shape:
    found = check(expression)
    if found != shape:
        raise MalformedQuery(f"{owner} is given {WORDS[found]}", where=owner, expected=WORDS[shape])
    return found


def _not_range(shape: Shape, owner: str) -> Shape:
    if shape == "range":
        raise MalformedQuery(f"{owner} is given {WORDS[shape]}", expected=WORDS["vector"])
    return shape


def selectors(expression: Expression) -> Iterator[Selector]:
    """Go through the selectors of a query."""
    match expression:
        case Selector():
            yield expression
        case Call():
            for each in expression.arguments:
                yield from selectors(each)
        case Aggregate():
            if expression.parameter is not None:
                yield from selectors(expression.parameter)
            yield from selectors(expression.expression)
        case Negative():
            yield from selectors(expression.expression)
        case Binary():
            yield from selectors(expression.left)
            yield from selectors(expression.right)
        case Number():
            return
