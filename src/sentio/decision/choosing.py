"""The best next action: all that may help are weighed, the guards are asked, one is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sentio.decision.catalogue import ACTIONS
from sentio.decision.effects import Catalogued, EffectModel
from sentio.decision.guards import Asked, refused
from sentio.decision.kind import ActionKind
from sentio.decision.need import MINUTE_NS, Need, Situation
from sentio.decision.policy import Policy
from sentio.decision.worth import candidate
from sentio.model.diagnosis import Hypothesis
from sentio.model.domain import DOMAINS
from sentio.model.plan import Autonomy, Candidate, Plan, Refusal

MOST_CAUSES = 3  # that are considered
VERBS = {
    "act": "is done",
    "approve": "waits for a yes",
    "advise": "is advised",
    "observe": "would be done",
}
TOLD = 8  # candidates and refusals that a plan names
WORK_DOMAINS = frozenset(DOMAINS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """Chooses by a policy, a catalogue and whoever foretells effects."""

    policy: Policy
    effects: EffectModel = field(default_factory=Catalogued)
    catalogue: Sequence[ActionKind] = ()

    def choose(self, need: Need, situation: Situation, *, number: str) -> Plan:
        """Make the plan for a degradation; it may be to do nothing, and says why."""
        allowed: list[Asked] = []
        told: list[Refusal] = []
        for cause in self._causes(need):
            for asked in self._asked(cause, need, situation):
                refusal = refused(asked)
                if refusal is None:
                    allowed.append(asked)
                else:
                    told.append(refusal)
        ranked = sorted(allowed, key=_rank)
        best = ranked[0] if ranked else None
        level = self._autonomy(best) if best else "observe"
        limit_min = best.kind.limit_min if best else 0.0
        return Plan(
            id=number,
            degradation=need.degradation.id,
            diagnosis=need.diagnosis_id,
            made_ns=situation.now_ns,
            until_ns=situation.now_ns + round(limit_min * MINUTE_NS),
            autonomy=level,
            chosen=best.candidate if best else None,
            candidates=tuple(each.candidate for each in ranked[:TOLD]),
            refused=tuple(_told_once(told))[:TOLD],
            scope=best.cause.scope if best else {},
            canary=self._canary(best) if best else None,
            sentence=_sentence(best, level, told),
        )

    def _causes(self, need: Need) -> list[Hypothesis]:
        """List the causes worth acting on; data at fault are no matter of the network."""
        if need.diagnosis.abstains:
            return []
        found = need.diagnosis.hypotheses[:MOST_CAUSES]
        return [each for each in found if each.domain in WORK_DOMAINS]

    def _asked(self, cause: Hypothesis, need: Need, situation: Situation) -> Iterable[Asked]:
        for kind in self.catalogue or ACTIONS:
            found = candidate(
                kind,
                cause,
                need,
                policy=self.policy,
                effects=self.effects,
                uses_per_min=situation.uses_per_min.get(cause.element),
                things_per_min=situation.things_per_min.get(cause.element),
            )
            if found is not None:
                yield Asked(
                    kind=kind,
                    cause=cause,
                    candidate=found,
                    need=need,
                    situation=situation,
                    policy=self.policy,
                )

    def _autonomy(self, best: Asked) -> Autonomy:
        """Tell how far it may go by itself; beyond a risk, a person decides."""
        level = self.policy.autonomy_of(best.kind.name)
        limits, risk = self.policy.limits, best.candidate.risk
        brings = limits.approval_above_risk_share * best.candidate.regained_min.mean
        is_risky = risk > limits.approval_above_risk_min and risk > brings
        return "approve" if level == "act" and is_risky else level

    def _canary(self, best: Asked) -> dict[str, str] | None:
        """Name the part of the scope with which a large change of customers begins."""
        if best.kind.target != "customers":
            return None
        most = self.policy.limits.canary_share * best.situation.all_subjects
        return {**best.cause.scope, "part": "1/10"} if best.need.subjects > most else None


def _rank(asked: Asked) -> tuple[bool, bool, float]:
    """Put cures before what only softens, those who come first before all others."""
    is_first = asked.policy.comes_first(asked.need.by_segment, asked.need.by_slice)
    return (not asked.kind.is_cure, not is_first, -asked.candidate.value)


def _told_once(refusals: Iterable[Refusal]) -> list[Refusal]:
    return list({(each.action.name, each.guard): each for each in refusals}.values())


def _sentence(best: Asked | None, level: Autonomy, told: Sequence[Refusal]) -> str:
    if best is None:
        why = f": {told[0].reason}" if told else " that is worth doing"
        return f"Nothing is done{why}."
    one, verb = best.candidate, VERBS[level]
    return (
        f"{best.kind.title} ({one.action.target}) {verb}: it helps with "
        f"{100 * one.success:.0f} % and gives back about {one.regained_min.mean:.0f} weighted "
        f"experience minutes at a price of {one.cost + one.risk:.0f}."
    )


def before(needs: Iterable[tuple[Need, Candidate | None]], policy: Policy) -> list[Need]:
    """Put needs in the order in which they are served: who comes first, then by value."""

    def rank(pair: tuple[Need, Candidate | None]) -> tuple[bool, float]:
        need, best = pair
        is_first = policy.comes_first(need.by_segment, need.by_slice)
        return (not is_first, -(best.value if best else 0.0))

    return [need for need, _ in sorted(needs, key=rank)]
