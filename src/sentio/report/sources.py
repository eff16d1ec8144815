"""How good the sources are, and what was rejected, for the report."""

from __future__ import annotations

from sentio.ingest.piece import REASONS
from sentio.report.asked import Asked
from sentio.report.page import Rejected, Source

SHARES = ("valid_share", "complete_share", "duplicate_share", "late_share", "suspect_share")


def sources(asked: Asked, *, now_ns: int) -> tuple[Source, ...]:
    """Tell the quality of each source and format, by name."""
    return tuple(
        Source(
            source=row["source"],
            format=row["format"],
            last_ts=row["last_ts"],
            age_s=None if row["last_ts"] is None else (now_ns - row["last_ts"]) / 1e9,
            rows_read=row["rows_read"],
            **{name: row[name] for name in SHARES},
        )
        for row in asked.answers.ask("source_quality").to_pylist()
    )


def rejected(asked: Asked) -> tuple[Rejected, ...]:
    """Tell how many rows were rejected, by source and reason, most first."""
    found = (
        Rejected(
            source=row["source"],
            reason=row["reason"],
            meaning=REASONS.get(row["reason"], ""),
            rows=row["rows"],
            replayed=row["replayed"],
        )
        for row in asked.answers.ask("dead_letters").to_pylist()
    )
    return tuple(sorted(found, key=lambda each: (-each.rows, each.source, each.reason)))
