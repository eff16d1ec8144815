"""Values out of parsed JSON, whatever their type: a number, a text, a JSON object to keep."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import orjson

_NUMBER = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE][+-]?\d{1,2})?", re.ASCII)
LONGEST_TEXT = 4096


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


def json_object(values: Mapping[str, object]) -> str:
    """Write what is not empty as a JSON object."""
    kept = {name: value for name, value in values.items() if value not in (None, "", [], {})}
    return orjson.dumps(kept).decode()
