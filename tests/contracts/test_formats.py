"""Every format keeps its contract on its own samples, and no format takes another's for its own.

The samples of a format are in ``tests/samples/<its name>/``; those called ``dirty...`` may be
refused. ``options.toml`` there, if any, holds the reading options that they need: a table
``[options]`` for all, and a table with a sample's name for that sample alone.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sentio.ingest.format import FORMATS, HEAD_BYTES
from sentio.testing import check_format

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
OPTIONS = "options.toml"
DIRTY = "dirty"


def samples_of(name: str) -> list[Path]:
    folder = SAMPLES / name
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in found if path.is_file() and path.name != OPTIONS]


def options_of(sample: Path) -> dict[str, str]:
    path = sample.parent / OPTIONS
    told = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    return {**told.get("options", {}), **told.get(sample.name, {})}


def test_every_format_has_a_sample() -> None:
    without = [name for name in FORMATS.names() if not samples_of(name)]

    assert without == []


SAMPLED = [
    pytest.param(name, sample, id=f"{name}-{sample.name}")
    for name in FORMATS.names()
    for sample in samples_of(name)
]


@pytest.mark.parametrize(("name", "sample"), SAMPLED)
def test_a_format_keeps_its_contract(name: str, sample: Path) -> None:
    if sample.name.startswith(DIRTY):
        check_format(FORMATS[name], [], dirty=[sample], options=options_of(sample))
    else:
        check_format(FORMATS[name], [sample], options=options_of(sample))


@pytest.mark.parametrize(("name", "sample"), SAMPLED)
def test_a_sample_is_taken_for_its_own_format(name: str, sample: Path) -> None:
    if sample.name.startswith(DIRTY):
        return
    head = sample.read_bytes()[:HEAD_BYTES]

    sure = {form.name: form.sniff(head, sample.name) for form in FORMATS}

    assert max(sure, key=sure.__getitem__) == name, sure
