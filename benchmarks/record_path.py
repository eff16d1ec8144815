"""Claim: wide xDR CSV goes from file to committed facts and cube at the speed of a national feed.

Compares, in the same run and on the same file, with the time DuckDB alone takes to load just the
mapped columns. Also measures the service models alone, on one core.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from _report import arguments, report
from scoring import LIST_LENGTH, rows_per_s, rows_per_s_with_lists
from sentio.experience.service import SERVICES
from sentio.governance.key import Key
from sentio.ingest.input import Input
from sentio.ingest.layout import Layout, recognise
from sentio.ingest.piece import Origin
from sentio.kernel.clock import SystemClock
from sentio.lab.xdr import write_xdr
from sentio.loop.record_path import RecordPath
from sentio.store.warehouse import Warehouse

NUMBER_COLUMNS = ("_Time", "_Data", "_ms", "status", "Packet")


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--data", type=Path, help="a wide xDR CSV (default: generated)")
    parser.add_argument("--map", default="", help="the column map, if it cannot be told by itself")
    parser.add_argument("--rows", type=int, default=4_000_000, help="rows of the generated file")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-models", action="store_true", help="leave the models' speeds out")
    parser.add_argument("--one", help="(inner) ingest this file and print what it took")
    wanted = parser.parse_args()
    if wanted.one:
        print(json.dumps(_ingest(Path(wanted.one), wanted.map)))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = wanted.data or _generated(Path(folder), wanted.rows)
        file = _one_file(file)
        figures = _compare(file, wanted.map, wanted.runs, Path(folder))
    if not wanted.no_models:
        figures |= _model_speeds(0.5)
    report(figures, as_json=wanted.json)


def _model_speeds(seconds: float) -> dict[str, object]:
    """Rows a second and core; rows with lists (messages, segments) have `LIST_LENGTH` numbers."""
    services = list(SERVICES)
    alone = {service.name: rows_per_s(service, seconds) for service in services}
    with_lists = rows_per_s_with_lists(services, seconds)
    return {
        "rows_s": _rounded(alone, "mos"),
        "rows_s_with_drivers": _rounded(alone, "score with drivers"),
        "segments_a_row": LIST_LENGTH,
        "rows_s_with_segments": _rounded(with_lists, "mos"),
        "rows_s_with_segments_and_drivers": _rounded(with_lists, "score with drivers"),
    }


def _rounded(speeds: dict[str, dict[str, float]], key: str) -> dict[str, int]:
    return {name: round(each[key]) for name, each in speeds.items()}


def _compare(file: Path, wanted_map: str, runs: int, folder: Path) -> dict[str, object]:
    size_mb = file.stat().st_size / 1e6
    if size_mb < 4000:
        _read_once(file)  # both read from the page cache
    ours: list[dict[str, float]] = []
    peers: list[float] = []
    for _ in range(runs):  # in turn, so that a drifting machine hits both alike
        ours.append(_ingest_apart(file, wanted_map))
        peers.append(_duckdb_load(file, wanted_map, folder / "peer.db"))
    seconds = statistics.median(each["seconds"] for each in ours)
    ratios = [each["seconds"] / peer for each, peer in zip(ours, peers, strict=True)]
    return {
        "file_mb": round(size_mb, 1),
        "rows": int(ours[0]["rows_kept"]),
        "rows_rejected": int(ours[0]["rows_rejected"]),
        "bytes_a_row": round(file.stat().st_size / max(ours[0]["rows_read"], 1)),
        "wire_mb_s": round(size_mb / seconds, 1),
        "rows_per_s": round(ours[0]["rows_read"] / seconds),
        "duckdb_load_mb_s": round(size_mb / statistics.median(peers), 1),
        "ratio_to_duckdb_load": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "peak_rss_mb": round(max(each["peak_rss_mb"] for each in ours)),
        "runs": runs,
    }


def _read_once(file: Path) -> None:
    with file.open("rb") as stream:
        while stream.read(1 << 24):
            pass


def _ingest_apart(file: Path, wanted_map: str) -> dict[str, float]:
    """Ingest in a process of its own, so that its peak memory is its own."""
    command = [sys.executable, __file__, "--one", str(file), "--map", wanted_map]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def _ingest(file: Path, wanted_map: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        _warm_up(file, wanted_map, Path(folder))
        with Warehouse(Path(folder) / "store.db") as warehouse:
            path = RecordPath(warehouse, key=Key(b"b" * 32), clock=SystemClock())
            options = {"map": wanted_map} if wanted_map else {}
            began = time.perf_counter()
            receipt = path.run([_input(file)], source="probe", options=options)
            seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "rows_read": receipt.rows_read,
        "rows_kept": receipt.rows_kept,
        "rows_rejected": receipt.rows_rejected,
        "peak_rss_mb": _peak_rss_mb(),
    }


def _peak_rss_mb() -> float:
    """Tell the most memory of this process; ``ru_maxrss`` would count that of its parent too."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _warm_up(file: Path, wanted_map: str, folder: Path) -> None:
    """Let the kernels be compiled or loaded: a feed runs for months, not for seconds."""
    head = folder / "head.csv"
    with file.open("rb") as stream:
        head.write_bytes(b"".join(stream.readline() for _ in range(2000)))
    with Warehouse(folder / "warm.db") as warehouse:
        path = RecordPath(warehouse, key=Key(b"b" * 32), clock=SystemClock())
        options = {"map": wanted_map} if wanted_map else {}
        path.run([_input(head)], source="probe", options=options)
    gc.collect()


def _input(file: Path) -> Input:
    return Input(
        origin=Origin(source="probe", name=str(file)),
        open=lambda: file.open("rb"),
        size_bytes=file.stat().st_size,
        path=file,
    )


def _duckdb_load(file: Path, wanted_map: str, store: Path) -> float:
    """Time DuckDB alone: the mapped columns of the same file into a table of a file of its own."""
    with file.open("rb") as stream:
        layout, _ = recognise(stream.read(1 << 16), wanted_map)
    if layout is None:
        raise SystemExit(f"no column map fits {file}: name one by --map")
    needed = [name for name in layout.map.sources if name in layout.names]
    columns = ", ".join(f"'{name}': '{_type(name, layout)}'" for name in layout.names)
    chosen = ", ".join(f'"{name}"' for name in needed)
    quote = '"' if layout.has_quotes else ""
    store.unlink(missing_ok=True)
    con = duckdb.connect(str(store), config={"memory_limit": "768MB"})
    con.execute("SET enable_progress_bar = false")
    began = time.perf_counter()
    con.execute(
        f"CREATE TABLE facts AS SELECT {chosen} FROM read_csv('{file}', "
        f"delim='{layout.delimiter}', header={str(layout.has_header).lower()}, "
        f"quote='{quote}', auto_detect=false, nullstr={layout.map.nulls!r}, "
        f"ignore_errors=true, columns={{{columns}}})"
    )
    con.close()
    seconds = time.perf_counter() - began
    store.unlink()
    return seconds


def _type(name: str, layout: Layout) -> str:
    is_needed = name in layout.map.sources
    if is_needed and name.endswith("_Time"):
        sample = dict(zip(layout.names, layout.sample, strict=False)).get(name, "")
        return "BIGINT" if sample.isdigit() else "TIMESTAMP"
    is_number = is_needed and name.endswith(NUMBER_COLUMNS)
    return "DOUBLE" if is_number else "VARCHAR"


def _generated(folder: Path, rows: int) -> Path:
    file = folder / "xdr.csv"
    write_xdr(file, rows)
    return file


def _one_file(path: Path) -> Path:
    if path.is_file():
        return path
    files = sorted(each for each in path.rglob("*.csv") if each.is_file())
    if not files:
        raise SystemExit(f"{path}: there is no CSV file")
    return max(files, key=os.path.getsize)


if __name__ == "__main__":
    main()
