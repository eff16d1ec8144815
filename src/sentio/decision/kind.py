"""A kind of action: what it is for, on what, what it costs and may harm, how long it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sentio.model.diagnosis import Hypothesis
from sentio.model.plan import Action

Target = Literal["element", "scope", "customers", "work"]
"""What is acted on: the element to blame; the uses in the scope of the decline; the people and
things that felt it; a planned work."""
Blast = Literal["element", "scope", "nobody"]
"""Who may feel the action itself: all that use the element, those in the scope, nobody."""
ANYTHING = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What an action is good for: so often it helps where that is wrong with such an element.

    ``success`` is worth ``sure`` outcomes, until there are real ones; ``recovers`` is the share of
    the loss that it then takes away. ``domains`` and ``scope_has`` narrow it down.
    """

    wrong: frozenset[str]
    on: frozenset[str]
    success: float
    sure: float
    recovers: float = 0.9
    domains: frozenset[str] = frozenset()
    scope_has: frozenset[str] = frozenset()

    def fits(self, cause: Hypothesis) -> bool:
        """Tell whether it is for such a cause."""
        return (
            (ANYTHING in self.wrong or cause.kind in self.wrong)
            and (ANYTHING in self.on or cause.element_kind in self.on)
            and (not self.domains or cause.domain in self.domains)
            and self.scope_has <= set(cause.scope)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionKind:
    """One kind of the catalogue; its plug-in contract is this value.

    ``cost_min`` and what ``harm`` may cost are in experience minutes. ``harm`` is the probability
    that the action makes ``harm_share`` of the uses in its blast worse. ``adds_delay_ms`` is how
    much longer the way of all uses of its target is while it stands. ``interrupts_min`` is for
    how long it takes its target out of service. ``inverse`` says in words how it is taken back,
    empty where it cannot be. What ``gives_back`` is taken back at its time limit even if it helped,
    or as the planned work ends that it was for: it stands in for something better. ``is_cure`` is
    False of what only softens or tells.
    """

    name: str
    title: str
    inverse: str
    target: Target
    blast: Blast
    effect_after_min: float
    limit_min: float
    cost_min: float
    harm: float
    harm_share: float
    interrupts_min: float = 0.0
    adds_delay_ms: float = 0.0
    is_cure: bool = True
    gives_back: bool = False
    least_probability: float = 0.0
    parameters: Mapping[str, str | float] = field(default_factory=dict[str, str | float])
    remedies: tuple[Remedy, ...] = ()

    def remedy(self, cause: Hypothesis) -> Remedy | None:
        """Give what it may do against a cause: the likeliest to help; None if nothing."""
        fitting = [each for each in self.remedies if each.fits(cause)]
        return max(fitting, key=lambda each: each.success, default=None)

    def action(self, cause: Hypothesis) -> Action:
        """Make the action against a cause."""
        if self.target == "element":
            target, kind = cause.element, cause.element_kind
        else:
            kind = "scope"
            target = ",".join(f"{n}={member}" for n, member in sorted(cause.scope.items()))
        return Action(kind=self.name, target=target, target_kind=kind, parameters=self.parameters)
