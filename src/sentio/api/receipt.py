"""The receipt of one body, made from what was committed: asked again, it is the same."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from sentio.governance.dead_letters import (
    Selection,
    count_by_reason,
    count_letters,
    letters,
)
from sentio.store.ledger import Position

SAMPLE = 5
BENIGN = frozenset({"duplicate", "not_telemetry"})
"""Reasons for which a sender need do nothing: such rows were read, and that is success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSample:
    """A dead letter as the sender sees it; its bytes are the sender's own and are not sent back."""

    id: int
    line: int
    field: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyReceipt:
    """What became of one body; ``rows_read == rows_kept + rows_rejected``, always.

    ``rejected_by_reason`` counts rows; ``sample`` shows the first of the ``dead_letters``.
    """

    source: str
    input: str
    format: str
    rows_read: int
    rows_kept: int
    rows_rejected: int
    records: int
    rejected_by_reason: dict[str, int]
    dead_letters: int
    sample: tuple[LetterSample, ...]

    @property
    def status(self) -> int:
        """The HTTP status: 200 if anything was kept, else what is wrong with all of it."""
        reasons = set(self.rejected_by_reason)
        if self.rows_kept or not reasons or reasons & BENIGN:
            return 200
        return 415 if reasons == {"unknown_format"} else 422

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """Give it as JSON."""
        return asdict(self)


def receipt_of(con: duckdb.DuckDBPyConnection, position: Position) -> BodyReceipt:
    """Make the receipt of an input that was read to its end."""
    chosen = Selection(source=position.source, input=position.input, with_replayed=True)
    count, _ = count_letters(con, chosen)
    return BodyReceipt(
        source=position.source,
        input=position.input,
        format=position.format,
        rows_read=position.rows_read,
        rows_kept=position.rows_kept,
        rows_rejected=position.rows_rejected,
        records=position.records,
        rejected_by_reason=count_by_reason(con, chosen) if count else {},
        dead_letters=count,
        sample=tuple(
            LetterSample(
                id=each.id,
                line=each.line,
                field=each.field,
                reason=each.reason,
                message=each.message,
            )
            for each in (letters(con, chosen, limit=SAMPLE) if count else ())
        ),
    )
