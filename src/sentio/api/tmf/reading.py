"""Values at a dotted path of a body, as filters compare them: every element of a list counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from sentio.api.tmf.moments import seconds
from sentio.store.state.open_api_search import Entry

Path = tuple[str, ...]
INDEXED_DEPTH = 2  # names of a path that the index knows; deeper ones are looked for in the bodies
TEXT_MAX = 200  # characters of a value in the index
CUT = "…"  # stands behind a value that was cut: longer than any that is asked for
NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?")
LARGEST_EXACT = 2**53


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
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_EXACT:
        return str(int(value))
    return str(value)


def number_of(text: str) -> float | None:
    """Give what a text counts as when the greater is asked for: number, time in s, nothing."""
    if NUMBER.fullmatch(text):
        return float(text)
    return seconds(text)


def is_indexed(path: Path, fields: Mapping[str, str]) -> bool:
    """Tell whether the index knows a path."""
    return len(path) <= INDEXED_DEPTH and (path[0] in fields or path[0] in ALWAYS)


def index_entries(body: Mapping[str, object], fields: Iterable[str]) -> set[Entry]:
    """Give what the index keeps of a body."""
    entries: set[Entry] = set()
    for root in (*fields, *ALWAYS):
        value = body.get(root)
        entries.update(_entry((root,), text) for text in texts_at(value, ()))
        names = {name for each in _objects(value) for name in each}
        for name in names:
            entries.update(_entry((root, name), text) for text in texts_at(value, (name,)))
    return entries


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)


def _entry(path: Path, text: str) -> Entry:
    kept = text if len(text) <= TEXT_MAX else text[:TEXT_MAX] + CUT
    return Entry(".".join(path), kept, number_of(text))


ALWAYS = ("id", "@type", "@baseType")
"""What every resource is indexed by."""
