"""The contract of a format: recognise it, read it to canonical columns, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sentio.ingest.piece import Piece, Reading
from sentio.kernel.register import Register

HEAD_BYTES = 65_536
"""How much of an input `Format.sniff` is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One way that telemetry is written down.

    Attributes
    ----------
    sniff
        ``sniff(head, name)``: how sure the bytes are of this format, [0, 1]; 0 means no.
        ``head`` is at most `HEAD_BYTES`; ``name`` is the file's name (a hint, never proof).
        Must not raise, whatever the bytes.
    read
        ``read(stream, reading)``: yields `Piece`s in order. Streams: memory stays constant however
        long the input. A bad row is rejected and the rest goes on; `FormatError` is raised only
        when nothing more of the input can be understood (its pieces so far stay). Never any other
        exception, never a hang, whatever the bytes.
    parts
        For fast formats, the same reading as a row of calls that may be made in any order and by
        several threads; each gives the pieces of one part, which stand or fall together.
    replay_head
        ``replay_head(head)``: what must stand in front of a rejected row of an input that begins
        with ``head`` to read it again alone (a header line); None if rows cannot be read alone.
    """

    name: str
    title: str
    standard: str
    sniff: Callable[[bytes, str], float]
    read: Callable[[BinaryIO, Reading], Iterator[Piece]]
    parts: Callable[[BinaryIO, Reading], Iterator[Callable[[], list[Piece]]]] | None = None
    replay_head: Callable[[bytes], bytes] | None = None


FORMATS: Register[Format] = Register("format", constant="FORMAT", package="sentio.ingest.formats")
"""All formats, by name."""
