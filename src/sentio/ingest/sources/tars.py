"""Members of a .tar file (POSIX ustar and pax, GNU), read once, in order, packed or not."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from contextlib import closing
from typing import BinaryIO, Self, cast

from sentio.ingest.input import Input
from sentio.ingest.piece import Origin
from sentio.ingest.sources.limits import Allowance, RefusedInput, refused
from sentio.ingest.sources.names import Names, check_member_name, skips_junk
from sentio.ingest.sources.packed import BROKEN, broken
from sentio.ingest.sources.section import Part, Spool, part_of_file
from sentio.kernel.errors import FormatError

BUFFER_BYTES = 1_048_576


class _Header(tarfile.TarInfo):
    """A header that says so when it is damaged; by itself tarfile would take it for the end."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:  # the library's own argument name
        try:
            return super().fromtarfile(tarfile)
        except (_INVALID, _TRUNCATED) as error:
            raise _DAMAGED("a header in the archive is damaged") from error


_INVALID = tarfile.InvalidHeaderError  # pyright: ignore[reportAttributeAccessIssue]  (not in the stubs)
_TRUNCATED = tarfile.TruncatedHeaderError  # pyright: ignore[reportAttributeAccessIssue]  (the same)
_DAMAGED = tarfile.ReadError


def tar_members(archive: Input, allowance: Allowance) -> Iterator[Input]:
    """Give each member as an input, in the order of the archive.

    The archive is read once: members of a packed one pass through a spool, members of a plain
    file are read where they stand. What cannot be read is an input that refuses.
    """
    names, spool = Names(archive.origin), Spool()
    try:
        with archive.open() as stream, closing(_open_tar(archive, stream)) as opened:
            while (member := opened.next()) is not None:
                opened.members = []  # pyright: ignore[reportAttributeAccessIssue]  (else all stay)
                if member.isdir() or skips_junk(member.name, names, allowance.on_skip):
                    continue
                allowance.count(archive.origin.name)
                modified_ns = int(member.mtime * 1e9)
                origin = names.origin(member.name, modified_ns)
                yield _member(archive, opened, member, (origin, allowance, spool))
    except FormatError as error:
        yield refused(archive.origin, error)
    except BROKEN as error:
        yield refused(archive.origin, broken(archive.origin.name, error))


def _open_tar(archive: Input, stream: BinaryIO) -> tarfile.TarFile:
    if archive.path is not None:
        return tarfile.TarFile(fileobj=stream, tarinfo=_Header)
    return tarfile.open(mode="r|", fileobj=stream, tarinfo=_Header, bufsize=BUFFER_BYTES)


def _member(
    archive: Input,
    opened: tarfile.TarFile,
    member: tarfile.TarInfo,
    into: tuple[Origin, Allowance, Spool],
) -> Input:
    origin, allowance, spool = into
    try:
        _check(member, origin.name)
        allowance.admit(origin.name, size_bytes=member.size, packed_bytes=None)
    except RefusedInput as error:
        return refused(origin, error)
    part = _part(archive, opened, member, spool)
    return Input(origin=origin, open=part.open, size_bytes=part.size_bytes)


def _part(archive: Input, opened: tarfile.TarFile, member: tarfile.TarInfo, spool: Spool) -> Part:
    if archive.path is not None:
        return part_of_file(archive.path, start=member.offset_data, size_bytes=member.size)
    content = opened.extractfile(member)
    if content is None:
        raise tarfile.ReadError(f"{member.name} has no content")
    with content:
        return spool.add(cast("BinaryIO", content))  # a reader, typed as IO[bytes]


def _check(member: tarfile.TarInfo, where: str) -> None:
    check_member_name(member.name, where=where)
    if not member.isreg() or member.issparse():
        raise RefusedInput(
            "the member is a link, a device or a sparse file",
            reason="unsafe",
            where=where,
            expected="a plain file",
        )
