"""What a kind of thing requires of the network: profiles in TOML, checked when they are read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sentio.kernel.errors import DefinitionError, UnknownName
from sentio.model.indicator import indicators

Ratio = Annotated[float, Field(gt=0.0, lt=1.0)]
Share = Annotated[float, Field(gt=0.0, le=1.0)]
Weight = Annotated[float, Field(ge=0.0, le=1.0)]


class Strict(BaseModel):
    """A part of a profile: frozen, and nothing unknown is let pass."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Span(Strict):
    """A length of time: in milliseconds, or in transfer intervals of the record."""

    ms: float | None = Field(default=None, ge=0.0)
    intervals: float | None = Field(default=None, ge=0.0)

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.ms is None) == (self.intervals is None):
            raise ValueError("give either ms or intervals")
        return self


class Messages(Strict):
    """How the thing talks: what counts as in time, and how long it survives silence.

    ``transfer_interval_ms`` is used where a record has none of its own; ``weight`` is the share of
    the confidence that is lost where the latencies are missing.
    """

    transfer_interval_ms: float = Field(gt=0.0)
    latency_limit: Span
    survival_time: Span
    weight: Weight


class AvailabilityAtLeast(Strict):
    """Communication service availability with survival time (TS 22.104 annex C.3)."""

    kind: Literal["availability"]
    at_least: Ratio
    source: str


class LatencyShare(Strict):
    """Share of the messages that come within the latency limit."""

    kind: Literal["latency"]
    at_least: Share
    source: str


class ReliabilityAtLeast(Strict):
    """The same share, in nines (TS 22.186: reliability at the maximum latency)."""

    kind: Literal["reliability"]
    at_least: Ratio
    source: str


class LossAtMost(Strict):
    """Messages that never come, in nines."""

    kind: Literal["loss"]
    at_most: Ratio
    source: str


class RatioAtMost(Strict):
    """A failure ratio that is an indicator of its own, in nines."""

    kind: Literal["ratio"]
    indicator: str
    at_most: Ratio
    weight: Weight
    source: str


class ValueAtMost(Strict):
    """An indicator that must stay under a ceiling."""

    kind: Literal["ceiling"]
    indicator: str
    at_most: float = Field(gt=0.0)
    weight: Weight
    source: str


class ValueOnScale(Strict):
    """An indicator on a straight scale from bad to good (ETSI TR 103 559)."""

    kind: Literal["scale"]
    indicator: str
    bad: float
    good: float
    weight: Weight
    source: str

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.bad == self.good:
            raise ValueError("bad and good are the same")
        return self


class PictureAtLeast(Strict):
    """Picture quality by ITU-T P.1203.1 mode 0; the nominal stream is one that is good enough."""

    kind: Literal["picture"]
    at_least_mos: float = Field(gt=1.0, le=5.0)
    nominal_bitrate_kbps: float = Field(gt=0.0)
    nominal_width_px: float = Field(gt=0.0)
    nominal_height_px: float = Field(gt=0.0)
    nominal_fps: float = Field(gt=0.0)
    weight: Weight
    source: str


OfMessages: TypeAlias = AvailabilityAtLeast | LatencyShare | ReliabilityAtLeast | LossAtMost
OfIndicator: TypeAlias = RatioAtMost | ValueAtMost | ValueOnScale
Requirement: TypeAlias = OfMessages | OfIndicator | PictureAtLeast


class WorkedExample(Strict):
    """These inputs give this MOS, as computed by hand; a lost message is nan."""

    model_config = ConfigDict(allow_inf_nan=True)

    given: dict[str, float | str | list[float]]
    mos: float = Field(ge=1.0, le=5.0)
    tolerance: float = Field(default=1e-3, gt=0.0)
    source: str = ""


class Profile(Strict):
    """All that a kind of thing requires, with its sources and worked examples."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    standard: str
    version: str
    confidence: float = Field(gt=0.0, le=1.0)
    poor_below: float = Field(default=3.0, gt=1.0, lt=5.0)
    messages: Messages | None = None
    requirement: tuple[Annotated[Requirement, Field(discriminator="kind")], ...] = Field(
        min_length=1
    )
    example: tuple[WorkedExample, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        wanted = [getattr(one, "indicator", one.kind) for one in self.requirement]
        for one in self.requirement:
            if isinstance(one, OfIndicator) and one.indicator not in indicators():
                raise ValueError(f"{one.indicator!r} is not in the catalogue of indicators")
        if len(set(wanted)) < len(wanted):
            raise ValueError(f"something is required twice: {', '.join(sorted(wanted))}")
        if self.messages is None and any(isinstance(one, OfMessages) for one in self.requirement):
            raise ValueError("a requirement of messages needs the table [messages]")
        return self


def profile(file: str) -> Profile:
    """Read the requirement profile of that file name; raises `DefinitionError` or `UnknownName`.

    Parameters
    ----------
    file
        Name in ``definitions/requirements``, without ``.toml``.
    """
    folder = files("sentio") / "definitions" / "requirements"
    path = folder / f"{file}.toml"
    if not path.is_file():
        known = (entry.name.removesuffix(".toml") for entry in folder.iterdir())
        raise UnknownName.among("requirement profile", file, known)
    return profile_of(path.read_text("utf-8"), where=f"requirements/{file}.toml")


@cache
def latency_limits_ms() -> Mapping[str, float]:
    """Give how long a message of each kind of thing may take, where its profile says so."""
    found: dict[str, float] = {}
    for path in (files("sentio") / "definitions" / "requirements").iterdir():
        if path.name.endswith(".toml"):
            wanted = profile_of(path.read_text("utf-8"), where=path.name)
            if wanted.messages is not None:
                limit = wanted.messages.latency_limit
                interval_ms = wanted.messages.transfer_interval_ms
                found[wanted.name] = (
                    limit.ms if limit.ms is not None else (limit.intervals or 0.0) * interval_ms
                )
    return found


def profile_of(text: str, *, where: str) -> Profile:
    """Check a profile written in TOML; raises `DefinitionError` with file and field."""
    try:
        return Profile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"this is not TOML ({error})", where=where) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the profile"
        raise DefinitionError(
            f"{field}: {first['msg']}",
            where=where,
            next_step=f"{error.error_count()} in all; compare with requirements/meter.toml.",
        ) from error
