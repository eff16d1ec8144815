"""Two weeks compared, and each action judged by what it truly did."""

from __future__ import annotations

import numpy as np

from _closed_run import Closed
from sentio.decision.need import USE_MIN
from sentio.lab.faults.truth import Fault
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.loop.acting import VERIFIED_PERIODS
from works import jaccard

PROMISED_MOS = 3.2  # of the mean use of a slice: the intent `everybody`
WORK = "work-"  # how planned works are named


def figures(acted: Closed, observed: tuple[Fault, ...]) -> dict[str, object]:
    """Compare the week in which the loop acted with the one in which nobody did."""
    by_act, by_observe = lost_minutes(acted.operator.truth), lost_minutes(observed)
    lost, left = sum(by_observe.values()), sum(by_act.values()) + acted.harm_min
    rows = [row(name, acted) for name in acted.watched]
    bad = [each for each in rows if each["is_bad"]]
    proven = [each for each in rows if each["is_covered"] is not None]
    planned = [each for each in observed if each.name in acted.foretold]
    works = [jaccard_of(acted, each) for each in planned]
    known = {each.name: each for each in observed}
    return {
        "lost_minutes_observe": lost,
        "lost_minutes_act": left,
        "reduction": 1.0 - left / max(lost, 1e-9),
        "harm_of_actions_min": acted.harm_min,
        "actions": len(rows),
        "bad_actions": len(bad) / max(len(rows), 1),
        "bad": len(bad),
        "cured_nothing": sum(not each["cured"] for each in rows),
        "not_rolled_back": sum(not each["is_rolled_back"] for each in bad),
        "undone_though_good": sum(
            each["verdict"] in {"worse", "no_effect"} and not each["is_bad"] for each in rows
        ),
        "guard_violations": len(acted.watchman.breaches),
        "breaches": acted.watchman.breaches,
        "slices_below_promise": sum(len(each["slices_below"]) for each in rows),
        "proven": len(proven),
        "effect_coverage": float(np.mean([e["is_covered"] for e in proven])) if proven else 0.0,
        "works": len(works),
        "works_jaccard": float(np.mean(works)) if works else 0.0,
        "works_jaccard_possible": _possible(acted),
        "work_rows": [
            {"element": each.element, "is_harmful": each.harmful, "jaccard": round(index, 3)}
            for each, index in zip(planned, works, strict=True)
        ],
        "faults": [
            {
                "kind": known[name].kind,
                "element": known[name].element,
                "observe": by_observe[name],
                "act": by_act.get(name, 0.0),
            }
            for name in by_observe
        ],
        "rows": rows,
    }


def lost_minutes(truth: tuple[Fault, ...]) -> dict[str, float]:
    """Experience minutes that each healable fault has cost, by its name; a work is no fault."""
    return {
        each.name: USE_MIN * each.sessions
        for each in truth
        if each.harmful and each.cured_by and not each.name.startswith(WORK)
    }


def _possible(acted: Closed) -> float:
    """Give the mean index of one who knows how the lab draws uses: the rest is chance."""
    told = [one for one, _ in acted.foretold.values()]
    most = [acted.works.possible(each.work) if each.is_harmful else 1.0 for each in told]
    return float(np.mean(most)) if most else 0.0


def jaccard_of(acted: Closed, truth: Fault) -> float:
    """Compare who was told before a work with whom it touched where nobody acted."""
    _, made = acted.foretold[truth.name]
    told = np.array([each.subject for each in made.touched], dtype=np.int64)
    return jaccard(told, np.asarray(truth.subjects))


def row(name: str, acted: Closed) -> dict[str, object]:
    """Judge an action: what it was thought to do, and what it did."""
    plan, watched = acted.plans[name], acted.watched[name]
    assert plan.chosen
    outcome = acted.outcomes.get(name)
    minutes = sum(each.minutes for each in watched.steps)
    true_mos = None
    if outcome is not None:
        since_ns = watched.until_ns - VERIFIED_PERIODS * PERIOD_NS
        used = [each for each in watched.steps if since_ns < each.end_ns <= outcome.verified_ns]
        treated = sum(each.treated for each in used)
        if treated and outcome.treated_uses:
            true_mos = sum(each.gained_mos for each in used) / treated
    told = outcome.effect_mos if outcome else None
    return {
        "plan": name,
        "degradation": plan.degradation,
        "made_ns": plan.made_ns,
        "action": plan.chosen.action.name,
        "against": plan.chosen.against,
        "success": round(plan.chosen.success, 3),
        "value": round(plan.chosen.value, 1),
        "scope": dict(watched.scope),
        "cured": acted.cured[name],
        "minutes": round(minutes, 2),
        "by_period": [round(each.minutes, 2) for each in watched.steps],
        "is_bad": minutes <= 0.0,
        "is_rolled_back": _is_rolled_back(name, acted),
        "slices_below": _below(watched.steps),
        "verdict": outcome.verdict if outcome else "",
        "verified_ns": outcome.verified_ns if outcome else None,
        "treated": outcome.treated_uses if outcome else 0,
        "effect": [told.low, told.mean, told.high] if told else None,
        "true_mos": true_mos,
        "is_covered": None
        if true_mos is None or told is None
        else bool(told.low <= true_mos <= told.high),
    }


def _is_rolled_back(name: str, acted: Closed) -> bool:
    """Tell whether an action was taken back, or was over by itself, within its window."""
    outcome = acted.outcomes.get(name)
    until_ns = acted.watched[name].until_ns
    if acted.regretted_ns.get(name, until_ns + 1) <= until_ns:
        return True
    if outcome is None or not outcome.is_undone:
        return False
    kind = acted.kinds[acted.plans[name].chosen.action.kind]
    is_gone = name in acted.changed.undone_ns or not kind.inverse
    return is_gone and outcome.verified_ns <= until_ns


def _below(steps) -> list[str]:
    """Name the slices that were below their promise with a change, and not without it."""
    sums: dict[str, np.ndarray] = {}
    for each in steps:
        for name, told in each.slices.items():
            sums[name] = sums.get(name, np.zeros(3)) + np.array(told)
    return [
        name
        for name, (real, without, uses) in sums.items()
        if uses and real / uses < PROMISED_MOS <= without / uses
    ]
