"""The pieces of one input, numbered and counted: what is kept, what is rejected."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from sentio.ingest.piece import MAX_RAW_BYTES, NOTHING_REJECTED, Piece, Reading, Rejections
from sentio.model.record import Kind

MAX_HELD_BYTES = 8 * 2**20
"""Rejected rows are handed on once their bytes reach this, so that a bad file costs no memory."""
MAX_QUOTED_CHARS = 80


class Refused(ValueError):
    """A row cannot be kept: why in words, its field, and the reason code."""

    def __init__(self, what: str, *, field: str = "", reason: str = "unreadable") -> None:
        self.field = field
        self.reason = reason
        super().__init__(what)


class Pieces:
    """Makes the pieces of one input.

    A position is the number of a piece, counted from 1; pieces up to ``reading.start`` are made
    again but not handed on. Rejected rows go with the next piece that is made.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._rejections = Rejections()
        self._held_bytes = 0
        self._position = 0

    def reject(
        self, what: str, *, line: int, field: str, reason: str, raw: bytes | str = b""
    ) -> None:
        """Note one rejected row; ``what`` is the sentence without its place."""
        raw = (raw.encode("utf-8", "replace") if isinstance(raw, str) else raw)[:MAX_RAW_BYTES]
        place = f"{self._reading.origin.name}:{line}"
        self._held_bytes += len(raw) + len(what)
        self._rejections.add(
            line=line,
            field=writable(field),
            reason=reason,
            message=writable(f"{place}: {what}."),
            raw=raw,
        )

    def refuse(self, error: Refused, *, line: int, raw: bytes) -> None:
        """Note one rejected row for what was raised against it."""
        self.reject(str(error), line=line, field=error.field, reason=error.reason, raw=raw)

    @property
    def are_due(self) -> bool:
        """Tell whether the rejected rows have grown so many that a piece must be made."""
        rows = len(self._rejections)
        return rows >= self._reading.batch_rows or self._held_bytes >= MAX_HELD_BYTES

    @property
    def has_rejections(self) -> bool:
        """Tell whether rejected rows wait for a piece."""
        return bool(len(self._rejections))

    def make(
        self, kind: Kind, batch: pa.RecordBatch, *, rows_kept: int, service: str = ""
    ) -> Iterator[Piece]:
        """Cut a batch into pieces of at most ``batch_rows``; the first one carries the counts."""
        rejected = self._rejections.take() if self.has_rejections else NOTHING_REJECTED
        self._held_bytes = 0
        step = max(self._reading.batch_rows, 1)
        for offset in range(0, max(batch.num_rows, 1), step):
            self._position += 1
            piece = Piece(
                kind=kind,
                batch=batch.slice(offset, step),
                rows_read=rows_kept + rejected.num_rows,
                rows_kept=rows_kept,
                position=self._position,
                rejected=rejected,
                service=service,
            )
            rows_kept, rejected = 0, NOTHING_REJECTED
            if self._position > self._reading.start:
                yield piece


def writable(text: str) -> str:
    """Replace what cannot be written as UTF-8 (half a surrogate pair out of a JSON escape)."""
    return text.encode("utf-8", "replace").decode("utf-8")


def quoted(value: object) -> str:
    """Quote a value for a message, shortened."""
    text = value if isinstance(value, str) else type(value).__name__
    text = text if len(text) <= MAX_QUOTED_CHARS else f"{text[:MAX_QUOTED_CHARS]}..."
    return f'"{writable(text)}"'
