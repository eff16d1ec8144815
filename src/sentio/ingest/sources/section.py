"""A part of a file as a stream of its own, and a spool of parts that leaves no file behind."""

from __future__ import annotations

import io
import os
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

BUFFER_BYTES = 262_144
ROTATE_BYTES = 268_435_456  # a spool starts a new file here, so that old ones can go


class _Source(Protocol):
    @property
    def fd(self) -> int: ...


class _Section(io.RawIOBase):
    """Bytes [start, start + size) of an open file, with a place of its own in it."""

    def __init__(self, source: _Source, start: int, size: int) -> None:
        self._source = source  # keeps the file open
        self._start = start
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        wanted = min(len(buffer), max(0, self._size - self._at))
        into = memoryview(buffer)[:wanted]  # what comes may be a bytearray, whose slice is a copy
        got = os.preadv(self._source.fd, [into], self._start + self._at)
        self._at += got
        return got


class _OpenFile:
    """A file descriptor that is closed when nobody refers to it any more."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        weakref.finalize(self, os.close, fd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Bytes at rest that can be opened again and again."""

    open: Callable[[], BinaryIO]
    size_bytes: int


class Spool:
    """Keeps streams on disk, in unlinked temporary files: nothing outlives the process.

    A file goes as soon as none of its parts is referred to; reading a large archive part by part
    needs little room, keeping all parts needs room for all of them.
    """

    def __init__(self) -> None:
        self._file: _OpenFile | None = None
        self._end = 0

    def add(self, stream: BinaryIO) -> Part:
        """Copy a stream to its end; raises what its reading raises."""
        if self._file is None or self._end >= ROTATE_BYTES:
            self._file, self._end = _unlinked_file(), 0
        file, start = self._file, self._end
        while chunk := stream.read(BUFFER_BYTES):
            self._end += _write(file.fd, chunk, self._end)
        return _part(file, start, self._end - start)


class PartWriter:
    """Takes bytes as they come and gives them as a part: small ones stay in memory."""

    def __init__(self) -> None:
        self._memory = bytearray()
        self._file: _OpenFile | None = None
        self.size_bytes = 0

    def write(self, chunk: bytes) -> None:
        """Add bytes at the end."""
        self.size_bytes += len(chunk)
        if self._file is None and self.size_bytes <= BUFFER_BYTES:
            self._memory += chunk
            return
        if self._file is None:
            self._file = _unlinked_file()
            _write(self._file.fd, bytes(self._memory), 0)
            self._memory.clear()
        _write(self._file.fd, chunk, self.size_bytes - len(chunk))

    def part(self) -> Part:
        """Give what was written; write no more after that."""
        if self._file is not None:
            return _part(self._file, 0, self.size_bytes)
        content = bytes(self._memory)
        return Part(open=lambda: io.BytesIO(content), size_bytes=len(content))


def part_of_file(path: Path, *, start: int, size_bytes: int) -> Part:
    """Give a part of a plain file; each opening opens the file anew."""

    def opened() -> BinaryIO:
        source = _OpenFile(os.open(path, os.O_RDONLY))
        return io.BufferedReader(_Section(source, start, size_bytes), BUFFER_BYTES)

    return Part(open=opened, size_bytes=size_bytes)


def _part(file: _OpenFile, start: int, size: int) -> Part:
    def opened() -> BinaryIO:
        return io.BufferedReader(_Section(file, start, size), BUFFER_BYTES)

    return Part(open=opened, size_bytes=size)


def _unlinked_file() -> _OpenFile:
    fd, name = tempfile.mkstemp(prefix="sentio-")
    os.unlink(name)  # noqa: PTH108  (the name came as text and goes at once)
    return _OpenFile(fd)


def _write(fd: int, chunk: bytes, at: int) -> int:
    rest = memoryview(chunk)
    while rest:
        written = os.pwrite(fd, rest, at)
        at += written
        rest = rest[written:]
    return len(chunk)
