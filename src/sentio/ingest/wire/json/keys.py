"""Which keys stand where at the beginning of a JSON text, even one that is cut off."""

from __future__ import annotations

import re

MAX_DEPTH = 4

_TOKEN = re.compile(
    rb'"([^"\\\n]{0,64})"\s*:'  # a short key
    rb'|"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+"|[{}\[\]]'
)


def begins_as_json(head: bytes) -> bool:
    """Tell whether an object or array begins here, behind a byte order mark or blanks."""
    return head.lstrip(b"\xef\xbb\xbf\x1e \t\r\n")[:1] in (b"{", b"[")


def key_paths(head: bytes) -> set[tuple[str, ...]]:
    """Collect the paths of keys down to `MAX_DEPTH`; arrays leave no trace in a path.

    Examples
    --------
    >>> sorted(key_paths(b'{"event": {"id": 1}, "list": [{"x"'))
    [('event',), ('event', 'id'), ('list',)]
    """
    if not begins_as_json(head):
        return set()
    found: set[tuple[str, ...]] = set()
    stack: list[str | None] = []
    key: str | None = None
    for token in _TOKEN.finditer(head):
        mark = token.group()
        if mark in {b"{", b"["}:
            stack.append(key)
            key = None
        elif mark in {b"}", b"]"}:
            key = None
            if stack:
                stack.pop()
        elif token.group(1) is not None:
            name = token.group(1).decode("utf-8", "replace")
            key = name
            path = (*(step for step in stack if step is not None), name)
            if len(path) <= MAX_DEPTH:
                found.add(path)
    return found
