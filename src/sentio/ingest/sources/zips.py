"""Members of a .zip file (PKWARE APPNOTE 6.3), opened one by one and never extracted."""

from __future__ import annotations

import calendar
import stat
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from sentio.ingest.input import Input
from sentio.ingest.piece import Origin
from sentio.ingest.sources.limits import Allowance, RefusedInput, refused
from sentio.ingest.sources.names import Names, check_member_name, skips_junk
from sentio.ingest.sources.packed import BROKEN, broken, guarded
from sentio.ingest.sources.section import Spool, part_of_file
from sentio.kernel.errors import FormatError

ENCRYPTED = 0x1  # bit 0 of the general purpose flag, APPNOTE 4.4.4


def zip_members(archive: Input, allowance: Allowance) -> Iterator[Input]:
    """Give each member as an input; a member that may not be read is an input that refuses."""
    try:
        opened = _open_zip(archive)
    except FormatError as error:
        yield refused(archive.origin, error)
        return
    names = Names(archive.origin)
    for member in opened.infolist():
        if member.is_dir() or skips_junk(member.filename, names, allowance.on_skip):
            continue
        try:
            allowance.count(archive.origin.name)
        except RefusedInput as error:
            yield refused(archive.origin, error)
            return
        yield _member(opened, member, names.origin(member.filename, _modified(member)), allowance)


def _open_zip(archive: Input) -> zipfile.ZipFile:
    try:
        if (path := archive.path) is not None:  # members come and go: it closes after the last
            whole = part_of_file(path, start=0, size_bytes=path.stat().st_size)
            return zipfile.ZipFile(whole.open())
        with archive.open() as stream:
            return zipfile.ZipFile(Spool().add(stream).open())
    except FormatError:
        raise
    except BROKEN as error:
        raise broken(archive.origin.name, error) from error


def _member(
    opened: zipfile.ZipFile, member: zipfile.ZipInfo, origin: Origin, allowance: Allowance
) -> Input:
    try:
        _check(member, origin.name)
        allowance.admit(origin.name, size_bytes=member.file_size, packed_bytes=member.compress_size)
    except RefusedInput as error:
        return refused(origin, error)

    def open_member() -> BinaryIO:
        try:
            stream = cast("BinaryIO", opened.open(member))  # a reader, typed as IO[bytes]
        except BROKEN as error:
            raise broken(origin.name, error) from error
        return guarded(stream, name=origin.name, limit_bytes=member.file_size)

    return Input(origin=origin, open=open_member, size_bytes=member.file_size)


def _check(member: zipfile.ZipInfo, where: str) -> None:
    check_member_name(member.filename, where=where)
    if member.flag_bits & ENCRYPTED:
        raise RefusedInput(
            "the member is encrypted",
            reason="unsafe",
            where=where,
            next_step="Unpack it with its password and give the files inside.",
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise RefusedInput("the member is a link", reason="unsafe", where=where)


def _modified(member: zipfile.ZipInfo) -> int | None:
    try:  # DOS time without zone: taken as UTC, to two seconds
        return calendar.timegm((*member.date_time, 0, 0, 0)) * 1_000_000_000
    except (ValueError, OverflowError):
        return None
