"""The contents of the site: a folder in mkdocs.yml stands for its pages, ``...`` for the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

Entry = Any  # what YAML may hold: a text, a list, a dictionary
REST = "..."


def on_config(config: Any) -> Any:  # noqa: ANN401  (mkdocs' own type, which the code does not need)
    """Put the pages that are there in place of their folders; mkdocs calls this."""
    docs = Path(config["docs_dir"])
    named = set(_texts(config["nav"]))
    rest = [path.name for path in sorted(docs.glob("*.md")) if path.name not in named]
    config["nav"] = [_expanded(entry, docs, rest) for entry in config["nav"]]
    return config


def _expanded(entry: Entry, docs: Path, rest: list[str]) -> Entry:
    if isinstance(entry, dict):
        return {title: _expanded(inner, docs, rest) for title, inner in entry.items()}
    if isinstance(entry, list):
        return [page for each in entry for page in _pages(each, docs, rest)]
    return entry


def _pages(entry: Entry, docs: Path, rest: list[str]) -> list[Entry]:
    if entry == REST:
        return list(rest)
    if isinstance(entry, str) and entry.endswith("/"):
        return [path.relative_to(docs).as_posix() for path in sorted((docs / entry).glob("*.md"))]
    return [_expanded(entry, docs, rest)]


def _texts(entry: Entry) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    inner = entry.values() if isinstance(entry, dict) else entry
    return [text for each in inner for text in _texts(each)]
