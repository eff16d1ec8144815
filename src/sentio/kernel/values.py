"""Frozen values as JSON and back: dataclasses of plain fields, exact to the last bit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from pydantic import TypeAdapter

T = TypeVar("T")


def to_plain(value: Any) -> Any:  # noqa: ANN401  (JSON)
    """Turn a value into what JSON can hold; a number that is none becomes a text such as ``nan``.

    Examples
    --------
    >>> to_plain({"a": (1, np.float64(0.5)), "b": math.nan})
    {'a': [1, 0.5], 'b': 'nan'}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: to_plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): to_plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        ordered = sorted(value) if isinstance(value, set | frozenset) else value
        return [to_plain(each) for each in ordered]
    value = value.item() if isinstance(value, np.generic) else value
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def from_plain(kind: type[T], plain: object) -> T:
    """Make a value of a type again; fields that the type no longer has are passed over."""
    return _adapter(kind).validate_python(plain)


@lru_cache(maxsize=64)
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)
