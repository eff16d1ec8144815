"""Whatever a person can name (plug-in, setting, error, reason, verb) is in the documentation."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest

from sentio.experience.service import SERVICES
from sentio.ingest.format import FORMATS
from sentio.ingest.maps import shipped
from sentio.ingest.piece import REASONS
from sentio.kernel.config import Settings
from sentio.kernel.config_file import PREFIX
from sentio.model.indicator import indicators
from sentio.store.cube import KEY, TOTALS
from sentio.store.queries import QUESTIONS


@pytest.fixture
def generate(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Give the script that makes the reference."""
    monkeypatch.syspath_prepend(str(root / "docs"))
    return importlib.import_module("generate")


def untold(names: Iterable[str], documentation: str) -> list[str]:
    return [name for name in names if f"`{name}`" not in documentation]


def test_the_reference_is_what_the_code_makes_of_it(generate: ModuleType) -> None:
    assert generate.stale() == [], "run docs/generate.py"


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("format", FORMATS.names()),
        ("service", SERVICES.names()),
        ("indicator", list(indicators())),
        ("rejection reason", list(REASONS)),
        ("setting", list(Settings.model_fields)),
        ("variable", [PREFIX + name.upper() for name in Settings.model_fields]),
        ("column of the cube", [*KEY, *TOTALS]),
    ],
)
def test_everything_with_a_name_is_documented(
    kind: str, names: list[str], documentation: str
) -> None:
    assert names, kind
    assert untold(names, documentation) == []


def test_every_column_map_and_question_has_a_section(documentation: str) -> None:
    names = [*shipped(), *QUESTIONS]

    assert [name for name in names if f"\n## {name}\n" not in documentation] == []


def test_every_error_is_documented(generate: ModuleType, documentation: str) -> None:
    names = [each.__name__ for each, _ in generate.failures.tree()]

    assert "StoreBusyError" in names
    assert [name for name in names if f"{name}`" not in documentation] == []


def test_every_verb_and_option_is_documented(generate: ModuleType, documentation: str) -> None:
    sections = {
        section.split("\n", 1)[0]: section for section in documentation.split("\n## ") if section
    }
    verbs = dict(generate.commands.verbs())

    silent = [
        f"{name} {option}"
        for name, verb in verbs.items()
        for each in verb.params
        if each.param_type_name == "option" and not each.hidden
        for option in each.opts
        if f"`{option}" not in sections.get(name, "")
    ]

    assert "sentio ingest" in verbs
    assert [name for name in verbs if name not in sections] == []
    assert silent == []
