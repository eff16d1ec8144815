"""Files and folders as inputs, archives opened."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sentio.ingest.input import Input
from sentio.ingest.piece import Origin
from sentio.ingest.sources.archives import packing, unpack
from sentio.ingest.sources.limits import Limits, OnSkip, ignore_skipped, refused
from sentio.ingest.sources.names import is_junk
from sentio.ingest.sources.walk import Found, walk


def inputs(
    paths: Iterable[Path],
    *,
    source: str,
    limits: Limits | None = None,
    on_skip: OnSkip = ignore_skipped,
) -> Iterator[Input]:
    """Give every input in files and folders, always in the same order.

    Parameters
    ----------
    paths
        Files and folders; folders are read to the bottom.
    source
        The operator's name for the feed.
    limits
        Bounds of what archives may unpack to.
    on_skip
        Told each hidden file, link and device that is passed over.

    Yields
    ------
    input
        Keep only the one at hand: members of packed archives take room on the disk as long as
        somebody refers to them. What may not or cannot be read is an input whose opening raises
        `FormatError`; the others go on.
    """
    for found in walk(paths, on_skip=on_skip):
        yield from inputs_of(found, source=source, limits=limits or Limits(), on_skip=on_skip)


def inputs_of(
    found: Found, *, source: str, limits: Limits, on_skip: OnSkip = ignore_skipped
) -> Iterator[Input]:
    """Give the inputs of one file."""
    file = as_input(found, source=source)
    if found.problem is not None:
        yield refused(file.origin, found.problem)
        return
    yield from unpack(file, limits, on_skip=on_skip)


def as_input(found: Found, *, source: str) -> Input:
    """Give a file as it stands, packed or not."""
    origin = Origin(source=source, name=found.name, modified_ns=found.modified_ns or None)
    return Input(
        origin=origin, open=_opener(found.path), size_bytes=found.size_bytes, path=found.path
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How much there is to read; None where nobody knows without unpacking it."""

    inputs: int | None
    size_bytes: int | None


def totals(paths: Iterable[Path]) -> Totals:
    """Count inputs and bytes beforehand, for the time left; opens no packed stream."""
    count: int | None = 0
    size: int | None = 0
    for found in walk(paths):
        inside = _totals_of(found)
        count = None if count is None or inside.inputs is None else count + inside.inputs
        size = None if size is None or inside.size_bytes is None else size + inside.size_bytes
    return Totals(inputs=count, size_bytes=size)


def _totals_of(found: Found) -> Totals:
    if found.problem is not None:
        return Totals(inputs=1, size_bytes=0)
    how = packing(as_input(found, source=""))
    if how == "none":
        return Totals(inputs=1, size_bytes=found.size_bytes)
    if how == "zip":
        return _totals_of_zip(found.path)
    is_tar = how == "tar" or ".tar" in found.path.name or found.path.suffix == ".tgz"
    return Totals(inputs=None if is_tar else 1, size_bytes=None)


def _totals_of_zip(path: Path) -> Totals:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [
                member.file_size
                for member in archive.infolist()
                if not member.is_dir() and not is_junk(member.filename)
            ]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return Totals(inputs=1, size_bytes=0)
    return Totals(inputs=len(members), size_bytes=sum(members))


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")
