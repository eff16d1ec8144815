"""Real measurements, whole folders of them: each row is a record or a dead letter with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentio.governance.key import Key
from sentio.ingest.sources.files import inputs
from sentio.ingest.sources.limits import Limits
from sentio.kernel.clock import SystemClock
from sentio.loop.record_path import RecordPath
from sentio.store.warehouse import Warehouse

FOLDERS = {
    "3gpp_pm_xml": ("measurement", 100),
    "ves": ("event", 5),
    "tr069_usp": ("measurement", 300),
    "rtcp_xr": ("experience_voice_nb", 1),
    "cmcd": ("", 0),
    "topology": ("element", 2_000),
    "crm_tickets_nps": ("customer", 7_043),
    "uccmisl_5g": ("experience_file", 40_000),
}
"""Folder, a family of facts that must come out of it, and at least how many of them."""


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("folder", list(FOLDERS))
def test_a_real_folder_is_accounted_for_to_the_row(
    folder: str, shared: Path, tmp_path: Path
) -> None:
    found = inputs([shared / "data" / "inputs" / folder], source=folder, limits=Limits())

    with Warehouse(tmp_path / "store.db") as warehouse:
        path = RecordPath(warehouse, key=Key(b"k" * 32), clock=SystemClock())
        receipt = path.run(found, source=folder)
        positions, letters = counts(warehouse)

    assert receipt.rows_read > 0
    assert receipt.rows_read == receipt.rows_kept + receipt.rows_rejected
    assert positions == (receipt.rows_read, receipt.rows_kept, receipt.rows_rejected)
    assert letters == (receipt.rows_rejected, 0)
    family, least = FOLDERS[folder]
    assert dict(receipt.by_kind).get(family, 0) >= least


def counts(warehouse: Warehouse) -> tuple[tuple[int, ...], tuple[int, ...]]:
    positions = warehouse.con.execute(
        "SELECT sum(rows_read), sum(rows_kept), sum(rows_rejected) FROM position"
    ).fetchone()
    letters = warehouse.con.execute(
        "SELECT sum(rows), count(*) FILTER (reason = '' OR message = '') FROM dead_letter"
    ).fetchone()
    return tuple(map(int, positions or ())), tuple(map(int, letters or ()))
