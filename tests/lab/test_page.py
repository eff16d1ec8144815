"""The page of the lab names whatever can go wrong, only looks wrong, or can be changed."""

from __future__ import annotations

from pathlib import Path

from sentio.lab.changes import KINDS as CHANGES
from sentio.lab.faults.decoys import DECOYS
from sentio.lab.faults.kinds import KINDS


def test_every_fault_decoy_and_change_is_told() -> None:
    page = (Path(__file__).parents[2] / "docs" / "lab.md").read_text("utf-8")

    assert [name for name in (*KINDS, *DECOYS, *CHANGES) if f"`{name}`" not in page] == []
