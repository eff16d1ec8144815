"""Killed in the middle, or out of room: nothing is lost, nothing is counted twice."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentio.governance.key import Key
from sentio.ingest.input import Input
from sentio.ingest.piece import Origin
from sentio.kernel.clock import SystemClock
from sentio.kernel.errors import StoreFullError
from sentio.lab.xdr import write_xdr
from sentio.loop.record_path import RecordPath
from sentio.store.warehouse import Warehouse

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
ROWS = 120_000


@pytest.mark.slow
def test_after_three_kills_facts_and_cube_equal_those_of_an_undisturbed_run() -> None:
    command = [sys.executable, "crash.py", "--kills", "3", "--rows", "150000", "--json"]

    done = subprocess.run(command, cwd=BENCHMARKS, check=True, capture_output=True, text=True)

    result = json.loads(done.stdout)
    assert result["kills"] == 3
    assert (result["lost"], result["doubled"]) == (0, 0)
    read, kept, rejected = result["rows_read_kept_rejected"]
    assert read == kept + rejected
    assert result["rows_compared"] > 150_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    size = "size=8m"
    done = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=False
    )
    if not done or done.returncode:
        pytest.skip("a small disk needs the right to mount a tmpfs: run as root to see this")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_disk_stops_cleanly_and_the_next_run_goes_on(
    small_disk: Path, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    write_xdr(file, ROWS)

    with pytest.raises(StoreFullError, match="goes on where it stopped"):
        ingest(small_disk / "store.db", file)
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    ingest(small_disk / "store.db", file)

    with Warehouse(small_disk / "store.db", mode="read") as store:
        row = store.con.execute(
            "SELECT (SELECT count(*) FROM experience_web), (SELECT sum(rows_kept) FROM position), "
            "(SELECT sum(n + unscored) FROM cube_minute WHERE dimension = 'all')"
        ).fetchone()
    assert row == (ROWS, ROWS, ROWS)


def ingest(store: Path, file: Path) -> None:
    one = Input(
        origin=Origin(source="probe", name=file.name),
        open=lambda: file.open("rb"),
        size_bytes=file.stat().st_size,
    )
    with Warehouse(store, memory_limit_mb=256) as warehouse:
        path = RecordPath(warehouse, key=Key(b"k" * 32), clock=SystemClock(), commit_rows=20_000)
        path.run([one], source="probe")
