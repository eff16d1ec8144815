"""Values out of parsed JSON, whatever their type: numbers, texts, objects, and the way to them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TypeAlias

import orjson

Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | float | bool | None"
Object: TypeAlias = Mapping[str, Json]

_NUMBER = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE][+-]?\d{1,2})?", re.ASCII)
LONGEST_TEXT = 4096
LONGEST_NAME = 1024


def as_number(value: object) -> float | None:
    """Give a finite number, also one written as text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value)
    return None


def as_text(value: object) -> str | None:
    """Give a text or a whole number as text, trimmed; None for anything else or nothing."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, str | int | float):
        return str(value).strip()[:LONGEST_TEXT] or None
    return None


def written(value: object) -> bytes:
    """Write a value of an input as JSON again; what is nested too deeply to be written, says so."""
    try:
        return orjson.dumps(value, default=str)
    except (TypeError, RecursionError):  # orjson reads deeper than it writes
        return b'"nested too deeply"'


def json_object(values: Mapping[str, object]) -> str:
    """Write what is not empty as a JSON object."""
    kept = {name: value for name, value in values.items() if value not in (None, "", [], {})}
    return written(kept).decode()


def at(value: Json, *path: str) -> Json:
    """Walk down objects by their keys; None where there is no such way."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def number(value: Json, *path: str) -> float | None:
    """Give the finite number that stands there, also one written as text; else None."""
    return as_number(at(value, *path))


def text(value: Json, *path: str) -> str:
    """Give the text that stands there, shortened; empty for anything else."""
    found = at(value, *path)
    return found[:LONGEST_NAME] if isinstance(found, str) else ""


def objects(value: Json, *path: str) -> list[Object]:
    """Give the objects of the list that stands there; what is no object is passed over."""
    found = at(value, *path)
    if not isinstance(found, list):
        return []
    return [item for item in found if isinstance(item, Mapping)]
