"""The cross-domain controller: where a domain cannot heal alone, others do its work for a while.

Its plans go through the same guards, journal and proof as anybody's; of what others can do, what
is worth most is done first, and given back as soon as the first domain is well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sentio.decision.catalogue import ACTIONS
from sentio.decision.choosing import Chooser
from sentio.decision.need import Need, Situation
from sentio.decision.policy import Policy
from sentio.loop.acting import Acting, Told, World
from sentio.loop.domains.locks import Locks, held_by
from sentio.loop.domains.options import (
    FAILS,
    RECONFIGURE,
    RETURN,
    STANDS_IN,
    SUPPLEMENT,
    SWITCH,
    Around,
    Learned,
    Options,
    options_for,
    return_kind,
)
from sentio.loop.domains.own_loop import CROSS
from sentio.loop.domains.stand_ins import Below, StandIns
from sentio.loop.domains.troubles import Trouble
from sentio.loop.domains.view import View
from sentio.model.intent import StandIn
from sentio.model.plan import Estimate, Outcome, Plan, Verdict
from sentio.model.topology import Topology

FIRST_IS_WELL = 0.95  # probability, after it looked well for as long as it must
WAY_KINDS = frozenset({"ring", "link"})
KINDS = (SWITCH, SUPPLEMENT, RECONFIGURE, RETURN)

Rebudget = Callable[[Trouble], str]
"""Says why no budget can be moved to a domain, empty where one can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossChooser(Chooser):
    """Chooses among what other domains can do about the need at hand."""

    options: dict[str, Options] = field(default_factory=dict[str, Options])  # by degradation
    why: dict[str, str] = field(default_factory=dict[str, str])  # it is beyond its own domain

    def choose(self, need: Need, situation: Situation, *, number: str) -> Plan:
        """Make the plan; it names those who could not help as well, and why."""
        found = self.options.get(need.degradation.id, Options(kinds=()))
        kinds = found.kinds or (ACTIONS[RETURN],)  # which fits no domain that fails
        plain = Chooser(policy=self.policy, effects=self.effects, catalogue=kinds)
        plan = plain.choose(need, situation, number=number)
        told = (*found.refused, *plan.refused)
        said = plan.sentence
        if plan.chosen is None and told:
            said = f"Nobody stands in: {told[0].reason}."
        if why := self.why.get(need.degradation.id):
            said = f"{said} Its own domain cannot heal it: {why}."
        return replace(plan, refused=told, sentence=said)


class CrossLoop(Acting):
    """The acting loop above all domains."""

    def __init__(
        self,
        policy: Policy,
        stand_ins: StandIns,
        world: World,
        locks: Locks,
        *,
        period_ns: int,
    ) -> None:
        self.view = View()
        self.stand_ins = stand_ins
        self.learned = Learned()
        self.plans: dict[str, Plan] = {}
        self._options: dict[str, Options] = {}
        self._why: dict[str, str] = {}
        self._carried: dict[str, tuple[str, float]] = {}  # plan -> domain, MOS that was lost
        super().__init__(
            CrossChooser(policy=policy, options=self._options, why=self._why),
            replace(world, locks=lambda: locks.of_others(CROSS)),
            kinds={name: ACTIONS[name] for name in KINDS},
            period_ns=period_ns,
            loop=CROSS,
            keeps_unmatched=True,
        )
        locks.join(CROSS, lambda: [*held_by(self.deeds), *stand_ins.held()])

    def takes_back(self, plan: Plan, answer: Verdict) -> bool:
        """Undo what did not help; a return stays unless it made things worse."""
        is_return = plan.chosen is not None and plan.chosen.action.kind == RETURN
        return answer == "worse" if is_return else super().takes_back(plan, answer)

    def proof(self, plan: Plan, answer: Verdict, found: Estimate | None) -> str:
        """Tell a verdict to people; giving back need not help anybody, but must not hurt."""
        chosen = plan.chosen
        if chosen is None or chosen.action.kind != RETURN or answer == "improved":
            return super().proof(plan, answer, found)
        effect = f" ({found.mean:+.2f} MOS a use)" if found else ""
        if answer == "worse":
            return f"{chosen.action.target} fares worse by itself{effect}: it is carried again."
        return f"{chosen.action.target} carries its traffic again, as well as before{effect}."

    def end_period(
        self,
        escalated: Sequence[tuple[Trouble, str]],
        around: Around,
        rebudget: Rebudget,
        *,
        now_ns: int,
    ) -> list[Told]:
        """Act on what domains cannot heal alone, and give back what they can take again.

        ``escalated`` are troubles, each with why it is beyond its domain. The view was turned.
        """
        self._options.clear()
        self._why.clear()
        for trouble, why in escalated:
            self._why[trouble.id] = why
            why_not = rebudget(trouble)
            if not why_not and self._was_reconfigured(trouble):
                why_not = "budget was moved to it already"
            self._options[trouble.id] = options_for(trouble, around, rebudget=why_not)
            experience = around.domains[trouble.domain].domain
            self.view.show(trouble, FAILS, experience)
        for each in self.stand_ins.see(around.glance):
            if any(deed.plan == each.plan and deed.ended_ns is None for deed in self.deeds):
                continue  # its effect is not proven yet
            self._show_return(each, around)
        for name, diagnosis in self.view.made.values():
            self.note(name, diagnosis)
        told = self.see(self.view, now_ns=now_ns)
        self._take_in(told)
        return told

    def _was_reconfigured(self, trouble: Trouble) -> bool:
        return any(
            each.degradation == trouble.id and each.action.kind == RECONFIGURE
            for each in self.deeds
        )

    def _show_return(self, each: StandIn, around: Around) -> None:
        name = f"{each.plan}-back"
        trouble = _as_trouble(each, around, name)
        self._options[name] = Options(kinds=(return_kind(around.domains[each.by]),))
        self.view.show(trouble, STANDS_IN, around.domains[each.of].domain)

    def _take_in(self, told: Sequence[Told]) -> None:
        for each in told:
            if isinstance(each, Outcome):
                self._learn(each)
                self.stand_ins.settle(each)
                continue
            if each.autonomy == "act":
                self.stand_ins.begin(each)
            self.plans[each.degradation] = each
            if each.chosen and each.chosen.action.kind in {SWITCH, SUPPLEMENT}:
                proving = self.proving.get(each.id)
                to = str(each.chosen.action.parameters["to"])
                self._carried[each.id] = (to, proving.lost if proving else 0.0)

    def _learn(self, outcome: Outcome) -> None:
        name, lost = self._carried.pop(outcome.plan, ("", 0.0))
        if name:
            helped = outcome.verdict == "improved"
            self.learned.note(
                name, helped=helped, recovered=outcome.effect_mos.mean / max(lost, 0.1)
            )


def _as_trouble(each: StandIn, around: Around, name: str) -> Trouble:
    """Tell what standing in costs now: what its uses lose against their usual."""
    glance = around.glance
    here = glance.within({each.element_kind: each.element})
    known = here & np.isfinite(glance.gap)
    usual = float(glance.usual[known].mean()) if known.any() else 4.2
    seen = float(glance.mos[known].mean()) if known.any() else usual
    return Trouble(
        id=name,
        domain=each.of,
        kind="poor",
        element=each.element,
        element_kind=each.element_kind,
        wrong=STANDS_IN,
        began_ns=each.since_ns,
        seen_ns=glance.end_ns,
        uses=int(here.sum()),
        subjects=len(np.unique(np.asarray(glance.uses.column("subject"))[here])),
        mos_usual=usual,
        mos_seen=min(seen, usual),
        probability=FIRST_IS_WELL,
        reason=f"{each.element} is well again and {each.by} still stands in for it",
    )


def transport_below(topology: Topology) -> Below:
    """Give what tells which rings and links hang on an element; what is radio is left out."""

    def below(element: str) -> Sequence[tuple[str, str]]:
        found, left = list[tuple[str, str]](), [element]
        while left:
            under = [
                (kind, one)
                for one in topology.below(left.pop())
                if (kind := topology.kind.get(one, "")) in WAY_KINDS
            ]
            found += under
            left += [one for _, one in under]
        return found

    return below
