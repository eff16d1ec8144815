"""A store of another release, or a file that is none, is refused with a word that helps."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from sentio.kernel.errors import StoreError
from sentio.store.warehouse import Warehouse


@pytest.mark.parametrize("mode", ["read", "write"])
def test_a_store_of_another_release_is_refused(tmp_path: Path, mode: str):
    path = tmp_path / "store.duckdb"
    with Warehouse(path) as warehouse:
        warehouse.set_about("release", "1")

    with pytest.raises(StoreError, match="of release 1"):
        Warehouse(path, mode=mode)


def test_another_program_s_file_is_refused(tmp_path: Path):
    path = tmp_path / "other.duckdb"
    duckdb.connect(str(path)).close()

    with pytest.raises(StoreError, match="no store of Sentio's"):
        Warehouse(path, mode="read")
