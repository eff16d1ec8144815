"""The built files of the user interface, as they came with the package, packed once in memory."""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

PACKED = (".js", ".css", ".svg", ".html", ".json")  # what gets smaller
TYPES = {".js": "text/javascript", ".svg": "image/svg+xml"}  # whatever the system's table says
NAMED_BY_CONTENT = "assets/"  # Vite names them by a hash: they never change


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file; ``packed`` is its gzip form where that is worth it."""

    content: bytes
    packed: bytes | None
    media_type: str
    never_changes: bool


def built() -> dict[str, File]:
    """Give all built files by their path; empty where the interface was not built."""
    root = files("sentio.web").joinpath("dist")
    if not root.is_dir():
        return {}
    return {path: _read(path, each) for path, each in _walk(root, "")}


def _walk(folder: Traversable, before: str) -> Iterator[tuple[str, Traversable]]:
    for each in folder.iterdir():
        path = before + each.name
        if each.is_dir():
            yield from _walk(each, f"{path}/")
        else:
            yield path, each


def _read(path: str, file: Traversable) -> File:
    content = file.read_bytes()
    suffix = "." + path.rsplit(".", maxsplit=1)[-1]
    packed = gzip.compress(content, 9, mtime=0) if suffix in PACKED else None
    guessed = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return File(
        content=content,
        packed=packed,
        media_type=TYPES.get(suffix, guessed),
        never_changes=path.startswith(NAMED_BY_CONTENT),
    )
