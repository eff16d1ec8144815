"""One input to read: where it is from, how large it is, and how to open it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sentio.ingest.piece import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A file, a member of an archive, a pushed body, or standard input.

    Attributes
    ----------
    open
        Opens it for reading from the start; may be called several times, but for standard input.
        May raise `FormatError` (a broken or unsafe archive) or OSError.
    size_bytes
        Its size once unpacked, or None if nobody knows before reading.
    path
        The plain file behind it, for readers that can map it; None for anything packed or pushed.
    """

    origin: Origin
    open: Callable[[], BinaryIO]
    size_bytes: int | None = None
    path: Path | None = None
