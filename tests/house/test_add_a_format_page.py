"""The format that the documentation shows keeps its contract, and every field is explained."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from sentio.ingest.format import Format

BLOCK = re.compile(
    r'```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)```', re.DOTALL
)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "add-a-format.md"


def test_the_format_of_the_page_keeps_its_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}

    for block in BLOCK.finditer(PAGE.read_text("utf-8")):
        if block["title"]:
            Path(block["title"]).write_text(block["text"], "utf-8")
    for block in BLOCK.finditer(PAGE.read_text("utf-8")):
        if block["language"] == "python":
            exec(block["text"], names)

    assert isinstance(names["FORMAT"], Format)
    assert "piece" in names


def test_the_page_explains_every_field_of_a_format() -> None:
    text = PAGE.read_text("utf-8")

    assert [each.name for each in fields(Format) if f"`{each.name}" not in text] == []
