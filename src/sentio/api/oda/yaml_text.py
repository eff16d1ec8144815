"""Writes plain values as YAML 1.2, block by block; texts as JSON writes them, which YAML reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

Value = Mapping[str, "Value"] | Sequence["Value"] | str | int | float | bool | None

PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"})


def yaml_text(value: Value) -> str:
    """Write a value, with a line break at its end.

    Examples
    --------
    >>> print(yaml_text({"a": [{"b": 1, "c": []}, "x"], "d": {}}), end="")
    a:
      - b: 1
        c: []
      - "x"
    d: {}
    """
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Value) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _entry(f"{_key(name)}:", inner)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for inner in value:
            first, *rest = _lines(inner)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    else:
        yield _scalar(value)


def _entry(name: str, inner: Value) -> Iterator[str]:
    if inner and not isinstance(inner, str) and isinstance(inner, Mapping | Sequence):
        yield name
        yield from (f"  {line}" for line in _lines(inner))
    else:
        yield f"{name} {_scalar(inner)}"


def _scalar(value: Value) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _key(name: str) -> str:
    is_plain = PLAIN_KEY.fullmatch(name) and name.lower() not in RESERVED
    return name if is_plain else _scalar(name)
