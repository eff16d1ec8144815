"""The ``fields`` of a query: which attributes an answer shows (TMF630)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sentio.api.tmf.table import Generation

Body = dict[str, Any]  # Any: JSON
ALWAYS: dict[Generation, tuple[str, ...]] = {"v4": ("id", "href"), "v5": ("id", "href", "@type")}
Tree = dict[str, "Tree"]


def projection(values: Iterable[str], generation: Generation) -> Tree | None:
    """Read ``fields``, which may be repeated and dotted; None shows all, ``none`` the least."""
    names = [name.strip() for value in values for name in value.split(",") if name.strip()]
    if not names:
        return None
    tree: Tree = {name: {} for name in ALWAYS[generation]}
    for name in names:
        if name == "none":
            continue
        level = tree
        for part in name.split("."):
            level = level.setdefault(part, {})
    return tree


def project(body: Mapping[str, Any], tree: Tree | None) -> Body:
    """Give a body with the wanted attributes only."""
    if tree is None:
        return dict(body)
    return {name: _part(body[name], below) for name, below in tree.items() if name in body}


def _part(value: object, tree: Tree) -> object:
    if not tree:
        return value
    if isinstance(value, list):
        return [_part(each, tree) for each in value]
    if isinstance(value, dict):
        return {name: _part(value[name], below) for name, below in tree.items() if name in value}
    return value
