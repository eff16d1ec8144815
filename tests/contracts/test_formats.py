"""Every format keeps its contract on its own samples, and no format takes another's for its own.

The samples of a format are in ``tests/samples/<its name>/``; ``options.toml`` there, if any, holds
the reading options that they need (a column map, a service).
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sentio.ingest.format import FORMATS, HEAD_BYTES
from sentio.testing import check_format

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
OPTIONS = "options.toml"


def samples_of(name: str) -> list[Path]:
    folder = SAMPLES / name
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in found if path.is_file() and path.name != OPTIONS]


def options_of(name: str) -> dict[str, str]:
    path = SAMPLES / name / OPTIONS
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


@pytest.mark.parametrize("name", FORMATS.names())
def test_a_format_keeps_its_contract(name: str) -> None:
    check_format(FORMATS[name], samples_of(name), options=options_of(name))


@pytest.mark.parametrize("name", FORMATS.names())
def test_a_sample_is_taken_for_its_own_format(name: str) -> None:
    for sample in samples_of(name):
        head = sample.read_bytes()[:HEAD_BYTES]

        sure = {form.name: form.sniff(head, sample.name) for form in FORMATS}

        assert max(sure, key=sure.__getitem__) == name, f"{sample.name}: {sure}"
