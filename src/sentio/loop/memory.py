"""Recall, after a restart, the rows a source sent last: from the facts, with nothing else kept."""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt

from sentio.loop.row_hash import NOT_CONTENT, row_hashes
from sentio.loop.seen import WINDOW_ROWS, Seen
from sentio.store.facts import UNDATED_FAMILIES, partitions

SCORE_COLUMNS = NOT_CONTENT


def recall(con: duckdb.DuckDBPyConnection, source: str) -> Seen:
    """Rebuild the memory of a source from the facts of its last commits."""
    seen = Seen()
    commits = con.execute(
        "SELECT origin, records FROM ingest_commit WHERE source = ? ORDER BY origin DESC", [source]
    ).fetchall()
    wanted: list[int] = []
    rows = 0
    for origin, records in commits:
        if rows >= WINDOW_ROWS:
            break
        wanted.append(int(origin))
        rows += int(records)
    for origin in reversed(wanted):
        seen.remember(_hashes(con, origin))
    return seen


def _hashes(con: duckdb.DuckDBPyConnection, origin: int) -> npt.NDArray[np.int64]:
    found: list[npt.NDArray[np.int64]] = []
    families = {part.family for part in partitions(con)} - set(UNDATED_FAMILIES)
    for family in sorted(families):
        table = con.execute(f'SELECT * FROM "{family}" WHERE origin = ?', [origin])
        found.extend(row_hashes(batch) for batch in table.to_arrow_table().to_batches())
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)
