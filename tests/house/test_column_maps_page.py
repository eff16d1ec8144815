"""What the page on column maps shows is what happens, and it names every key there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sentio.ingest.format import FORMATS
from sentio.ingest.maps import ColumnMap, Record, Rule
from sentio.ingest.piece import Origin, Reading

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "column-maps.md"
EXAMPLE = re.compile(
    r'```toml title="(?P<name>[a-z_]+)\.toml"\n(?P<map>.*?)```\s*'
    r'```text title="(?P=name)\.csv"\n(?P<table>.*?)```\s*'
    r'```json title="gives"\n(?P<gives>.*?)```',
    re.DOTALL,
)
EXAMPLES = [found.groupdict() for found in EXAMPLE.finditer(PAGE.read_text("utf-8"))]


def records(table: Path, owner: Path) -> list[dict[str, object]]:
    reading = Reading(
        origin=Origin(source="page", name=table.name),
        received_ns=0,
        options={"map": str(owner)},
    )
    with table.open("rb") as stream:
        pieces = list(FORMATS["delimited"].read(stream, reading))
    assert [row for piece in pieces for row in piece.rejected.to_pylist()] == []
    return [
        {"service": piece.service, **{name: x for name, x in row.items() if x is not None}}
        for piece in pieces
        for row in piece.batch.to_pylist()
    ]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_a_map_gives_what_the_page_says(example: dict[str, str], tmp_path: Path) -> None:
    owner, table = (tmp_path / f"{example['name']}{suffix}" for suffix in (".toml", ".csv"))
    owner.write_text(example["map"], "utf-8")
    table.write_text(example["table"], "utf-8")

    found = records(table, owner)

    assert found == json.loads(example["gives"])


def test_every_map_on_the_page_is_tried() -> None:
    text = PAGE.read_text("utf-8")

    assert len(EXAMPLES) == text.count("```toml") == text.count("```text")


def test_the_page_names_every_key() -> None:
    text = PAGE.read_text("utf-8")
    models = (ColumnMap, Record, Rule)
    keys = [field.alias or name for each in models for name, field in each.model_fields.items()]

    assert "from" in keys
    assert [key for key in keys if f"\n| `{key}` |" not in text] == []
