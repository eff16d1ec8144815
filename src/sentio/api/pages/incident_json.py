"""An incident as JSON, with all that its page shows."""

from __future__ import annotations

from collections.abc import Iterable

from sentio.api.awareness import Json, degradation_json, diagnosis_json, order_json, with_moments
from sentio.api.execution import task_json
from sentio.api.service_problems import problem_json
from sentio.api.works import work_json
from sentio.decision.catalogue import ACTIONS
from sentio.decision.kind import ActionKind
from sentio.kernel.values import to_plain
from sentio.loop.acting import VERIFIED_PERIODS
from sentio.loop.incidents.listing import severity_of
from sentio.loop.incidents.whole import Parts, Whole
from sentio.model.diagnosis import Hypothesis
from sentio.model.plan import Plan
from sentio.model.problem import ALLOWED
from sentio.store.state.steering import Switch

AT = ("at_ns", "until_ns", "data_ns", "about_ns", "effect_ns")


def incident_json(parts: Parts, whole: Whole, *, now_ns: int, lag_ns: int, switch: Switch) -> Json:
    """Give all that is known of an incident."""
    problem, leading = parts.problem, parts.leading
    lost_mos = max(each.mos_usual - each.mos_seen for each in parts.degradations)
    orders = whole.orders(parts, now_ns=now_ns)
    return {
        "problem": problem_json(problem),
        "severity": severity_of(lost_mos),
        "lost_mos": round(lost_mos, 2),
        "may_become": sorted(ALLOWED[problem.status]),
        "work": to_plain(parts.work),
        "steps": [with_moments(to_plain(each), names=AT) for each in parts.steps],
        "merged": list(parts.merged),
        "degradations": [degradation_json(each) for each in parts.degradations],
        "diagnosis": diagnosis_json(*leading) if leading else None,
        "orders": [{**order_json(each), "bytes": to_plain(size)} for each, size in orders],
        "plans": [_plan_json(each, parts, whole, now_ns) for each in parts.plans],
        "timeline": [
            with_moments(to_plain(each), names=AT)
            for each in whole.timeline(parts, now_ns=now_ns, lag_ns=lag_ns)
        ],
        "path": to_plain(whole.path(parts)),
        "course": to_plain(whole.course(parts, now_ns=now_ns)),
        "similar": [with_moments(to_plain(each)) for each in whole.similar(parts)],
        "works": [work_json(each) for each in whole.near_works(parts)],
        "automation": with_moments(to_plain(switch), names=AT),
        "now_ns": now_ns,
    }


def evidence_json(parts: Parts) -> Json:
    """Give each hypothesis with what speaks for and against it, rejected ones too."""
    leading = parts.leading
    if leading is None:
        return {"diagnosis": None, "abstains": True, "hypotheses": []}
    name, made = leading
    kept = [_hypothesis_json(each, is_rejected=False) for each in made.hypotheses]
    rejected = [_hypothesis_json(each, is_rejected=True) for each in made.rejected]
    return {
        "diagnosis": name,
        "abstains": made.abstains,
        "made_ns": made.made_ns,
        "hypotheses": [*kept, *rejected],
    }


def _hypothesis_json(each: Hypothesis, *, is_rejected: bool) -> Json:
    return {
        "element": each.element,
        "element_kind": each.element_kind,
        "domain": each.domain,
        "kind": each.kind,
        "scope": dict(each.scope),
        "probability": each.probability,
        "is_rejected": is_rejected,
        "for": to_plain(each.evidence_for),
        "against": to_plain(each.evidence_against),
        "signs": dict(each.signs),
    }


def _plan_json(plan: Plan, parts: Parts, whole: Whole, now_ns: int) -> Json:
    """Give a plan with what became of it, what people said, and what its action is like."""
    outcome, task = parts.outcomes.get(plan.id), parts.tasks.get(plan.id)
    said = parts.said.get(plan.id)
    named = {each.action.kind for each in plan.candidates}
    named |= {plan.chosen.action.kind} if plan.chosen else set()
    return {
        **with_moments(to_plain(plan)),
        "outcome": to_plain(outcome) if outcome else None,
        "task": task_json(task) if task else None,
        "said": to_plain(said) if said else None,
        "waits": _waits(plan, parts),
        "reach": whole.reach(plan, now_ns=now_ns),
        "kinds": {name: _kind_json(kind) for name, kind in _kinds(named)},
        "verified_periods": VERIFIED_PERIODS,
    }


def _waits(plan: Plan, parts: Parts) -> bool:
    """Tell whether a plan waits for people: it still may help, and nobody has said anything."""
    is_open = any(d.id == plan.degradation and d.ended_ns is None for d in parts.degradations)
    newest = next((each for each in parts.plans if each.degradation == plan.degradation), None)
    is_asked = plan.autonomy == "approve" and plan.chosen is not None and plan is newest
    return is_open and is_asked and plan.id not in parts.said and plan.id not in parts.outcomes


def _kinds(names: Iterable[str]) -> Iterable[tuple[str, ActionKind]]:
    return ((name, ACTIONS[name]) for name in sorted(names) if name in ACTIONS)


def _kind_json(kind: ActionKind) -> Json:
    """Give what people must know of a kind of action before they say yes."""
    return {
        "title": kind.title,
        "inverse": kind.inverse,
        "blast": kind.blast,
        "effect_after_min": kind.effect_after_min,
        "limit_min": kind.limit_min,
        "harm": kind.harm,
        "harm_share": kind.harm_share,
        "interrupts_min": kind.interrupts_min,
        "is_cure": kind.is_cure,
        "gives_back": kind.gives_back,
    }
