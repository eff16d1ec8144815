"""Read one input made in a test, and count what came of it."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass

from sentio.ingest.format import Format
from sentio.ingest.piece import Origin, Piece, Reading
from sentio.model.record import Kind

RECEIVED_NS = 1_767_225_600 * 10**9  # 2026-01-01


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """All pieces of one input."""

    pieces: list[Piece]

    @property
    def rows(self) -> int:
        return sum(piece.rows_read for piece in self.pieces)

    @property
    def kept(self) -> int:
        return sum(piece.rows_kept for piece in self.pieces)

    @property
    def reasons(self) -> dict[str, int]:
        return dict(Counter(row["reason"] for row in self.rejected))

    @property
    def rejected(self) -> list[dict]:
        return [row for piece in self.pieces for row in piece.rejected.to_pylist()]

    def records(self, kind: Kind | None = None) -> list[dict]:
        wanted = [piece for piece in self.pieces if kind is None or piece.kind is kind]
        return [row for piece in wanted for row in piece.batch.to_pylist()]


def read(
    form: Format, content: bytes | str, *, batch_rows: int = 65_536, start: int = 0, **options: str
) -> Read:
    """Read bytes by a format; every piece must account for its rows."""
    raw = content.encode() if isinstance(content, str) else content
    reading = Reading(
        origin=Origin(source="test", name="input"),
        received_ns=RECEIVED_NS,
        options=options,
        batch_rows=batch_rows,
        start=start,
    )
    pieces = list(form.read(io.BytesIO(raw), reading))
    for piece in pieces:
        assert piece.rows_read == piece.rows_kept + piece.rejected.num_rows
    assert [piece.position for piece in pieces] == sorted({piece.position for piece in pieces})
    return Read(pieces=pieces)
