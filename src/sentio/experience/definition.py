"""What a TOML service definition may say: names, ranges and sense are checked here, once."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sentio.experience.service import Need
from sentio.kernel.errors import UnknownName
from sentio.model.domain import DOMAINS
from sentio.model.indicator import indicator

Mos = Annotated[float, Field(ge=1, le=5)]
Share = Annotated[float, Field(ge=0, le=1)]
Point = tuple[float, Mos]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CurveDefinition(_Strict):
    """One ``[[indicator]]``: how its value alone becomes a MOS, and how much it counts."""

    name: str
    curve: Annotated[list[Point], Field(min_length=2)]
    nominal: float
    scale: Literal["linear", "log"] = "linear"
    share: Annotated[float, Field(gt=0)] = 1.0  # in a weighted mean
    assumed: float | None = None
    need: Need = "helps"
    weight: Share = 0.1
    domain: str | None = None
    is_driver: bool = True

    @field_validator("name")
    @classmethod
    def _is_a_number(cls, name: str) -> str:
        return _number(name)

    @field_validator("domain")
    @classmethod
    def _is_a_domain(cls, domain: str | None) -> str | None:
        if domain is not None and domain not in DOMAINS:
            raise ValueError(f"no domain is called {domain!r}; there are {', '.join(DOMAINS)}")
        return domain

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        x = [point[0] for point in self.curve]
        if any(left >= right for left, right in pairwise(x)):
            raise ValueError(f"the curve of {self.name} must go up in x, found {x}")
        if self.scale == "log" and x[0] <= 0:
            raise ValueError(f"a log curve needs x above 0, {self.name} starts at {x[0]}")
        known = indicator(self.name)
        for value in (self.nominal, *(() if self.assumed is None else (self.assumed,))):
            if not known.low <= value <= known.high:
                raise ValueError(
                    f"{value} is not in [{known.low}, {known.high}], the range of {self.name}"
                )
        return self


class ExampleDefinition(_Strict):
    """One ``[[example]]``: these inputs, the rest as assumed, give this MOS."""

    given: dict[str, float]
    mos: Mos
    source: Annotated[str, Field(min_length=1)]
    tolerance: Annotated[float, Field(gt=0)] = 1e-3


class ServiceDefinition(_Strict):
    """A whole service file.

    ``provisional`` says in words why the scores are not grounded; an empty text claims that the
    curves are a published model.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    standard: str
    version: str
    subject_kind: Literal["user", "thing"]
    confidence: Share
    combine: Literal["weighted", "weakest", "product"]
    provisional: str
    poor_below: Mos = 3.0
    gate: list[str] = []
    indicator: Annotated[list[CurveDefinition], Field(min_length=1)]
    example: Annotated[list[ExampleDefinition], Field(min_length=1)]

    @field_validator("gate")
    @classmethod
    def _are_shares(cls, gate: list[str]) -> list[str]:
        for name in gate:
            known = indicator(_number(name))
            if (known.low, known.high) != (0, 1):
                raise ValueError(f"{name} is no share of successes: its range is not [0, 1]")
        return gate

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        names = [*(each.name for each in self.indicator), *self.gate]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"given twice: {', '.join(twice)}")
        for number, one in enumerate(self.example):
            stray = sorted(set(one.given) - set(names))
            if stray:
                raise ValueError(f"example.{number}.given has {', '.join(stray)}: not an input")
        return self


def _number(name: str) -> str:
    try:
        shape = indicator(name).shape
    except UnknownName as error:
        raise ValueError(str(error)) from error
    if shape != "number":
        raise ValueError(f"{name} is a {shape}; only a number has a curve")
    return name
