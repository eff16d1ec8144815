"""A small record path over a store in a temporary folder."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sentio.governance.key import Key
from sentio.ingest.input import Input
from sentio.ingest.piece import Origin
from sentio.kernel.clock import FixedClock
from sentio.loop.record_path import RecordPath
from sentio.store.warehouse import Warehouse

NOW_NS = 1_795_100_000_000_000_000
MINUTE_MS = 60_000
START_MS = 1_795_000_000_000


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(tmp_path / "store.db", memory_limit_mb=256) as opened:
        yield opened


@pytest.fixture
def path(warehouse: Warehouse) -> RecordPath:
    return RecordPath(warehouse, key=Key(b"k" * 32), clock=FixedClock(NOW_NS))


@pytest.fixture
def given() -> Callable[[str, str], Input]:
    def make(name: str, text: str) -> Input:
        content = text.encode()
        return Input(
            origin=Origin(source="probe", name=name),
            open=lambda: io.BytesIO(content),
            size_bytes=len(content),
        )

    return make


def page(imsi: str, *, minute: float = 0, load_ms: str = "800", cell: str = "257") -> str:
    """One S1-U HTTP record of 53 fields."""
    fields = [""] * 53
    begin = START_MS + int(minute * MINUTE_MS)
    fields[2], fields[3], fields[8], fields[14] = imsi, "35123456789012", cell, "5"
    fields[11], fields[12] = str(begin), str(begin + 900)
    fields[24], fields[25], fields[27], fields[29] = "20", "80", "200", load_ms
    return "|".join(fields)
