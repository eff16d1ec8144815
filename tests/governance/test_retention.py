"""What is older than may be kept goes whole: facts, rejected rows, and their sealed bytes."""

from __future__ import annotations

import time
from pathlib import Path

from sentio.governance.retention import drop
from sentio.ingest.sources.files import inputs
from sentio.kernel.config import load_settings
from sentio.loop.platform import open_platform

DAY_NS = 86_400 * 10**9


def test_rejected_rows_go_with_their_bytes_once_they_are_too_old(tmp_path: Path) -> None:
    now_ns = time.time_ns()
    (tmp_path / "a.csv").write_text(
        f"ts,imsi,cell,page_load_ms\n{now_ns},262010000000001,c,900\nnever,262010000000002,c,9\n"
    )
    with open_platform(load_settings({"data_folder": tmp_path / "data"})) as platform:
        platform.record_path.run(
            inputs([tmp_path / "a.csv"], source="s"), source="s", options={"service": "web"}
        )

        early = drop(platform.warehouse, keep_days=2, now_ns=now_ns)
        late = drop(platform.warehouse, keep_days=2, now_ns=now_ns + 5 * DAY_NS)
        left = platform.warehouse.con.execute(
            "SELECT (SELECT count(*) FROM dead_letter), (SELECT count(*) FROM envelope)"
        ).fetchone()

    assert (early.rows, early.dead_letters) == (0, 0)
    assert (late.rows, late.dead_letters) == (1, 1)
    assert left == (0, 0)
