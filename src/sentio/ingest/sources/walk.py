"""The files in folders: in a fixed order, without junk, and never out through a link."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sentio.ingest.sources.limits import OnSkip, RefusedInput, ignore_skipped
from sentio.ingest.sources.names import is_junk, printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file to read; ``problem`` says why it cannot be, and it is told instead of read."""

    path: Path
    size_bytes: int = 0
    modified_ns: int = 0
    problem: RefusedInput | None = None

    @property
    def name(self) -> str:
        """The path as given, as valid text."""
        return printable(str(self.path))


def walk(paths: Iterable[Path], *, on_skip: OnSkip = ignore_skipped) -> Iterator[Found]:
    """Give each file once, folders in order of names; what was named explicitly is always read."""
    for path in paths:
        if path.is_dir():
            yield from _folder(path, path.resolve(), on_skip)
        else:
            yield _file(path)


def _folder(folder: Path, root: Path, on_skip: OnSkip) -> Iterator[Found]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield _unreadable(folder, error)
        return
    for entry in entries:
        path = folder / entry.name
        if is_junk(entry.name):
            on_skip(printable(str(path)), "hidden, or kept for an operating system only")
        elif entry.is_symlink():
            yield from _link(path, root, on_skip)
        elif entry.is_dir():
            yield from _folder(path, root, on_skip)
        elif entry.is_file():
            yield _file(path)
        else:
            on_skip(printable(str(path)), "not a file: a socket, a pipe or a device")


def _link(path: Path, root: Path, on_skip: OnSkip) -> Iterator[Found]:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: links in a circle
        on_skip(printable(str(path)), "a link to nowhere")
        return
    if not target.is_relative_to(root):
        yield Found(path=path, problem=_leaves(path))
    elif not is_junk(str(target.relative_to(root))):
        on_skip(printable(str(path)), "a link; its target is read under its own name")
    elif target.is_file():
        yield _file(path)
    else:
        on_skip(printable(str(path)), "a link to a hidden folder")


def _file(path: Path) -> Found:
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise OSError("not a file")  # noqa: TRY301  (one place tells all of it)
    except OSError as error:
        return _unreadable(path, error)
    return Found(path=path, size_bytes=about.st_size, modified_ns=about.st_mtime_ns)


def _unreadable(path: Path, error: OSError) -> Found:
    problem = RefusedInput(
        f"it cannot be read ({error.strerror or error})",
        reason="unreadable",
        where=printable(str(path)),
        expected="a file or a folder that may be read",
        next_step="Check the path and its permissions.",
    )
    return Found(path=path, problem=problem)


def _leaves(path: Path) -> RefusedInput:
    return RefusedInput(
        "a link that leads out of the folder",
        reason="unsafe",
        where=printable(str(path)),
        next_step="Give the folder it leads to as well, if that is to be read.",
    )
