"""Proofs of actions: whose course is followed beside the scope, and how a verdict is told."""

from __future__ import annotations

from sentio.model.degradation import Scope
from sentio.model.diagnosis import Hypothesis
from sentio.model.plan import Action, Estimate, Outcome, Plan


def of_cause(cause: Hypothesis) -> tuple[str, Scope]:
    """Name the course of all uses of an element that may be acted on."""
    return _of(cause.element_kind, cause.element)


def of_target(action: Action) -> tuple[str, Scope]:
    """Name the course of all uses of what was acted on."""
    return _of(action.target_kind, action.target)


def told_proof(plan: Plan, answer: str, found: Estimate | None) -> str:
    """Tell a verdict to people."""
    name = plan.chosen.action.name if plan.chosen else plan.id
    words = {"improved": "helped", "worse": "made it worse", "no_effect": "did not help"}
    if found is None:
        return f"{name} {words[answer]}: nothing was left to compare."
    span = f"{found.mean:+.2f} MOS a use (90 %: {found.low:+.2f} to {found.high:+.2f})"
    harmed = ", but harmed others that use it" if answer == "worse" and found.mean > 0.0 else ""
    words["worse"] = "helped" if harmed else words["worse"]
    return f"{name} {words[answer]}: {span} against others with the same services{harmed}."


def _of(kind: str, name: str) -> tuple[str, Scope]:
    return f"{kind}={name}", {kind: name}


def unproven(plan: Plan, why: str, *, now_ns: int) -> Outcome:
    """Tell of what was never done that nothing is proven of it."""
    name = plan.chosen.action.name if plan.chosen else plan.id
    return Outcome(
        plan=plan.id,
        verdict="undecided",
        verified_ns=now_ns,
        effect_mos=Estimate(mean=0.0, low=0.0, high=0.0),
        treated_uses=0,
        control_uses=0,
        is_undone=True,
        sentence=f"Nothing is proven of {name}: {why}",
    )
