"""What an action is worth: experience minutes regained, weighed by whose, less its price."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sentio.decision.effects import EffectModel
from sentio.decision.kind import ActionKind
from sentio.decision.need import MINUTE_NS, USE_MIN, Need
from sentio.decision.policy import Policy
from sentio.experience.requirements import latency_limits_ms
from sentio.model.diagnosis import Hypothesis
from sentio.model.plan import Candidate, Estimate

SHORTEST_MIN = 5.0  # over which the uses of a degradation are counted
PROOF_MIN = 15.0  # by which a proof is due (`loop.acting.VERIFIED_PERIODS`)
USE_LOST = 0.9  # of a use that meets an element out of service


def candidate(
    kind: ActionKind,
    cause: Hypothesis,
    need: Need,
    *,
    policy: Policy,
    effects: EffectModel,
    uses_per_min: float | None = None,
    things_per_min: Mapping[str, float] | None = None,
) -> Candidate | None:
    """Weigh an action against a cause; None where it does nothing against it.

    ``uses_per_min`` are those that may feel the action; None: those of the degradation.
    ``things_per_min`` are those of each kind of thing among them.
    """
    remedy = kind.remedy(cause)
    if remedy is None:
        return None
    helps = effects.success(kind, remedy, cause, need)
    lasts_min = max(min(need.remaining_min, kind.limit_min) - kind.effect_after_min, 0.0)
    weight = policy.weight_of(need.by_segment, need.by_slice)
    at_stake = weight * need.lost_min_per_hour / 60.0 * lasts_min * remedy.recovers
    success = cause.probability * helps.mean
    risk = _risk(kind, need, uses_per_min=uses_per_min, lasts_min=lasts_min)
    broken, lost_for = _broken(kind, need, things_per_min or {}, lasts_min)
    at_stake *= 1.0 - lost_for
    cost = kind.cost_min + broken
    regained = Estimate(
        mean=at_stake * success,
        low=at_stake * cause.probability * helps.low,
        high=at_stake * cause.probability * helps.high,
    )
    return Candidate(
        action=kind.action(cause),
        regained_min=regained,
        success=success,
        cost=cost,
        risk=risk,
        value=regained.mean - cost - risk,
        against=cause.kind,
        reasons=(
            f"{cause.element_kind} {cause.element} is the cause with {_percent(cause.probability)}",
            _helps(kind, cause, helps),
            f"{at_stake:.0f} weighted experience minutes are at stake",
        ),
    )


def _risk(kind: ActionKind, need: Need, *, uses_per_min: float | None, lasts_min: float) -> float:
    """Give the experience minutes that the action itself may cost."""
    if kind.blast == "nobody":
        return 0.0
    if uses_per_min is None or kind.blast == "scope":
        uses_per_min = _declined_per_min(need)
    interrupted = USE_LOST * kind.interrupts_min
    worse = kind.harm * kind.harm_share * lasts_min
    return USE_MIN * uses_per_min * (interrupted + worse)


def _broken(
    kind: ActionKind, need: Need, things_per_min: Mapping[str, float], lasts_min: float
) -> tuple[float, float]:
    """Tell what things lose that cannot wait as long as the action makes them.

    Those that suffer already lose what was left to them, and are not helped by it. Where it costs
    more than it brings, it is taken back when its proof is due.

    Returns
    -------
    minutes, share
        Experience minutes lost; the share of the uses that declined which it cannot help.
    """
    limits_ms = latency_limits_ms()
    broken = {
        name: per_min
        for name, per_min in things_per_min.items()
        if limits_ms.get(name, math.inf) <= kind.adds_delay_ms
    }
    if not broken:
        return 0.0, 0.0
    declined = _declined_per_min(need)
    left = 1.0 - min(need.lost_min_per_hour / 60.0 / max(USE_MIN * declined, 1e-9), 1.0)
    suffering = {name for name in broken if name in need.degradation.services}
    kept = sum(each * (left if name in suffering else 1.0) for name, each in broken.items())
    share = sum(broken[name] for name in suffering) / max(declined, 1e-9)
    return USE_MIN * kept * min(lasts_min, PROOF_MIN), min(share, 1.0)


def _declined_per_min(need: Need) -> float:
    """Give how many uses of a degradation there are a minute."""
    told = need.degradation
    minutes = max((told.seen_ns - told.began_ns) / MINUTE_NS, SHORTEST_MIN)
    return told.uses / minutes


def _helps(kind: ActionKind, cause: Hypothesis, helps: Estimate) -> str:
    span = f"{_percent(helps.low)} to {_percent(helps.high)}"
    against = cause.kind.replace("_", " ") or "that"
    return f"{kind.title.lower()} helps against {against} with {_percent(helps.mean)} ({span})"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
