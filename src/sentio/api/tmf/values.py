"""Whether values fit the types that a table gives to fields."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from sentio.api.problems import RequestError
from sentio.api.tmf.errors import bad
from sentio.api.tmf.moments import is_date, is_moment
from sentio.api.tmf.table import ApiTable, Resource, shared_types

Body = dict[str, Any]  # Any: JSON
DEEPEST = 40  # levels of a body; deeper ones only exhaust readers
NUL = re.compile("\x00|[\ud800-\udfff]")  # no database keeps these in text


def check_body(api: ApiTable, resource: Resource, body: Mapping[str, Any]) -> None:
    """Raise the error of the first field whose value is not of its type."""
    checks = _Checks(api)
    _check_depth(body)
    for name, value in body.items():
        if name.startswith("@") or name in {"id", "href"}:
            kind = "string"
        else:
            kind = resource.fields.get(name, "any")
        checks.check(value, kind, name)


def check_mandatory(resource: Resource, body: Mapping[str, Any]) -> None:
    """Raise the error of a body that lacks what a new resource must have."""
    lacking = [name for name in resource.mandatory if body.get(name) is None]
    if lacking:
        raise bad(
            f"{', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} missing",
            where="body",
            expected=f"a {resource.type} with {', '.join(resource.mandatory)}",
        )


class _Checks:
    def __init__(self, api: ApiTable) -> None:
        shared = shared_types(api.generation)
        self._types, self._values = shared.types, shared.values

    def check(self, value: object, kind: str, where: str) -> None:
        if kind == "any":
            return
        if kind.endswith("[]"):
            if not isinstance(value, list):
                raise _wrong(value, "a list", where)
            for index, each in enumerate(value):
                self.check(each, kind[:-2], f"{where}[{index}]")
        elif kind == "object" or kind in self._types:
            self._check_object(value, kind, where)
        elif kind in self._values:
            if value not in self._values[kind]:
                raise _wrong(value, f"one of {', '.join(self._values[kind])}", where)
        elif not _fits(value, kind):
            raise _wrong(value, EXPECTED[kind], where)

    def _check_object(self, value: object, kind: str, where: str) -> None:
        if not isinstance(value, dict):
            raise _wrong(value, "an object", where)
        fields = self._types.get(kind, {})
        for name, each in value.items():
            self.check(each, fields.get(name, "any"), f"{where}.{name}")


def _fits(value: object, kind: str) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "integer":
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole or (isinstance(value, float) and value.is_integer())
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if kind == "date-time":
        return is_moment(value)
    return is_date(value) if kind == "date" else True


def _check_depth(body: object) -> None:
    level: list[object] = [body]
    for _ in range(DEEPEST):
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner += [*each.keys(), *each.values()]
            elif isinstance(each, list):
                inner += each
            elif isinstance(each, str) and NUL.search(each):
                raise bad("a text holds NUL or half a character", where="body")
            elif isinstance(each, float) and not math.isfinite(each):
                raise bad("a number is not finite", where="body")
        if not inner:
            return
        level = inner
    raise bad("the body is nested too deeply", where="body", expected=f"{DEEPEST} levels at most")


def _wrong(value: object, expected: str, where: str) -> RequestError:
    said = repr(value)
    return bad(f"{where} is {said[:80]}", where=where, expected=expected)


EXPECTED = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "date-time": "a date and time such as 2026-11-23T10:15:00Z",
    "date": "a date such as 2026-11-23",
}
