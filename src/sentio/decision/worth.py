"""What an action is worth: experience minutes regained, weighed by whose, less its price."""

from __future__ import annotations

from sentio.decision.effects import EffectModel
from sentio.decision.kind import ActionKind
from sentio.decision.need import USE_MIN, Need
from sentio.decision.policy import Policy
from sentio.model.diagnosis import Hypothesis
from sentio.model.plan import Candidate, Estimate

USE_LOST = 0.9  # of a use that meets an element out of service


def candidate(
    kind: ActionKind,
    cause: Hypothesis,
    need: Need,
    *,
    policy: Policy,
    effects: EffectModel,
    reach: int,
) -> Candidate | None:
    """Weigh an action against a cause; None where it does nothing against it.

    ``reach`` is how many subjects use its target.
    """
    remedy = kind.remedy(cause)
    if remedy is None:
        return None
    helps = effects.success(kind, remedy, cause, need)
    lasts_min = max(min(need.remaining_min, kind.limit_min) - kind.effect_after_min, 0.0)
    weight = policy.weight_of(need.by_segment, need.by_slice)
    at_stake = weight * need.lost_min_per_hour / 60.0 * lasts_min * remedy.recovers
    success = cause.probability * helps.mean
    risk = _risk(kind, need, reach=reach, lasts_min=lasts_min)
    regained = Estimate(
        mean=at_stake * success,
        low=at_stake * cause.probability * helps.low,
        high=at_stake * cause.probability * helps.high,
    )
    return Candidate(
        action=kind.action(cause),
        regained_min=regained,
        success=success,
        cost=kind.cost_min,
        risk=risk,
        value=regained.mean - kind.cost_min - risk,
        reasons=(
            f"{cause.element_kind} {cause.element} is the cause with {_percent(cause.probability)}",
            _helps(kind, cause, helps),
            f"{at_stake:.0f} weighted experience minutes are at stake",
        ),
    )


def _risk(kind: ActionKind, need: Need, *, reach: int, lasts_min: float) -> float:
    """Give the experience minutes that the action itself may cost.

    Uses a minute of all that use the target are foretold from those that were touched.
    """
    if kind.blast == "nobody":
        return 0.0
    told = need.degradation
    hours = max((told.seen_ns - told.began_ns) / 3.6e12, 1 / 12)
    uses_per_min = told.uses / hours / 60.0 * max(reach / max(need.subjects, 1), 1.0)
    interrupted = USE_LOST * USE_MIN * kind.interrupts_min * uses_per_min
    worse = kind.harm * kind.harm_share * USE_MIN * uses_per_min * lasts_min
    return interrupted + worse


def _helps(kind: ActionKind, cause: Hypothesis, helps: Estimate) -> str:
    span = f"{_percent(helps.low)} to {_percent(helps.high)}"
    against = cause.kind.replace("_", " ") or "that"
    return f"{kind.title.lower()} helps against {against} with {_percent(helps.mean)} ({span})"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
