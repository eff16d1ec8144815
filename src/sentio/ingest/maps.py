"""Column maps: how a table of any layout becomes canonical columns, told in TOML, not in code."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sentio.kernel.errors import DefinitionError, UnknownName
from sentio.kernel.units import factor
from sentio.model.indicator import indicators
from sentio.model.record import COLUMNS, IDENTIFIERS, Kind

Reference = str | int
Combine = Literal["first", "sum", "join", "difference", "rate_kbps"]

UNIT_BY_SUFFIX = {"_ms": "ms", "_s": "s", "_deg": "deg", "_m": "m", "_months": "months"}


class Rule(BaseModel):
    """How one canonical column is made; see `docs/how-to/column-maps.md`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: Annotated[Reference | list[Reference], Field(alias="from")]
    combine: Combine = "first"
    unit: str | None = None
    time: Literal["auto", "s", "ms", "us", "ns", "text"] | None = None
    sentinels: list[float | str] = []
    values: dict[str, str | float] = {}
    otherwise: str | float | None = None
    take: int | None = Field(default=None, ge=1, description="keep the first characters only")
    below: float | None = Field(default=None, description="1 if below, else 0; null if not > 0")

    @property
    def sources(self) -> tuple[Reference, ...]:
        """All source columns the rule reads."""
        return tuple(self.from_) if isinstance(self.from_, list) else (self.from_,)


class Record(BaseModel):
    """One record that each row gives; most maps have one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: str | Rule = ""
    constants: dict[str, str | float] = {}
    columns: dict[str, Rule]


class ColumnMap(BaseModel):
    """A whole map: the layout of the source's table and the records its rows give."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    kind: Kind = Kind.EXPERIENCE
    layout: list[str] = Field(default=[], description="column names, for files without header")
    width: int | None = Field(default=None, description="number of columns, for maps by index")
    delimiter: Literal["auto", ",", ";", "|", "\t"] = "auto"
    quoting: Literal["auto", "yes", "no"] = "auto"
    nulls: list[str] = ["", "-", "NULL", "null", "\\N", "NaN", "nan"]
    record: list[Record]

    @property
    def sources(self) -> list[str]:
        """All source columns of all records, by name, in the order of first use."""
        found: dict[str, None] = {}
        for record in self.record:
            rules = [*record.columns.values()]
            if isinstance(record.service, Rule):
                rules.append(record.service)
            for rule in rules:
                for reference in rule.sources:
                    found[self.column(reference)] = None
        return list(found)

    def column(self, reference: Reference) -> str:
        """Turn an index of the layout into a name."""
        if isinstance(reference, int):
            return self.layout[reference] if self.layout else f"#{reference}"
        return reference


@cache
def shipped() -> dict[str, ColumnMap]:
    """Load the maps that come with Sentio, by name."""
    folder = files("sentio") / "definitions" / "maps"
    found = (
        parse(entry.read_text("utf-8"), where=entry.name)
        for entry in sorted(folder.iterdir(), key=lambda path: path.name)
        if entry.name.endswith(".toml")
    )
    return {each.name: each for each in found}


def find(name: str) -> ColumnMap:
    """Find a map by name, or read it if the name is a path that ends in ``.toml``."""
    if name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise DefinitionError("there is no such map file", where=name)
        return parse(path.read_text("utf-8"), where=name)
    if name not in shipped():
        raise UnknownName.among("map", name, shipped())
    return shipped()[name]


def parse(text: str, *, where: str) -> ColumnMap:
    """Read a map and check it: names, units, columns; raises `DefinitionError`."""
    try:
        found = ColumnMap.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"not TOML: {error}", where=where) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DefinitionError(f"{place}: {first['msg']}", where=where) from error
    for record in found.record:
        for column, rule in record.columns.items():
            _check(found, column, rule, where=f"{where}: {column}")
    return found


def unit_of(column: str) -> str:
    """Tell the unit in which a canonical column is kept."""
    if column in indicators():
        return indicators()[column].unit
    suffix = next((each for each in UNIT_BY_SUFFIX if column.endswith(each)), "")
    return UNIT_BY_SUFFIX.get(suffix, "")


def _check(owner: ColumnMap, column: str, rule: Rule, *, where: str) -> None:
    known = {*COLUMNS[owner.kind], *IDENTIFIERS, *indicators()}
    if column not in known:
        raise UnknownName.among("canonical column", column, known)
    for reference in rule.sources:
        if isinstance(reference, int) and owner.layout and reference >= len(owner.layout):
            raise DefinitionError(f"index {reference} is beyond the layout", where=where)
    if rule.unit is not None:
        factor(rule.unit, unit_of(column), where=where)
