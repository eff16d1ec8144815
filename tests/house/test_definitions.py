"""Every definition that is shipped can be read, and is read by somebody."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from sentio.api.oda import ComponentDefinition
from sentio.api.tmf.table import read_table as read_open_api
from sentio.decision.catalogue import ACTIONS, read_definition
from sentio.decision.definition import ActionDefinition
from sentio.decision.policy import Policy
from sentio.execution.routes import read_table
from sentio.experience.no_code import read_service
from sentio.experience.requirements import profile_of
from sentio.ingest.maps import parse
from sentio.loop.domains.definition import DomainDefinition, SlaDefinition
from sentio.model.indicator import indicators

READERS: dict[str, Callable[[Path], object]] = {
    "actions": lambda path: read_definition(ActionDefinition, path),
    "domains": lambda path: read_definition(DomainDefinition, path).value(),
    "indicators": lambda path: [
        indicators()[name] for name in tomllib.loads(path.read_text("utf-8"))
    ],
    "intents": lambda path: read_definition(SlaDefinition, path),
    "maps": lambda path: parse(path.read_text("utf-8"), where=path.name),
    "oda": lambda path: read_definition(ComponentDefinition, path),
    "policies": lambda path: read_definition(Policy, path),
    "requirements": lambda path: profile_of(path.read_text("utf-8"), where=path.name),
    "routes": lambda path: read_table(path, known=ACTIONS.names()),
    "services": read_service,
    "tmf": read_open_api,
}
DEFINITIONS = Path(__file__).resolve().parents[2] / "src" / "sentio" / "definitions"


def test_every_toml_file_is_toml(tracked: list[Path], root: Path) -> None:
    wrong: list[str] = []
    for path in tracked:
        if path.suffix == ".toml" and "samples" not in path.parts:
            try:
                tomllib.loads(path.read_text("utf-8"))
            except tomllib.TOMLDecodeError as error:
                wrong.append(f"{path.relative_to(root)}: {error}")

    assert wrong == []


@pytest.mark.parametrize("path", sorted(DEFINITIONS.rglob("*.toml")), ids=lambda path: path.stem)
def test_a_definition_is_read_by_the_reader_of_its_kind(path: Path) -> None:
    kind = path.relative_to(DEFINITIONS).parts[0]

    assert READERS[kind](path)
