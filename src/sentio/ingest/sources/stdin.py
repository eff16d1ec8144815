"""Standard input as one input, spooled so that it can be read twice and resumed."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from sentio.ingest.input import Input
from sentio.ingest.piece import Origin
from sentio.ingest.sources.limits import Limits
from sentio.ingest.sources.packed import guarded
from sentio.ingest.sources.section import BUFFER_BYTES, Spool

NAME_DIGITS = 16


def from_stdin(stream: BinaryIO, *, source: str, limits: Limits | None = None) -> Input:
    """Read standard input to its end and give it as an input, named after its content.

    The same bytes piped in again are the same input, and so are not counted twice.
    """
    limit = (limits or Limits()).unpacked_bytes
    part = Spool().add(guarded(stream, name="standard input", limit_bytes=limit))
    digest = hashlib.sha256()
    with part.open() as again:
        while chunk := again.read(BUFFER_BYTES):
            digest.update(chunk)
    name = f"-#{digest.hexdigest()[:NAME_DIGITS]}"
    return Input(
        origin=Origin(source=source, name=name), open=part.open, size_bytes=part.size_bytes
    )
