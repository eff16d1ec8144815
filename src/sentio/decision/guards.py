"""Guards: each may refuse an action now, with a reason that a person can read.

They are asked in this order, and the first that refuses is told. Precedents: the guards of ONAP
Policy (frequency limiter, blacklist), pause and conflict of loops in ETSI GS ZSM 009-1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sentio.decision.kind import ActionKind
from sentio.decision.need import HOUR_NS, MINUTE_NS, Need, Situation
from sentio.decision.policy import Policy
from sentio.model.diagnosis import Hypothesis
from sentio.model.plan import Candidate, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An action that guards are asked about."""

    kind: ActionKind
    cause: Hypothesis
    candidate: Candidate
    need: Need
    situation: Situation
    policy: Policy

    @property
    def reach(self) -> int:
        """How many subjects may feel the action."""
        if self.kind.blast == "nobody":
            return 0
        if self.kind.blast == "scope":
            return self.need.subjects
        return self.situation.reach.get(self.candidate.action.target, self.need.subjects)


Guard = Callable[[Asked], str]
"""Gives the reason for a refusal, empty where there is none."""


def kill_switch(asked: Asked) -> str:
    """Refuse everything while the switch is on."""
    return "all automation is stopped by the kill switch" if asked.situation.is_stopped else ""


def once(asked: Asked) -> str:
    """Refuse what stands already, was tried for this degradation, or failed on the target of late.

    More of something can be added to what stands (a factor of capacity), for another degradation.
    """
    for deed in asked.situation.of_degradation(asked.need.degradation.id):
        if deed.action == asked.candidate.action:
            return f"{deed.action.name} was done already" + (
                " and did not help" if deed.was_undone else ""
            )
    retry_min = asked.policy.limits.retry_min
    since_ns = asked.situation.now_ns - round(retry_min * MINUTE_NS)
    for deed in asked.situation.deeds:
        is_same = deed.action == asked.candidate.action and not deed.action.parameters
        if is_same and deed.stands:
            return f"{deed.action.name} stands already, for {deed.degradation}"
        is_again = deed.action == asked.candidate.action and deed.touches
        if is_again and deed.was_undone and (deed.ended_ns or 0) > since_ns:
            return f"{deed.action.name} was undone of late, for {deed.degradation}"
    return ""


def one_cure(asked: Asked) -> str:
    """Refuse a second cure while the first is not verified, or has just helped, here or there.

    Nobody would know which one helped; and who is well needs time to show it.
    """
    if not asked.kind.is_cure:
        return ""
    for deed in asked.situation.of_degradation(asked.need.degradation.id):
        if deed.ended_ns is None and deed.touches:
            return f"{deed.action.name} is not verified yet"
    own, target = asked.need.degradation.id, asked.candidate.action.target
    settle_min = asked.policy.limits.settle_min
    since_ns = asked.situation.now_ns - round(settle_min * MINUTE_NS)
    for deed in asked.situation.deeds:
        helped = deed.touches and not deed.was_undone and deed.returned_ns is None
        is_near = deed.degradation == own or deed.action.target == target
        if helped and is_near and deed.ended_ns is not None and deed.ended_ns > since_ns:
            return f"{deed.action.name} has just helped"
    return ""


def conflict(asked: Asked) -> str:
    """Refuse to touch what another loop holds, or what a deed for another cause stands on."""
    target = asked.candidate.action.target
    holder = asked.situation.locks.get(target)
    if holder and asked.kind.blast != "nobody":
        return f"{target} is held by the loop {holder}"
    for deed in asked.situation.deeds if asked.kind.blast != "nobody" else ():
        is_other = deed.degradation != asked.need.degradation.id
        if deed.ended_ns is None and deed.touches and deed.action.target == target and is_other:
            return f"{deed.action.name} stands on it for {deed.degradation}"
    return ""


def planned_work(asked: Asked) -> str:
    """Refuse to touch an element that is being worked on, but to lead traffic around it.

    Nor is traffic led around a work that is over.
    """
    target, works = asked.candidate.action.target, asked.situation.works
    if asked.kind.blast == "nobody":
        return ""
    is_around = asked.cause.kind == "planned_work"
    if target in works and not is_around:
        return f"a planned work goes on at {target}"
    if is_around and asked.kind.is_cure and target not in works:
        return f"no planned work goes on at {target}"
    return ""


def sure_cause(asked: Asked) -> str:
    """Refuse a cure of what is not probably the cause."""
    least = max(
        asked.kind.least_probability,
        asked.policy.limits.least_probability if asked.kind.is_cure else 0.0,
    )
    if asked.cause.probability >= least:
        return ""
    return (
        f"{asked.cause.element} is the cause with {100 * asked.cause.probability:.0f} % only, "
        f"{100 * least:.0f} % are asked for"
    )


def likely_help(asked: Asked) -> str:
    """Refuse a cure that will probably not help."""
    least = asked.policy.limits.least_success
    if not asked.kind.is_cure or asked.candidate.success >= least:
        return ""
    success = 100 * asked.candidate.success
    return f"it helps with {success:.0f} % only, {100 * least:.0f} % are asked for"


def worth_it(asked: Asked) -> str:
    """Refuse what costs more than it brings, or a cure that brings hardly more."""
    least, times = asked.policy.limits.least_value_min, asked.policy.limits.least_over_price
    one = asked.candidate
    if one.value < least:
        return f"it is worth {one.value:.0f} experience minutes, at least {least:.0f} are asked for"
    brings, price = one.regained_min.mean, one.cost + one.risk
    if asked.kind.is_cure and brings < times * price:
        return (
            f"it brings {brings:.0f} experience minutes at a price of {price:.0f}, at least "
            f"{times:g} times as much is asked for"
        )
    return ""


def blast_radius(asked: Asked) -> str:
    """Refuse what may touch too many at once."""
    most = asked.policy.limits.blast_share * asked.situation.all_subjects
    if asked.reach <= most:
        return ""
    return f"it may touch {asked.reach} subjects, more than the {most:.0f} allowed at once"


def rate(asked: Asked) -> str:
    """Refuse more actions an hour than the policy wants, and too many on one element."""
    if asked.kind.blast == "nobody":
        return ""
    limits, situation = asked.policy.limits, asked.situation
    since_ns = situation.now_ns - HOUR_NS
    of_late = [each for each in situation.deeds if each.touches and each.began_ns > since_ns]
    if len(of_late) >= limits.actions_per_hour:
        return f"{len(of_late)} actions were taken in the last hour, as many as are allowed"
    target = asked.candidate.action.target
    since_ns = situation.now_ns - round(limits.per_element_min * MINUTE_NS)
    here = [
        each
        for each in situation.deeds
        if each.touches and each.action.target == target and each.began_ns >= since_ns
    ]
    if len(here) >= limits.per_element:
        return f"{target} was acted on {len(here)} times in {limits.per_element_min:.0f} minutes"
    return ""


def cool_down(asked: Asked) -> str:
    """Refuse to touch an element soon after something on it was undone."""
    cool_min = asked.policy.limits.cool_down_min
    since_ns = asked.situation.now_ns - round(cool_min * MINUTE_NS)
    target = asked.candidate.action.target
    for deed in asked.situation.deeds if asked.kind.blast != "nobody" else ():
        if deed.action.target == target and deed.was_undone and (deed.ended_ns or 0) > since_ns:
            return f"{deed.action.name} was undone less than {cool_min:.0f} minutes ago"
    return ""


GUARDS: Mapping[str, Guard] = {
    each.__name__: each
    for each in (
        kill_switch,
        sure_cause,
        once,
        one_cure,
        conflict,
        planned_work,
        likely_help,
        blast_radius,
        rate,
        cool_down,
        worth_it,
    )
}


def refused(asked: Asked) -> Refusal | None:
    """Ask all guards; gives the first refusal."""
    for name, guard in GUARDS.items():
        if reason := guard(asked):
            return Refusal(action=asked.candidate.action, guard=name, reason=reason)
    return None
