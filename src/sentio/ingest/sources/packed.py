"""Compressed streams: told by their first bytes, read under a limit, their errors explained."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from typing import BinaryIO, Literal, cast

from sentio.ingest.sources.limits import Limits, RefusedInput, too_large

HEAD_BYTES = 512
BUFFER_BYTES = 262_144

Packing = Literal["zip", "tar", "gz", "bz2", "xz", "zst", "none"]

MAGIC: tuple[tuple[bytes, Packing], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # an empty archive
    (b"\x1f\x8b\x08", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
)
ZIP_DOCUMENTS = (".xlsx", ".xlsm", ".ods", ".odt", ".docx", ".pptx", ".npz", ".jar", ".kmz")
BROKEN = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def packing_of(head: bytes, name: str) -> Packing:
    """Tell how bytes are packed; the content decides, the name only spares office documents."""
    for magic, packing in MAGIC:
        if head.startswith(magic):
            is_document = packing == "zip" and name.lower().endswith(ZIP_DOCUMENTS)
            return "none" if is_document else packing
    return "tar" if _is_tar(head) else "none"


def unpacked(
    packing: Packing, stream: BinaryIO, *, name: str, packed_bytes: int | None, limits: Limits
) -> BinaryIO:
    """Open a compressed stream; reading raises `FormatError` where it is broken or a bomb."""
    inner = _decompressor(packing, stream, limits)
    return guarded(inner, name=name, limit_bytes=limits.of_stream(packed_bytes), under=stream)


def guarded(
    stream: BinaryIO, *, name: str, limit_bytes: int, under: BinaryIO | None = None
) -> BinaryIO:
    """Put a limit on a stream, and explain what goes wrong in it; ``under`` is closed with it."""
    return _Patient(_Guarded(stream, name, limit_bytes, under), BUFFER_BYTES)


def broken(name: str, error: BaseException) -> RefusedInput:
    """Say that an archive cannot be unpacked."""
    said = str(error) or type(error).__name__
    is_hungry = isinstance(error, lzma.LZMAError) and "memory" in said.lower()
    return RefusedInput(
        f"it cannot be unpacked ({said})",
        reason="too_large" if is_hungry else "unreadable",
        where=name,
        next_step="It is damaged or was cut short: fetch it again.",
    )


class _Patient(io.BufferedReader):
    """Hands out what was read before an error; the error comes with the next reading.

    Reading all at once raises at once: nobody shall take a part for the whole.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            return super().read()
        chunks: list[bytes] = []
        while size:
            try:
                chunk = self.read1(min(size, BUFFER_BYTES))
            except RefusedInput:
                if chunks:
                    break
                raise
            if not chunk:
                break
            chunks.append(chunk)
            size -= len(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)


class _Guarded(io.RawIOBase):
    def __init__(self, stream: BinaryIO, name: str, limit: int, under: BinaryIO | None) -> None:
        self._stream = stream
        ours = cast("io.BufferedReader", stream)  # all of ours offer one or both of these
        # readinto1 comes back after each piece, and so an interruption is noticed
        self._readinto = getattr(ours, "readinto1", None) or ours.readinto
        self._under = under
        self._name = name
        self._limit = limit
        self._count = 0
        self._failed: RefusedInput | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        if self._failed is not None:
            raise self._failed
        try:
            got = self._readinto(buffer)
            self._count += got
            if self._count > self._limit:
                raise too_large(self._name, self._count, self._limit)
        except RefusedInput as error:
            self._failed = error
            raise
        except BROKEN as error:
            self._failed = broken(self._name, error)
            raise self._failed from error
        return got

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            if self._under is not None:
                self._under.close()
        super().close()


class _XzStream(io.RawIOBase):
    """An .xz file whose dictionary may not take all memory, which `lzma.open` cannot promise."""

    def __init__(self, stream: BinaryIO, memory_bytes: int) -> None:
        self._stream = stream
        self._memory_bytes = memory_bytes
        self._decompressor = self._fresh()
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        while True:
            if self._decompressor.eof and not self._next_stream():
                return 0
            if self._decompressor.needs_input and not self._waiting:
                self._waiting = self._stream.read(BUFFER_BYTES)
                if not self._waiting:
                    raise EOFError("the compressed data ends too early")
            given, self._waiting = self._waiting, b""
            out = self._decompressor.decompress(given, len(buffer))
            if out:
                buffer[: len(out)] = out
                return len(out)

    def _next_stream(self) -> bool:
        rest = self._decompressor.unused_data.lstrip(b"\0")  # padding between streams
        while not rest:
            more = self._stream.read(BUFFER_BYTES)
            if not more:
                return False
            rest = more.lstrip(b"\0")
        self._decompressor, self._waiting = self._fresh(), rest
        return True

    def _fresh(self) -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=self._memory_bytes)


def _decompressor(packing: Packing, stream: BinaryIO, limits: Limits) -> BinaryIO:
    if packing == "gz":
        return cast(
            "BinaryIO", gzip.GzipFile(fileobj=stream)
        )  # a reader, as BinaryIO in all we use
    if packing == "bz2":
        return cast("BinaryIO", bz2.BZ2File(stream))  # the same
    if packing == "xz":
        return cast("BinaryIO", _XzStream(stream, limits.memory_bytes))  # the same
    import pyarrow as pa  # noqa: PLC0415  (only this packing needs it)

    return pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd")


def _is_tar(head: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(head[:HEAD_BYTES], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True
