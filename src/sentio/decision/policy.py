"""How far the platform may go: a policy in TOML, whose examples are checked when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sentio.decision.catalogue import definitions, read_definition
from sentio.kernel.errors import UnknownName
from sentio.model.plan import Autonomy

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(ge=0.0)]


class Limits(BaseModel):
    """What no action may exceed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least_probability: Share = 0.8
    least_success: Share = 0.6
    least_value_min: float = 5.0
    least_over_price: Annotated[float, Field(ge=0)] = 1.5
    blast_share: Share = 0.6
    actions_per_hour: Annotated[int, Field(ge=0)] = 20
    per_element: Annotated[int, Field(ge=0)] = 2
    per_element_min: Positive = 240.0
    cool_down_min: Positive = 30.0
    settle_min: Positive = 60.0
    retry_min: Positive = 1440.0
    canary_share: Share = 0.05
    approval_above_risk_min: Positive = 400.0
    approval_above_risk_share: Positive = 0.3


class Weights(BaseModel):
    """What an experience minute is worth, by who has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    default: Positive = 1.0
    segment: dict[str, Positive] = {}
    slice: dict[str, Positive] = {}


class First(BaseModel):
    """Who is served before all others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    segment: frozenset[str] = frozenset()
    slice: frozenset[str] = frozenset()


class Cause(BaseModel):
    """The cause of an example, as a diagnosis tells it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    element: str
    element_kind: str
    domain: str
    kind: str = ""
    probability: Share
    scope: dict[str, str] = {}


class Example(BaseModel):
    """One worked case: what is given, and what must come of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    says: str
    cause: Cause
    lost_min_per_hour: Positive
    subjects: Annotated[int, Field(ge=0)]
    all_subjects: Annotated[int, Field(ge=1)]
    remaining_min: Positive = 90.0
    by_segment: dict[str, int] = {}
    works: frozenset[str] = frozenset()
    is_stopped: bool = False
    then: Literal["act", "approve", "advise", "observe", "refused"]
    action: str = ""
    guard: str = ""


class Policy(BaseModel):
    """A policy: autonomy by kind of action, limits, weights, who comes first, examples."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str = ""
    autonomy: dict[str, Autonomy] = {}
    limits: Limits = Limits()
    weights: Weights = Weights()
    first: First = First()
    examples: list[Example] = []

    def autonomy_of(self, kind: str) -> Autonomy:
        """Tell how far a kind of action may go by itself."""
        return self.autonomy.get(kind, self.autonomy.get("default", "advise"))

    def weight_of(self, by_segment: Mapping[str, int], by_slice: Mapping[str, int]) -> float:
        """Give what a minute of these subjects is worth in the mean."""
        means = [
            _mean(counts, known, self.weights.default)
            for counts, known in (
                (by_segment, self.weights.segment),
                (by_slice, self.weights.slice),
            )
        ]
        return max([self.weights.default, *means])

    def comes_first(self, by_segment: Mapping[str, int], by_slice: Mapping[str, int]) -> bool:
        """Tell whether somebody is touched who is served before all others."""
        return bool(self.first.segment & by_segment.keys() or self.first.slice & by_slice.keys())


def policies() -> dict[str, Policy]:
    """Read all policies, ours and the operator's, who may replace ours by its name."""
    read = [read_definition(Policy, path) for path in definitions("policies")]
    return {each.name: each for each in read}


def policy(name: str) -> Policy:
    """Give a policy; raises `UnknownName`."""
    known = policies()
    if name not in known:
        raise UnknownName.among("policy", name, known)
    return known[name]


def with_autonomy(given: Policy, most: Autonomy) -> Policy:
    """Give the policy in which nothing goes further than this by itself."""
    ranks: dict[Any, int] = {"observe": 0, "advise": 1, "approve": 2, "act": 3}  # Any: a Literal
    kinds = {"default": given.autonomy_of(""), **given.autonomy}
    held = {k: level if ranks[level] <= ranks[most] else most for k, level in kinds.items()}
    return given.model_copy(update={"autonomy": held})


def _mean(counts: Mapping[str, int], known: Mapping[str, float], default: float) -> float:
    whole = sum(counts.values())
    if not whole:
        return default
    return sum(n * known.get(name, default) for name, n in counts.items()) / whole
