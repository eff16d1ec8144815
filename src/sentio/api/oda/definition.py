"""What Sentio says of itself as an ODA component, as `definitions/oda/component.toml` holds it."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sentio.decision.catalogue import read_definition

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,39}$")]  # part of names in Kubernetes
Address = Annotated[str, Field(pattern=r"^https://[^\s]+$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExposedApi(_Part):
    """An API that is offered; without a specification it is in our own OpenAPI description."""

    id: str = Field(pattern=r"^[A-Z0-9-]{3,40}$")
    name: Name
    version: str
    path: str = Field(pattern=r"^/[A-Za-z0-9/_-]+[A-Za-z0-9]$")
    specification: Address | None = None
    sdo: str = "TM Forum"
    publishes: bool = False  # events, to those who subscribe at its hub


class DependentApi(_Part):
    """An API of another component that is read if it is there."""

    id: str = Field(pattern=r"^TMF\d{3}$")
    name: Name
    specification: Address


class ComponentDefinition(_Part):
    """The whole component."""

    id: str
    name: Name
    description: str
    functional_block: str
    published: datetime
    etom: tuple[str, ...] = ()
    sid: tuple[str, ...] = ()
    core: tuple[ExposedApi, ...]
    core_dependent: tuple[DependentApi, ...] = ()
    security: tuple[ExposedApi, ...]


def read_component() -> ComponentDefinition:
    """Read the definition that is shipped; raises `DefinitionError`."""
    path = files("sentio") / "definitions" / "oda" / "component.toml"
    return read_definition(ComponentDefinition, path)
