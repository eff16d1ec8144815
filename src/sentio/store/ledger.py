"""The ledger beside the facts: commits, positions of inputs, quality of sources, rejected rows.

All of it changes in the same transaction as the facts and the cube, which is why a crash at any
moment loses nothing that was acknowledged and counts nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

import duckdb
import pyarrow as pa

TABLES = (
    """CREATE TABLE IF NOT EXISTS ingest_commit (
      origin INTEGER PRIMARY KEY, source VARCHAR, at_ns BIGINT, records BIGINT, release VARCHAR
    )""",
    """CREATE TABLE IF NOT EXISTS position (
      source VARCHAR, input VARCHAR, fingerprint VARCHAR, format VARCHAR, position BIGINT,
      size_bytes BIGINT, rows_read BIGINT, rows_kept BIGINT, rows_rejected BIGINT, records BIGINT,
      is_done BOOLEAN, newest_ts VARCHAR, at_ns BIGINT, PRIMARY KEY (source, input)
    )""",
    """CREATE TABLE IF NOT EXISTS quality (
      source VARCHAR, format VARCHAR, at_ns BIGINT, rows_read BIGINT, rows_kept BIGINT,
      records BIGINT, rejected BIGINT, duplicates BIGINT, late BIGINT, suspect BIGINT,
      cells BIGINT, cells_present BIGINT, first_ts BIGINT, last_ts BIGINT
    )""",
    """CREATE TABLE IF NOT EXISTS dead_letter (
      id BIGINT, source VARCHAR, input VARCHAR, format VARCHAR, options VARCHAR, line BIGINT,
      field VARCHAR, reason VARCHAR, message VARCHAR, rows BIGINT, envelope BIGINT, place INTEGER,
      at_ns BIGINT, replayed_ns BIGINT
    )""",
    "CREATE TABLE IF NOT EXISTS envelope (id BIGINT PRIMARY KEY, head BLOB, sealed BLOB)",
    "CREATE TABLE IF NOT EXISTS about (name VARCHAR PRIMARY KEY, value VARCHAR)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far an input has been read; ``rows_read == rows_kept + rows_rejected``."""

    source: str
    input: str
    fingerprint: str
    format: str
    position: int = 0
    size_bytes: int = 0
    rows_read: int = 0
    rows_kept: int = 0
    rows_rejected: int = 0
    records: int = 0
    is_done: bool = False
    newest_ts: str = "{}"  # JSON: the newest time of each family so far; rows far behind are late


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What one commit says of a source; counts of rows, but for cells (rows x indicators)."""

    source: str
    format: str
    rows_read: int = 0
    rows_kept: int = 0
    records: int = 0
    rejected: int = 0
    duplicates: int = 0
    late: int = 0
    suspect: int = 0
    cells: int = 0
    cells_present: int = 0
    first_ts: int | None = None
    last_ts: int | None = None

    def plus(self, other: Quality) -> Quality:
        """Add two up: counts add, times widen."""
        counts = {
            each.name: getattr(self, each.name) + getattr(other, each.name)
            for each in fields(self)
            if each.name not in ("source", "format", "first_ts", "last_ts")
        }
        firsts = [ts for ts in (self.first_ts, other.first_ts) if ts is not None]
        lasts = [ts for ts in (self.last_ts, other.last_ts) if ts is not None]
        return replace(
            self, **counts, first_ts=min(firsts, default=None), last_ts=max(lasts, default=None)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """Rejected rows of one piece, their bytes sealed in one envelope.

    ``rejected`` has the columns line, field, reason, message, rows (how many rows of the input a
    letter stands for, nearly always 1); ``head`` is what a replay needs in
    front of the rows (a header line), empty if nothing.
    """

    source: str
    input: str
    format: str
    options: str
    rejected: pa.RecordBatch
    sealed: bytes
    head: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """All that one transaction writes."""

    source: str
    at_ns: int
    release: str
    facts: dict[str, list[pa.RecordBatch]] = field(default_factory=dict[str, list[pa.RecordBatch]])
    cubes: dict[str, list[pa.RecordBatch]] = field(default_factory=dict[str, list[pa.RecordBatch]])
    positions: list[Position] = field(default_factory=list[Position])
    quality: list[Quality] = field(default_factory=list[Quality])
    dead_letters: list[DeadLetters] = field(default_factory=list[DeadLetters])


def next_origin(con: duckdb.DuckDBPyConnection) -> int:
    """Give the number of the next commit; every fact carries the number of its own."""
    row = con.execute("SELECT coalesce(max(origin), 0) + 1 FROM ingest_commit").fetchone()
    return int(row[0]) if row else 1


def write_positions(
    con: duckdb.DuckDBPyConnection, positions: list[Position], *, at_ns: int
) -> None:
    """Note how far each input has been read."""
    if not positions:
        return
    names = Position.__slots__  # in the order of the table
    con.register("positions", pa.table({n: [getattr(p, n) for p in positions] for n in names}))
    con.execute("INSERT OR REPLACE INTO position SELECT *, ? FROM positions", [at_ns])
    con.unregister("positions")


def write_quality(con: duckdb.DuckDBPyConnection, quality: list[Quality], *, at_ns: int) -> None:
    """Note what this commit says of its sources."""
    rows = [
        (q.source, q.format, at_ns, q.rows_read, q.rows_kept, q.records, q.rejected, q.duplicates,
         q.late, q.suspect, q.cells, q.cells_present, q.first_ts, q.last_ts)
        for q in quality
    ]  # fmt: skip
    if rows:
        con.executemany(
            "INSERT INTO quality VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
        )


def write_dead_letters(
    con: duckdb.DuckDBPyConnection, letters: list[DeadLetters], *, at_ns: int
) -> None:
    """Keep rejected rows, and their bytes sealed."""
    if not letters:
        return
    row = con.execute(
        "SELECT (SELECT coalesce(max(id), 0) FROM envelope), "
        "(SELECT coalesce(max(id), 0) FROM dead_letter)"
    ).fetchone()
    envelope, letter = row or (0, 0)
    for batch in letters:
        envelope += 1
        rows = batch.rejected.num_rows
        con.execute("INSERT INTO envelope VALUES (?, ?, ?)", [envelope, batch.head, batch.sealed])
        con.register("rejected", pa.Table.from_batches([batch.rejected]))
        con.execute(
            "INSERT INTO dead_letter SELECT ? + row_number() OVER (), ?, ?, ?, ?, line, field, "
            "reason, message, rows, ?, row_number() OVER () - 1, ?, NULL FROM rejected",
            [letter, batch.source, batch.input, batch.format, batch.options, envelope, at_ns],
        )
        con.unregister("rejected")
        letter += rows
