"""Who stands in for whom: begun and ended by plans, carried out by whoever carries plans out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sentio.loop.domains.glance import Glance
from sentio.loop.domains.options import RECONFIGURE, RETURN, SUPPLEMENT, SWITCH
from sentio.loop.domains.parts import is_well
from sentio.model.intent import StandIn
from sentio.model.plan import Outcome, Plan

CALM_PERIODS = 3  # in a row in which the first domain looks well, before it gets its traffic back
MOST_CALM = 24  # periods: who flaps must be calm for longer, twice as long each time
FLAP_NS = 7_200_000_000_000  # after a return, within which another failure is a flap
ROOMY = 0.75  # load that an element would have with all of its traffic, to be given it back

Reconfigure = Callable[[str], None]
Below = Callable[[str], Sequence[tuple[str, str]]]
"""Lists what of a domain hangs on an element of it: kinds and names."""


@dataclass(slots=True)
class StandIns:
    """The stand-ins in force, by the element that they are for."""

    reconfigure: Reconfigure
    below: Below
    standing: dict[str, StandIn] = field(default_factory=dict[str, StandIn])
    ended: dict[str, StandIn] = field(default_factory=dict[str, StandIn])  # by the plan of return
    calm: dict[str, int] = field(default_factory=dict[str, int])
    needed: dict[str, int] = field(default_factory=dict[str, int])
    returned_ns: dict[str, int] = field(default_factory=dict[str, int])
    flaps: int = 0

    def begin(self, plan: Plan) -> None:
        """Note who stands in, or no longer does, by a plan that is carried out."""
        if plan.chosen is None:
            return
        action = plan.chosen.action
        told = action.parameters
        if action.kind == RECONFIGURE:
            self.reconfigure(str(told["domain"]))
        elif action.kind in {SWITCH, SUPPLEMENT}:
            self.note_failure(action.target, plan.made_ns)
            self.calm.pop(action.target, None)
            self.standing[action.target] = StandIn(
                element=action.target,
                element_kind=action.target_kind,
                of=str(told["of"]),
                by=str(told["to"]),
                share=float(told["share"]),
                since_ns=plan.made_ns,
                plan=plan.id,
                also=str(told.get("also", "")),
            )
        elif action.kind == RETURN and action.target in self.standing:
            self.ended[plan.id] = self.standing.pop(action.target)
            self.returned_ns[action.target] = plan.made_ns

    def settle(self, outcome: Outcome) -> None:
        """Note what is taken back after a proof."""
        if outcome.is_undone:
            for element, each in list(self.standing.items()):
                if each.plan == outcome.plan:
                    del self.standing[element]
            again = self.ended.get(outcome.plan)
            if again is not None:  # what had been given back is carried by the other one again
                self.standing[again.element] = again
                self.note_failure(again.element, outcome.verified_ns)
        self.ended.pop(outcome.plan, None)

    def note_failure(self, element: str, now_ns: int) -> None:
        """Count a flap where an element fails soon after it got its traffic back."""
        since_ns = self.returned_ns.pop(element, None)
        if since_ns is not None and now_ns - since_ns < FLAP_NS:
            self.flaps += 1
            self.needed[element] = min(2 * self.needed.get(element, CALM_PERIODS), MOST_CALM)

    def see(self, glance: Glance) -> list[StandIn]:
        """End a period; gives the stand-ins whose first domain has been well for long enough."""
        self.calm = {name: n for name, n in self.calm.items() if name in self.standing}
        ready: list[StandIn] = []
        for element, each in self.standing.items():
            way = ((each.element_kind, element), *self.below(element))
            well = all(is_well(glance, *one) for one in way) and _has_room(glance, each)
            self.calm[element] = self.calm.get(element, 0) + 1 if well else 0
            if self.calm[element] >= self.needed.get(element, CALM_PERIODS):
                ready.append(each)
        return ready

    def held(self) -> list[str]:
        """Name the elements that are held while their traffic is elsewhere."""
        return [
            name
            for element in self.standing
            for name in (element, *(one for _, one in self.below(element)))
        ]


def _has_room(glance: Glance, each: StandIn) -> bool:
    """Tell whether the first domain would have room for all of its traffic again."""
    if each.share >= 1.0:
        return True
    load = glance.value(each.element_kind, "utilisation_ratio", each.element)
    return load is None or load / (1.0 - each.share) <= ROOMY
