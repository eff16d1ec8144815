"""The closed loop of one domain: it acts on what it owns, and says what it cannot heal alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sentio.decision.catalogue import ACTIONS
from sentio.decision.choosing import Chooser
from sentio.decision.kind import ANYTHING, ActionKind
from sentio.decision.need import MINUTE_NS, Deed, Need, Situation
from sentio.decision.policy import Policy, with_autonomy
from sentio.decision.tallied import Tallied
from sentio.loop.acting import Acting, Told, World
from sentio.loop.domains.locks import Locks, held_by
from sentio.loop.domains.troubles import Trouble
from sentio.loop.domains.view import View
from sentio.loop.looking import Following
from sentio.loop.opened import WithId
from sentio.model.intent import AutonomousDomain
from sentio.model.plan import Autonomy, Plan, Refusal

PATIENCE_MIN = 30.0  # that a plan of a domain may wait for a person's yes
NEEDS_WAY_ROUND = frozenset({"reroute"})
CROSS = "cross_domain"
HasWayRound = Callable[[str], bool | None]
"""Tells whether traffic can go around an element within its domain; None where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnChooser(Chooser):
    """Chooses among what is in a domain's own hands."""

    has_way_round: HasWayRound = field(default=lambda _element: None)
    latest: dict[str, Plan] = field(default_factory=dict[str, Plan])  # by degradation

    def choose(self, need: Need, situation: Situation, *, number: str) -> Plan:
        """Make the plan; leads nothing around what has no way round, and says so."""
        plan = self._choose(need, situation, number)
        self.latest[need.degradation.id] = plan
        return plan

    def _choose(self, need: Need, situation: Situation, number: str) -> Plan:
        cause = need.diagnosis.cause
        if cause is None or self.has_way_round(cause.element) is not False:
            return self._chosen(self.catalogue, need, situation, number)
        kinds = [each for each in self.catalogue if each.name not in NEEDS_WAY_ROUND]
        plan = self._chosen(kinds, need, situation, number)
        refused = tuple(
            Refusal(
                action=each.action(cause),
                guard="way_round",
                reason=f"{cause.element} has no way round",
            )
            for each in self.catalogue
            if each.name in NEEDS_WAY_ROUND and each.remedy(cause)
        )
        return replace(plan, refused=(*refused, *plan.refused))

    def _chosen(
        self, kinds: Sequence[ActionKind], need: Need, situation: Situation, number: str
    ) -> Plan:
        plain = Chooser(policy=self.policy, effects=self.effects, catalogue=tuple(kinds))
        return plain.choose(need, situation, number=number)


class OwnLoop:
    """The loop of a domain. ``plans`` are those of the last period, by trouble or degradation."""

    def __init__(
        self,
        domain: AutonomousDomain,
        policy: Policy,
        world: World,
        locks: Locks,
        *,
        period_ns: int,
        has_way_round: HasWayRound = lambda _element: None,
    ) -> None:
        self.domain = domain
        self.view = View()
        self.plans: dict[str, Plan] = {}
        self._policy = policy
        self._autonomy: Autonomy = domain.autonomy
        kinds = own_actions(domain)
        self.acting = Acting(
            OwnChooser(
                policy=with_autonomy(policy, domain.autonomy),
                effects=Tallied(),
                catalogue=tuple(kinds),
                has_way_round=has_way_round,
                latest=self.plans,
            ),
            replace(world, locks=lambda: locks.of_others(domain.name)),
            kinds={each.name: each for each in kinds},
            period_ns=period_ns,
            loop=domain.name,
            keeps_unmatched=True,
        )
        locks.join(domain.name, lambda: held_by(self.acting.deeds))

    @property
    def autonomy(self) -> Autonomy:
        """How far the domain goes by itself."""
        return self._autonomy

    def set_autonomy(self, level: Autonomy) -> None:
        """Say how far the domain may go by itself."""
        self._autonomy = level
        self.acting.chooser = replace(
            self.acting.chooser, policy=with_autonomy(self._policy, level)
        )

    def see(
        self,
        troubles: Sequence[Trouble],
        watched: Sequence[tuple[Following, WithId]] = (),
        *,
        now_ns: int,
    ) -> list[Told]:
        """End a period: act on troubles, and on what the watch sees of the domain's elements.

        ``view`` was turned to the period before.
        """
        for each in troubles:
            if each.kind != "at_risk" or each.wrong:
                self.view.show(each, each.wrong, self.domain.domain)
        for one, made in watched:
            self.view.open.append(one)
            self.view.made[one.told.id] = made
        for name, diagnosis in self.view.made.values():
            self.acting.note(name, diagnosis)
        self.plans.clear()
        return self.acting.see(self.view, now_ns=now_ns)

    def cannot_heal(self, trouble: Trouble, *, now_ns: int) -> str:
        """Say why a trouble is beyond the domain, empty while it is not."""
        deeds = [d for d in self.acting.deeds if d.degradation == trouble.id]
        plan = self.plans.get(trouble.id)
        is_held = plan is not None and any(each.guard == "conflict" for each in plan.refused)
        if is_held or any(each.ended_ns is None for each in deeds):
            return ""
        tried = [each for each in deeds if each.was_undone]
        if plan is None or plan.chosen is None:
            return "; ".join([*_tried(tried), *_refused(plan)]) or NOTHING_FITS
        kind = self._kind(plan)
        if kind is None or not kind.is_cure:
            return "; ".join([*_tried(tried), *_refused(plan)]) or NOTHING_FITS
        if plan.autonomy == "act":
            return ""
        waited_min = (now_ns - trouble.began_ns) / MINUTE_NS
        if plan.autonomy == "approve" and waited_min < PATIENCE_MIN:
            return ""
        return f"{plan.chosen.action.name} may not be done by itself (autonomy {plan.autonomy})"

    def _kind(self, plan: Plan) -> ActionKind | None:
        name = plan.chosen.action.kind if plan.chosen else ""
        return next((each for each in self.acting.chooser.catalogue if each.name == name), None)


def own_actions(domain: AutonomousDomain) -> list[ActionKind]:
    """List the actions in a domain's own hands: cures of what it owns, and tickets."""
    return [
        each
        for each in ACTIONS
        if (each.is_cure and each.target == "element" and _is_on(each, domain))
        or each.name == "ticket"
    ]


def _is_on(kind: ActionKind, domain: AutonomousDomain) -> bool:
    return any(each.on & domain.owns for each in kind.remedies if ANYTHING not in each.on)


def _tried(deeds: Sequence[Deed]) -> list[str]:
    return [f"{each.action.name} was tried and did not help" for each in deeds]


def _refused(plan: Plan | None) -> list[str]:
    refusals: Mapping[str, Refusal] = (
        {each.reason: each for each in plan.refused if each.guard != "once"} if plan else {}
    )
    return [f"{each.action.kind}: {reason}" for reason, each in refusals.items()][:3]


NOTHING_FITS = "none of its own actions is for this"
