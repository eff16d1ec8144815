"""Results kept in gzip (RFC 1952) or zstd (RFC 8878), unpacked as they are read."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa

from sentio.ingest.wire.text.streams import put_back, read_fully
from sentio.kernel.errors import FormatError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CODECS = {b"\x1f\x8b\x08": "gzip", b"\x28\xb5\x2f": "zstd"}
"""How packed data begins."""
MAGIC_BYTES = 3
HEAD_BYTES = 65_536
DAMAGED = (OSError, pa.ArrowException, ValueError, EOFError, zlib.error)


def unpacked(stream: BinaryIO, name: str) -> BinaryIO:
    """Give the plain bytes of a stream, packed or not; raises `FormatError` where it is damaged."""
    head = read_fully(stream, MAGIC_BYTES)
    whole = put_back(head, stream)
    codec = CODECS.get(head)
    if codec is None:
        return whole
    packed = pa.CompressedInputStream(pa.PythonFile(whole, mode="r"), codec)
    return io.BufferedReader(_Unpacked(packed, name), HEAD_BYTES)


def unpacked_head(head: bytes) -> bytes:
    """Give what the first bytes hold, as far as they can be unpacked."""
    codec = CODECS.get(head[:MAGIC_BYTES])
    if codec is None:
        return head
    found, part = bytearray(), bytearray(4096)
    try:
        packed = pa.CompressedInputStream(pa.BufferReader(head), codec)
        while len(found) < HEAD_BYTES and (size := packed.readinto(part)):
            found += part[:size]
    except DAMAGED:  # the head ends in the middle of a frame
        pass
    return bytes(found)


class _Unpacked(io.RawIOBase):
    def __init__(self, packed: pa.CompressedInputStream, name: str) -> None:
        super().__init__()
        self._packed = packed
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        room = memoryview(buffer).cast("B")
        try:
            return self._packed.readinto(room)  # read() would lose its buffer where it fails
        except DAMAGED as error:
            raise FormatError(
                f"packed data is damaged ({error})",
                where=self._name,
                expected="whole gzip or zstd frames",
                next_step="Fetch the file again; what was read before it stays.",
            ) from error
