"""How a kind of action is written in TOML, checked once at the rim."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sentio.decision.kind import ActionKind, Blast, Remedy, Target

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Minutes = Annotated[float, Field(ge=0.0, le=100_000.0)]
Text = Annotated[str, Field(min_length=1, max_length=400)]


PLAIN = tuple(each.name for each in fields(ActionKind) if each.name != "remedies")


class RemedyDefinition(BaseModel):
    """One row of what an action is good for."""

    model_config = ConfigDict(extra="forbid")

    wrong: list[str] = Field(min_length=1)
    on: list[str] = Field(min_length=1)
    success: Share
    sure: Annotated[float, Field(gt=0.0, le=1000.0)] = 5.0
    recovers: Share = 0.9
    domains: list[str] = []
    scope_has: list[str] = []


class ActionDefinition(BaseModel):
    """One kind of action."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Text
    inverse: str = ""
    target: Target = "element"
    blast: Blast = "element"
    effect_after_min: Minutes = 5.0
    limit_min: Annotated[float, Field(gt=0.0, le=100_000.0)] = 240.0
    cost_min: Minutes = 0.0
    harm: Share = 0.0
    harm_share: Share = 0.0
    interrupts_min: Minutes = 0.0
    adds_delay_ms: Annotated[float, Field(ge=0.0, le=10_000.0)] = 0.0
    is_cure: bool = True
    gives_back: bool = False
    least_probability: Share = 0.0
    parameters: dict[str, str | float] = {}
    remedies: list[RemedyDefinition] = Field(min_length=1)

    def kind(self) -> ActionKind:
        """Give the value that the program works with."""
        remedies = tuple(
            Remedy(
                wrong=frozenset(each.wrong),
                on=frozenset(each.on),
                success=each.success,
                sure=each.sure,
                recovers=each.recovers,
                domains=frozenset(each.domains),
                scope_has=frozenset(each.scope_has),
            )
            for each in self.remedies
        )
        plain = {name: getattr(self, name) for name in PLAIN}
        return ActionKind(remedies=remedies, **plain)
