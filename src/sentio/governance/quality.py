"""How good each source is: fresh, complete, valid, without doubles, in time, trusted."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from sentio.store.ask import Answers

INPUTS = """
SELECT source, count(*), count(*) FILTER (WHERE NOT is_done) FROM position GROUP BY source
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceQuality:
    """What is known of one source and format.

    Shares are [0, 1], or None where there is nothing to take a share of. ``freshness_s`` is the
    age of its newest record, ``silence_s`` the time since anything arrived from it.
    ``inputs`` and ``inputs_open`` (read in part) count all formats of the source.
    """

    source: str
    format: str
    inputs: int
    inputs_open: int
    rows_read: int
    rows_kept: int
    records: int
    rejected: int
    first_ts: int | None
    last_ts: int | None
    freshness_s: float | None
    silence_s: float
    valid_share: float | None
    complete_share: float | None
    duplicate_share: float | None
    late_share: float | None
    suspect_share: float | None


def source_quality(
    answers: Answers, con: duckdb.DuckDBPyConnection, *, now_ns: int
) -> list[SourceQuality]:
    """Tell the quality of every source that has ever sent anything, by name and format."""
    inputs = {source: (count, still) for source, count, still in con.execute(INPUTS).fetchall()}
    return [
        SourceQuality(
            source=row["source"],
            format=row["format"],
            inputs=inputs.get(row["source"], (0, 0))[0],
            inputs_open=inputs.get(row["source"], (0, 0))[1],
            rows_read=row["rows_read"],
            rows_kept=row["rows_kept"],
            records=row["records"],
            rejected=row["rejected"],
            first_ts=row["first_ts"],
            last_ts=row["last_ts"],
            freshness_s=None if row["last_ts"] is None else _age_s(row["last_ts"], now_ns),
            silence_s=_age_s(row["at_ns"], now_ns),
            valid_share=row["valid_share"],
            complete_share=row["complete_share"],
            duplicate_share=row["duplicate_share"],
            late_share=row["late_share"],
            suspect_share=row["suspect_share"],
        )
        for row in answers.ask("source_quality").to_pylist()
    ]


def _age_s(ts_ns: int, now_ns: int) -> float:
    return round((now_ns - ts_ns) / 1e9, 3)
