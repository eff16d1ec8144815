"""Read an input whole, and count what came out: shared by the tests of active measurements."""

from __future__ import annotations

import io
from dataclasses import dataclass

from sentio.ingest.format import Format
from sentio.ingest.piece import Origin, Piece, Reading
from sentio.model.record import Kind

RECEIVED_NS = 1_790_000_000_000_000_000
SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """All pieces of one input."""

    pieces: list[Piece]

    @property
    def rows_read(self) -> int:
        return sum(piece.rows_read for piece in self.pieces)

    @property
    def rows_kept(self) -> int:
        return sum(piece.rows_kept for piece in self.pieces)

    @property
    def rejected(self) -> list[dict]:
        return [row for piece in self.pieces for row in piece.rejected.to_pylist()]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(row["line"], row["reason"]) for row in self.rejected]

    def uses(self, service: str | None = None) -> list[dict]:
        """All experience records, of one service or of any."""
        return self._records(Kind.EXPERIENCE, service)

    def measured(self) -> dict[str, list[float]]:
        """Values by indicator, in order."""
        found: dict[str, list[float]] = {}
        for row in self._records(Kind.MEASUREMENT, None):
            found.setdefault(row["indicator"], []).append(row["value"])
        return found

    def measurements(self) -> list[dict]:
        return self._records(Kind.MEASUREMENT, None)

    def events(self) -> list[dict]:
        return self._records(Kind.EVENT, None)

    def _records(self, kind: Kind, service: str | None) -> list[dict]:
        return [
            row
            for piece in self.pieces
            if piece.kind is kind and service in (None, piece.service)
            for row in piece.batch.to_pylist()
        ]


def read(form: Format, content: bytes | str, name: str = "input", **options: str) -> Outcome:
    """Read a content under a name; every piece must account for its rows."""
    data = content.encode() if isinstance(content, str) else content
    origin = Origin(source="feed", name=name)
    reading = Reading(origin=origin, received_ns=RECEIVED_NS, options=options)
    pieces = list(form.read(io.BytesIO(data), reading))
    assert all(p.rows_read == p.rows_kept + p.rejected.num_rows for p in pieces)
    return Outcome(pieces)
