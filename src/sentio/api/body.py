"""Takes a request's body in: whole, within its limits, unpacked where it is gzip (RFC 9110)."""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from sentio.api.problems import RequestError
from sentio.ingest.sources.limits import Limits
from sentio.ingest.sources.section import Part, PartWriter

PIECE_BYTES = 262_144
GZIP = 31  # window bits: a gzip header and trailer around deflate

SUFFIXES: dict[str, str] = {
    "": "",
    "application/octet-stream": "",
    "text/plain": "",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/x-ndjson": ".ndjson",
    "application/ndjson": ".ndjson",
    "application/jsonl": ".ndjson",
    "application/x-jsonlines": ".ndjson",
    "application/json": ".json",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/vnd.apache.arrow.stream": ".arrows",
    "application/vnd.apache.arrow.file": ".arrow",
    "application/vnd.apache.parquet": ".parquet",
}
"""Media types that are taken, and the hint each gives to whoever recognises the format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLimits:
    """How much a body may be, as sent and unpacked, and how long it may take to arrive."""

    sent_bytes: int
    unpacked: Limits
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body that has arrived."""

    part: Part
    digest: str
    suffix: str
    sent_bytes: int


async def take_body(request: Request, limits: BodyLimits) -> Body:
    """Read the body of a request.

    Raises
    ------
    RequestError
        408, 413, 415 or 422: too slow, too large, not a type that is taken, empty or broken.
    """
    suffix = _suffix(request.headers.get("content-type", ""))
    is_packed = _is_packed(request.headers.get("content-encoding", ""))
    _check_announced(request.headers.get("content-length"), limits)
    writer, digest, sent_bytes = PartWriter(), hashlib.sha256(), 0
    unpacking = _Gunzip(limits.unpacked) if is_packed else None
    try:
        async with asyncio.timeout(limits.timeout_s):
            async for chunk in _chunks(request, limits):
                sent_bytes += len(chunk)
                for piece in (chunk,) if unpacking is None else unpacking.feed(chunk, sent_bytes):
                    digest.update(piece)
                    await _write(writer, piece)
    except TimeoutError as error:
        raise RequestError(
            408, f"the body had not arrived after {limits.timeout_s:g} s", where="body"
        ) from error
    if unpacking is not None:
        unpacking.close()
    if not writer.size_bytes:
        raise RequestError(422, "the body is empty", where="body", expected="records")
    return Body(part=writer.part(), digest=digest.hexdigest(), suffix=suffix, sent_bytes=sent_bytes)


async def _chunks(request: Request, limits: BodyLimits) -> AsyncIterator[bytes]:
    sent_bytes = 0
    try:
        async for chunk in request.stream():
            sent_bytes += len(chunk)
            if sent_bytes > limits.sent_bytes:
                raise _too_large(sent_bytes, limits.sent_bytes, "api_max_body_mb")
            if chunk:
                yield chunk
    except ClientDisconnect as error:
        raise RequestError(400, "the sender went away before the end", where="body") from error


async def _write(writer: PartWriter, piece: bytes) -> None:
    if writer.size_bytes + len(piece) > PIECE_BYTES:
        await run_in_threadpool(writer.write, piece)  # it goes to the disk, which may be slow
    else:
        writer.write(piece)


class _Gunzip:
    """Unpacks gzip bytes as they come, in pieces, under a limit."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._inflate = zlib.decompressobj(GZIP)
        self._unpacked_bytes = 0

    def feed(self, chunk: bytes, sent_bytes: int) -> Iterator[bytes]:
        waiting, piece = chunk, b""
        while waiting or len(piece) == PIECE_BYTES:  # a full piece: more may wait inside zlib
            if self._inflate.eof and waiting:
                self._inflate = zlib.decompressobj(GZIP)  # several members in one body
            try:
                piece = self._inflate.decompress(waiting, PIECE_BYTES)
            except zlib.error as error:
                raise _broken(str(error)) from error
            waiting = self._inflate.unconsumed_tail or self._inflate.unused_data
            self._unpacked_bytes += len(piece)
            allowed = self._limits.of_stream(sent_bytes)
            if self._unpacked_bytes > allowed:
                raise _too_large(self._unpacked_bytes, allowed, "api_max_unpacked_mb")
            if piece:
                yield piece

    def close(self) -> None:
        if not self._inflate.eof:
            raise _broken("it ends too early")


def _suffix(content_type: str) -> str:
    media_type = content_type.split(";", 1)[0].strip().lower()
    if media_type not in SUFFIXES:
        raise RequestError(
            415,
            f"the body is said to be {media_type!r}",
            where="Content-Type",
            expected=f"one of {', '.join(name for name in SUFFIXES if name)}",
            next_step="Send the records themselves as the body, not a form.",
        )
    return SUFFIXES[media_type]


def _is_packed(encoding: str) -> bool:
    wanted = encoding.strip().lower()
    if wanted not in {"", "identity", "gzip", "x-gzip"}:
        raise RequestError(
            415, f"the body is packed by {wanted!r}", where="Content-Encoding", expected="gzip"
        )
    return wanted.endswith("gzip")


def _check_announced(length: str | None, limits: BodyLimits) -> None:
    if length is not None and length.isdigit() and int(length) > limits.sent_bytes:
        raise _too_large(int(length), limits.sent_bytes, "api_max_body_mb")


def _too_large(found_bytes: int, limit_bytes: int, setting: str) -> RequestError:
    return RequestError(
        413,
        f"the body has {found_bytes} bytes or more",
        where="body",
        expected=f"at most {limit_bytes} bytes",
        next_step=f"Send it in parts, or raise {setting}.",
    )


def _broken(said: str) -> RequestError:
    return RequestError(422, f"the body is not whole gzip ({said})", where="body")
