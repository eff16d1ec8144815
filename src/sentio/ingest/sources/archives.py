"""Opens what is packed: archives become their members, one archive inside another at most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import BinaryIO

from sentio.ingest.input import Input
from sentio.ingest.sources.limits import (
    Allowance,
    Limits,
    OnSkip,
    RefusedInput,
    ignore_skipped,
    refused,
)
from sentio.ingest.sources.names import Names
from sentio.ingest.sources.packed import HEAD_BYTES, Packing, packing_of, unpacked
from sentio.ingest.sources.tars import tar_members
from sentio.ingest.sources.zips import zip_members
from sentio.kernel.errors import FormatError

DEEPEST = 1  # an archive may hold archives; those may hold none
SUFFIXES = {".gz", ".bz2", ".xz", ".zst", ".zstd"}


def unpack(file: Input, limits: Limits, *, on_skip: OnSkip = ignore_skipped) -> Iterator[Input]:
    """Give the inputs within a file: its members where it is an archive, else itself."""
    return _unpack(file, Allowance(limits, on_skip), depth=0)


def packing(file: Input) -> Packing:
    """Tell how a file is packed by its first bytes; a file that cannot be opened is not."""
    try:
        with file.open() as stream:
            return packing_of(stream.read(HEAD_BYTES), file.origin.name)
    except (FormatError, OSError):
        return "none"


def _unpack(file: Input, allowance: Allowance, *, depth: int) -> Iterator[Input]:
    how = packing(file)
    if how == "none":
        yield file
        return
    if depth > DEEPEST:
        yield refused(file.origin, _too_deep(file.origin.name))
        return
    for member in _members(file, how, allowance):
        yield from _unpack(member, allowance, depth=depth + 1)


def _members(file: Input, how: Packing, allowance: Allowance) -> Iterator[Input]:
    if how == "zip":
        return zip_members(file, allowance)
    if how == "tar":
        return tar_members(file, allowance)
    inner = _inside(file, how, allowance.limits)
    if packing(inner) == "tar":
        return tar_members(replace(inner, origin=file.origin), allowance)
    return iter((inner,))


def _inside(file: Input, how: Packing, limits: Limits) -> Input:
    name = PurePosixPath(file.origin.name.rsplit("!", 1)[-1]).name
    stem = PurePosixPath(name).stem if PurePosixPath(name).suffix.lower() in SUFFIXES else name
    origin = Names(file.origin).origin(stem, file.origin.modified_ns)

    def open_inside() -> BinaryIO:
        return unpacked(
            how, file.open(), name=origin.name, packed_bytes=file.size_bytes, limits=limits
        )

    return Input(origin=origin, open=open_inside)


def _too_deep(name: str) -> RefusedInput:
    return RefusedInput(
        "an archive in an archive in an archive",
        reason="unsafe",
        where=name,
        expected="archives nested one level at most",
        next_step="Unpack the outer archive first.",
    )
