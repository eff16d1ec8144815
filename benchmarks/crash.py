"""Claim: killed at any moment and run again, nothing is lost and nothing is done twice.

``--stage ingestion``: a file is ingested undisturbed; then again, while the process is killed
(SIGKILL) at random moments and started anew until it ends by itself. Facts and cube must be equal,
row for row. ``--stage execution``: plans are carried out in the lab, which is down, slow or
confused now and then, while the process is killed; in the end each action stands once or not at
all, as it is wanted.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

import _crash_execution
from _report import arguments, report
from sentio.lab.xdr import write_xdr

ONE_RUN = """
import sys
from pathlib import Path
from sentio.governance.key import Key
from sentio.ingest.input import Input
from sentio.ingest.piece import Origin
from sentio.kernel.clock import SystemClock
from sentio.loop.record_path import RecordPath
from sentio.store.warehouse import Warehouse
store, *files = map(Path, sys.argv[1:])
inputs = [
    Input(origin=Origin(source="crash", name=f.name), open=lambda f=f: f.open("rb"),
          size_bytes=f.stat().st_size, path=f) for f in files
]
with Warehouse(store, memory_limit_mb=512) as warehouse:
    path = RecordPath(warehouse, key=Key(b"k" * 32), clock=SystemClock(), commit_rows=60_000)
    path.run(inputs, source="crash")
"""


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--data", type=Path, help="a folder of input files (default: generated)")
    parser.add_argument("--stage", choices=("ingestion", "execution"), default="ingestion")
    parser.add_argument("--kills", type=int, help="50, of execution 30")
    parser.add_argument("--rows", type=int, default=600_000, help="rows of the generated file")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    wanted.kills = wanted.kills or (30 if wanted.stage == "execution" else 50)
    if wanted.stage == "execution":
        with tempfile.TemporaryDirectory() as folder:
            report(_crash_execution.figures(wanted, Path(folder)), as_json=wanted.json)
        return
    with tempfile.TemporaryDirectory() as folder:
        files = _files(wanted, Path(folder))
        began = time.monotonic()
        calm = Path(folder) / "calm.db"
        if _run(calm, files).wait() != 0:
            raise SystemExit("ingestion failed undisturbed")
        calm_s = time.monotonic() - began
        stormy = Path(folder) / "stormy.db"
        kills = _storm(stormy, files, wanted.kills, calm_s, random.Random(wanted.seed))
        result = {"kills": kills, "calm_s": round(calm_s, 2), **_compare(calm, stormy)}
    report(result, as_json=wanted.json)


def _files(wanted: argparse.Namespace, folder: Path) -> list[Path]:
    if wanted.data:
        return sorted(path for path in wanted.data.rglob("*") if path.is_file())
    # one file twice under two names: the second is all duplicates, across commits and crashes
    first, second = folder / "a.csv", folder / "b.csv"
    write_xdr(first, wanted.rows, seed=wanted.seed)
    second.write_bytes(first.read_bytes()[: first.stat().st_size // 4])
    return [first, second]


def _run(store: Path, files: list[Path]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", ONE_RUN, str(store), *map(str, files)])


def _storm(store: Path, files: list[Path], kills: int, calm_s: float, rng: random.Random) -> int:
    done = 0
    start_s = 2.0  # the interpreter and the compiled kernels need about so long
    while done < kills:
        process = _run(store, files)
        # early kills keep the run alive long enough for many of them
        patience_s = start_s + rng.random() * max(calm_s - start_s, 1.0) * 3 / kills * (
            1 + done % 4
        )
        try:
            process.wait(timeout=patience_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            done += 1
            continue
        if process.returncode:
            raise SystemExit(f"ingestion failed by itself (exit {process.returncode})")
        store.unlink()  # it got through: begin anew, until it has been killed often enough
        store.with_suffix(".db.wal").unlink(missing_ok=True)
    if _run(store, files).wait() != 0:
        raise SystemExit("ingestion failed by itself after the last kill")
    return done


def _compare(calm: Path, stormy: Path) -> dict[str, object]:
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    con.execute(f"ATTACH '{calm}' AS calm (READ_ONLY)")
    con.execute(f"ATTACH '{stormy}' AS stormy (READ_ONLY)")
    tables = {
        name
        for (name,) in con.execute(
            # views, since two stores may have given one name two codes
            "SELECT DISTINCT view_name FROM duckdb_views() "
            "WHERE database_name IN ('calm', 'stormy') AND view_name LIKE 'experience%' UNION "
            "SELECT DISTINCT table_name FROM duckdb_tables() "
            "WHERE database_name IN ('calm', 'stormy') AND table_name LIKE 'cube%'"
        ).fetchall()
    }
    lost = doubled = 0
    rows = 0
    for table in sorted(tables):
        columns = "* EXCLUDE (origin)" if table.startswith("experience") else "*"
        if table.startswith("cube"):
            columns = _merged_columns(con, table)
        count = con.execute(f"SELECT count(*) FROM calm.{table}").fetchone()
        rows += int(count[0]) if count else 0
        lost += _difference(con, table, columns, "calm", "stormy")
        doubled += _difference(con, table, columns, "stormy", "calm")
    counts = con.execute(
        "SELECT sum(rows_read), sum(rows_kept), sum(rows_rejected) FROM stormy.position"
    ).fetchone()
    return {
        "lost": lost,
        "doubled": doubled,
        "tables": len(tables),
        "rows_compared": rows,
        "rows_read_kept_rejected": list(map(int, counts or ())),
    }


def _merged_columns(con: duckdb.DuckDBPyConnection, table: str) -> str:
    names = [
        row[0]
        for row in con.execute(
            "SELECT column_name FROM duckdb_columns() WHERE database_name = 'calm' "
            "AND table_name = ? ORDER BY column_index", [table],
        ).fetchall()
    ]  # fmt: skip
    totals = ", ".join(
        f"{'bit_or' if 'subjects_' in name else 'sum'}({name}) AS {name}" for name in names[4:]
    )
    return f"ts, service, dimension, member, {totals}"


def _difference(
    con: duckdb.DuckDBPyConnection, table: str, columns: str, one: str, other: str
) -> int:
    group = "GROUP BY ts, service, dimension, member" if table.startswith("cube") else ""
    row = con.execute(
        f"SELECT count(*) FROM ((SELECT {columns} FROM {one}.{table} {group}) EXCEPT ALL "
        f"(SELECT {columns} FROM {other}.{table} {group}))"
    ).fetchone()
    return int(row[0]) if row else -1


if __name__ == "__main__":
    main()
