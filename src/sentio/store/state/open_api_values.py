"""What the index keeps of a body: every scalar in it, under its dotted path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from math import inf
from typing import NamedTuple

MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"(?:[Tt ]\d{1,2}:\d{2}(?::\d{1,2}(?:[.,]\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?"
)
NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?")
LARGEST_EXACT = 2**53
LONGEST_PATH = 200  # characters
TEXT_MAX = 200  # characters of a value in the index
CUT = "…"  # stands behind a value that was cut: longer than any that is asked for
OURS = "^"  # begins the names of members that are not for clients
UNNAMED = "?"  # behind a path: there is something that is no scalar and holds none

TEXT, FIGURE, TRUTH = 1, 2, 4  # forms of an entry: what stood in the body
LISTED = 8  # times a form: it was an element of a list
NESTED = 64  # it stood below a list in a list
MOMENTARY = 256  # a text that is a date and time
LEAST = 128  # the value by which the resource is sorted
KINDS = TEXT | FIGURE | TRUTH
SIMPLE = KINDS | KINDS * LISTED

Path = tuple[str, ...]
Key = tuple[float, str]
"""What a value is sorted by: numbers and times first, then texts."""


class Entry(NamedTuple):
    """A value at a path, what it counts as when the greater is asked for, and its forms."""

    path: str
    value: str
    number: float | None
    forms: int = TEXT | LEAST


def index_entries(body: Mapping[str, object]) -> list[Entry]:
    """Give what the index keeps of a body."""
    forms: dict[tuple[str, str], int] = {}
    for name, value in body.items():
        if not name.startswith(OURS):
            _gather(forms, name, value)
    numbers = {key: number_of(key[1]) for key in forms}
    least: dict[str, tuple[Key, str]] = {}
    for (path, text), number in numbers.items():
        rank = (key_of(text, number), text)
        if path not in least or rank < least[path]:
            least[path] = rank
    return [
        Entry(path, text, number, form | _more(path, text, least[path][1], number))
        for ((path, text), form), number in zip(forms.items(), numbers.values(), strict=True)
    ]


def is_named(path: Path) -> bool:
    """Tell whether the index knows a path; the address of a resource is not kept."""
    text = ".".join(path)
    is_plain = not any(not name or "." in name or UNNAMED in name for name in path)
    return is_plain and len(text) < LONGEST_PATH and path[0] != "href" and text[0] != OURS


def kept_text(text: str) -> str:
    """Give as much of a value as the index keeps."""
    return text if len(text) <= TEXT_MAX else text[:TEXT_MAX] + CUT


def key_of(text: str, number: float | None) -> Key:
    """Give what a value is sorted by; values that count as the same number are the same."""
    return (inf, text) if number is None else (number, "")


def texts_at(body: object, path: Path) -> Iterator[str]:
    """Give the texts of all scalars at a path; lists on the way are looked through."""
    if isinstance(body, list):
        for each in body:
            yield from texts_at(each, path)
    elif not path:
        if body is not None and not isinstance(body, dict):
            yield text_of(body)
    elif isinstance(body, dict) and path[0] in body:
        yield from texts_at(body[path[0]], path[1:])


def text_of(value: object) -> str:
    """Write a scalar as a query does."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_EXACT:
        return str(int(value))
    return str(value)


def number_of(text: str) -> float | None:
    """Give what a text counts as when the greater is asked for: number, time in s, nothing."""
    if not text or text[0] not in "+-0123456789":
        return None
    if NUMBER.fullmatch(text):
        return float(text)
    return seconds(text)


def is_moment(text: str) -> bool:
    """Tell whether a text is a date and time, or a date; seconds and zone may lack."""
    return MOMENT.fullmatch(text) is not None and _is_day(text)


def seconds(text: str) -> float | None:
    """Give the seconds since 1970 of a date and time (UTC if no zone), None for other texts."""
    if not is_moment(text):
        return None
    try:
        read = datetime.fromisoformat(text.upper().replace(",", "."))
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def _gather(
    forms: dict[tuple[str, str], int], path: str, value: object, depth: int = 0, above: int = 0
) -> None:
    """Note all scalars below a value; ``depth`` counts the lists right around it."""
    if isinstance(value, dict) and value:
        for name, each in value.items():
            if name and "." not in name and UNNAMED not in name and len(path) < LONGEST_PATH:
                _gather(forms, f"{path}.{name}", each, 0, above | (NESTED if depth > 1 else 0))
    elif isinstance(value, list) and value:
        if depth == 1 and not above:
            _note(forms, path + UNNAMED, "listed", TEXT)
        for each in value:
            _gather(forms, path, each, depth + 1, above)
    elif value is None or isinstance(value, dict | list):
        if not above and depth <= 1:
            _note(forms, path + UNNAMED, "null" if value is None and not depth else "empty", TEXT)
    else:
        kind = TRUTH if isinstance(value, bool) else TEXT if isinstance(value, str) else FIGURE
        form = NESTED if above or depth > 1 else kind * (LISTED if depth else 1)
        _note(forms, path, kept_text(text_of(value)), form)


def _note(forms: dict[tuple[str, str], int], path: str, text: str, form: int) -> None:
    if len(path) < LONGEST_PATH:
        forms[path, text] = forms.get((path, text), 0) | form


def _more(path: str, text: str, least: str, number: float | None) -> int:
    found = LEAST if text == least and not path.endswith(UNNAMED) else 0
    is_time = number is not None and NUMBER.fullmatch(text) is None
    return found | (MOMENTARY if is_time else 0)


def _is_day(text: str) -> bool:
    try:
        datetime.fromisoformat(text[:10])
    except ValueError:
        return False
    return True
