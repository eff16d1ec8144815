"""What decision tells: which action to take, why that one, what it should bring and cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from sentio.model.degradation import Scope

Autonomy = Literal["observe", "advise", "approve", "act"]
AUTONOMY: tuple[Autonomy, ...] = ("observe", "advise", "approve", "act")
"""How far the platform goes by itself, the least first (TM Forum IG1230, levels 1 to 4): it only
notes what it would do, tells people, waits for their yes, or does it."""

Verdict = Literal["improved", "no_effect", "worse", "undecided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One change of one target: a kind of the catalogue with its parameters, units in their names.

    ``target`` is an element, an app, a slice, a pseudonym; ``target_kind`` says which.
    """

    kind: str
    target: str
    target_kind: str
    parameters: Mapping[str, str | float] = field(default_factory=dict[str, str | float])

    @property
    def name(self) -> str:
        """What people read, and what tells two actions apart."""
        more = ",".join(f"{key}={value}" for key, value in sorted(self.parameters.items()))
        return f"{self.kind}:{self.target_kind}/{self.target}" + (f"({more})" if more else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure and its 90 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An action that was considered.

    ``regained_min`` are the experience minutes that it would give back within its time limit,
    weighted by who they belong to; ``cost`` and ``risk`` are in the same unit. ``success`` is the
    probability that it helps at all, ``value`` what remains: the expected minutes less cost and
    risk. ``reasons`` are for people.
    """

    action: Action
    regained_min: Estimate
    success: float
    cost: float
    risk: float
    value: float
    against: str = ""  # what is wrong with the cause, in a word
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An action that a guard does not allow now, and why, for people."""

    action: Action
    guard: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done about a degradation.

    ``chosen`` is None where nothing is worth doing or allowed: ``refused`` and ``sentence`` tell
    why. ``candidates`` are ranked, the best first. ``propensity`` is the probability with which the
    policy takes the chosen one here. ``canary`` restricts the action to part of its scope first.
    ``subjects`` are the pseudonyms for whom it is done, where it is done for people or things. The
    action is undone at ``until_ns`` unless its effect is proven.
    """

    id: str
    degradation: str
    diagnosis: str
    made_ns: int
    until_ns: int
    autonomy: Autonomy
    chosen: Candidate | None
    candidates: tuple[Candidate, ...] = ()
    refused: tuple[Refusal, ...] = ()
    propensity: float = 1.0
    scope: Scope = field(default_factory=dict[str, str])
    canary: Scope | None = None
    subjects: tuple[str, ...] = ()
    sentence: str = ""

    def agreed(self, action: str = "") -> Plan | None:
        """Give it to be carried out, with another candidate if one is named; None without one."""
        named = (each for each in self.candidates if each.action.name == action)
        chosen = next(named, None) if action else self.chosen
        return replace(self, autonomy="act", chosen=chosen) if chosen else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an action did, against a control group (difference in differences).

    ``effect_mos`` is the gain of a use within the scope; ``worse_for`` names who else lost by it,
    as ``dimension=member``.
    """

    plan: str
    verdict: Verdict
    verified_ns: int
    effect_mos: Estimate
    treated_uses: int
    control_uses: int
    is_undone: bool = False
    worse_for: tuple[str, ...] = ()
    sentence: str = ""
