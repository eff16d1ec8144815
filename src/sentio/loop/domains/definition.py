"""How domains and intents are written in TOML: checked once at the rim, examples played."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sentio.loop.domains.budgets import QUANTITIES
from sentio.model.domain import DOMAINS
from sentio.model.intent import AutonomousDomain
from sentio.model.plan import Autonomy

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1, max_length=400)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Minutes = Annotated[float, Field(ge=0.0, le=100_000.0)]
Targets = dict[str, Annotated[float, Field(ge=0.0)]]


class DomainDefinition(BaseModel):
    """One autonomous domain."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    title: Text
    kind: Name
    technology: Text
    domain: str
    owns: list[str] = []
    autonomy: Autonomy = "act"
    capabilities: Targets = {}
    carries: list[str] = []
    lost_mos: dict[str, Annotated[float, Field(ge=0.0, le=4.0)]] = {}
    supplements: list[str] = []
    equivalents: list[str] = []
    needs: dict[str, str] = {}
    room_of: str = ""
    success: Share = 0.85
    sure: Annotated[float, Field(gt=0.0, le=1000.0)] = 4.0
    cost_min: Minutes = 0.0
    cost_per_hour_min: Minutes = 0.0

    @model_validator(mode="after")
    def _is_sound(self) -> DomainDefinition:
        if self.domain not in DOMAINS:
            raise ValueError(f"{self.domain!r} is none of {', '.join(DOMAINS)}")
        if unknown := set(self.capabilities) - set(QUANTITIES):
            raise ValueError(f"no target is called {min(unknown)!r}")
        if self.carries and "default" not in self.lost_mos:
            raise ValueError("who carries others' traffic tells lost_mos.default")
        return self

    def value(self) -> AutonomousDomain:
        """Give the value that the program works with."""
        plain = self.model_dump()
        for name in ("owns", "carries"):
            plain[name] = frozenset(plain[name])
        for name in ("supplements", "equivalents"):
            plain[name] = tuple(plain[name])
        return AutonomousDomain(**plain)


class SlaExample(BaseModel):
    """One worked case: what domains usually take, and the budgets or the refusal that follow."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    says: str
    usual: dict[str, Targets] = {}
    best_mos: Annotated[float, Field(ge=1.0, le=5.0)] = 5.0
    then: dict[str, Targets] = {}
    refused: str = ""


class SlaDefinition(BaseModel):
    """What customers are promised; it becomes a business intent and all that follows from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    title: Text
    scope: dict[str, str] = {}
    services: list[str] = Field(min_length=1)
    path: list[str] = Field(min_length=1)
    mos: Annotated[float, Field(ge=1.0, le=5.0)] | None = None
    delay_ms: Annotated[float, Field(gt=0.0)] | None = None
    loss_ratio: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    availability_ratio: Share | None = None
    priority: Annotated[int, Field(ge=1, le=100)] = 50
    is_default: bool = False
    examples: list[SlaExample] = []

    def targets(self) -> dict[str, float]:
        """Give what is promised, without the experience floor."""
        named = {name: getattr(self, name) for name in QUANTITIES if name != "lost_mos"}
        return {name: value for name, value in named.items() if value is not None}
