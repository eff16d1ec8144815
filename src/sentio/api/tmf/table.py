"""What the tables of Open APIs say (``definitions/tmf``): resources, fields, rules of each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources.abc import Traversable
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from sentio.decision.catalogue import definitions
from sentio.kernel.errors import DefinitionError

Generation = Literal["v4", "v5"]
Operation = Literal["list", "create", "retrieve", "patch", "delete"]

SCALARS = frozenset({"string", "integer", "number", "boolean", "date-time", "date"})
FREE = frozenset({"object", "any"})
META = ("@type", "@baseType", "@schemaLocation", "@referredType")
TYPES = "types-"
Fields = Mapping[str, str]


class Resource(BaseModel):
    """One kind of resource of an API.

    A type of a field is a scalar, ``object``, ``any``, or the name of a shared type or list of
    values; ``[]`` behind it makes a list. ``fixed`` fields take no patch. A default that begins
    with ``=`` is copied from that field, one with ``#`` counts the elements of that field.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str = Field(pattern=r"^[A-Z][A-Za-z]+$")
    operations: tuple[Operation, ...] = Field(min_length=1)
    fields: dict[str, str]
    parent: str = ""
    mandatory: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    state: str | None = None
    defaults: dict[str, JsonValue] = {}
    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    state_changed: tuple[str, ...] = ()
    chosen_id: bool = False

    @model_validator(mode="after")
    def _names_known_fields(self) -> Self:
        named = {*self.mandatory, *self.fixed, *self.defaults, *self.created, *self.changed}
        named |= {*self.state_changed, *filter(None, (self.state,))}
        unknown = named - {*self.fields, *META}
        if unknown:
            raise ValueError(f"no field is called {', '.join(sorted(unknown))}")
        return self


class ApiTable(BaseModel):
    """One API in one generation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^TMF\d{3}$")
    title: str
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    generation: Generation
    path: str = Field(pattern=r"^/[A-Za-z0-9/_-]+[a-z0-9]$")
    also: tuple[str, ...] = ()
    resources: dict[str, Resource]

    @property
    def key(self) -> str:
        """Its name among all: number and generation, such as ``TMF642v4``."""
        return f"{self.id}{self.generation}"

    @model_validator(mode="after")
    def _has_all_parents(self) -> Self:
        missing = {each.parent for each in self.resources.values()} - {"", *self.resources}
        if missing:
            raise ValueError(f"no resource is called {', '.join(sorted(missing))}")
        return self


class TypeTable(BaseModel):
    """The types and lists of values that the tables of one generation share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    types: dict[str, dict[str, str]]
    values: dict[str, tuple[str, ...]]


def read_table(path: Traversable) -> ApiTable | TypeTable:
    """Read one file of the folder; raises `DefinitionError`."""
    model = TypeTable if path.name.startswith(TYPES) else ApiTable
    try:
        return model.model_validate(tomllib.loads(path.read_text("utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"not TOML: {error}", where=path.name) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the table"
        raise DefinitionError(f"{field}: {first['msg']}", where=path.name) from error


@cache
def tables() -> tuple[ApiTable, ...]:
    """Read the tables of all APIs, ours and the operator's own, each type of a field checked.

    Raises
    ------
    DefinitionError
        A table is malformed, two want the same path, or a field has a type that nobody knows.
    """
    found = [read_table(path) for path in definitions("tmf") if not path.name.startswith(TYPES)]
    apis = tuple(each for each in found if isinstance(each, ApiTable))
    paths: dict[str, str] = {}
    for api in apis:
        for path in (api.path, *api.also):
            if paths.setdefault(path, api.key) != api.key:
                raise DefinitionError(f"{api.key} and {paths[path]} both want {path}", where="tmf")
        for name, resource in api.resources.items():
            _check_types(api, name, resource.fields)
    return apis


@cache
def shared_types(generation: Generation) -> TypeTable:
    """Read the types and values shared by the tables of a generation."""
    types: dict[str, dict[str, str]] = {}
    values: dict[str, tuple[str, ...]] = {}
    for path in definitions("tmf"):
        if path.name.removesuffix(".toml") == f"{TYPES}{generation}":
            found = read_table(path)
            if isinstance(found, TypeTable):
                types |= found.types
                values |= found.values
    return TypeTable(types=types, values=values)


def _check_types(api: ApiTable, name: str, fields: Fields) -> None:
    shared = shared_types(api.generation)
    known = {*SCALARS, *FREE, *shared.types, *shared.values}
    for field, kind in fields.items():
        if kind.removesuffix("[]") not in known:
            raise DefinitionError(f"{name}.{field}: no type is called {kind}", where=api.key)
