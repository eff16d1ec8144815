"""The catalogue of actions: one TOML file each, or one Python file each where TOML cannot say it.

Beside ours in ``definitions/actions`` stand those in the folder ``actions`` of
``$SENTIO_DEFINITIONS``, where an operator keeps its own.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from sentio.decision.definition import ActionDefinition
from sentio.decision.kind import ActionKind
from sentio.kernel.errors import DefinitionError
from sentio.kernel.register import Register

OWN_DEFINITIONS = "SENTIO_DEFINITIONS"
Model = TypeVar("Model", bound=BaseModel)


def toml_actions() -> list[ActionKind]:
    """Read every action defined in TOML, ours and the operator's; raises `DefinitionError`."""
    return [read_definition(ActionDefinition, path).kind() for path in definitions("actions")]


def read_definition(model: type[Model], path: Traversable) -> Model:
    """Read one definition; raises `DefinitionError` that names the file and the field."""
    try:
        return model.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"not TOML: {error}", where=path.name) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the definition"
        said = first["msg"].removeprefix("Value error, ")
        raise DefinitionError(f"{field}: {said}", where=path.name) from error


def definitions(folder: str) -> Iterator[Traversable]:
    """List the definitions of a sort: ours, then the operator's own, each in order of name."""
    roots: list[Traversable] = [files("sentio") / "definitions"]
    if own := os.environ.get(OWN_DEFINITIONS):
        roots.append(Path(own))
    for root in roots:
        if (root / folder).is_dir():
            found = [path for path in (root / folder).iterdir() if path.name.endswith(".toml")]
            yield from sorted(found, key=lambda path: path.name)


ACTIONS: Register[ActionKind] = Register(
    "action", constant="ACTION", package="sentio.decision.actions", more=toml_actions
)
