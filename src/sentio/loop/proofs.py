"""Proofs of actions: whose course is followed beside the scope, and how a verdict is told."""

from __future__ import annotations

from sentio.decision.need import Deed, Need
from sentio.model.degradation import Scope
from sentio.model.diagnosis import Hypothesis
from sentio.model.plan import Action, Estimate, Outcome, Plan, Verdict

NO_EFFECT = Estimate(mean=0.0, low=0.0, high=0.0)


def of_cause(cause: Hypothesis) -> tuple[str, Scope]:
    """Name the course of all uses of an element that may be acted on."""
    return _of(cause.element_kind, cause.element)


def of_target(action: Action) -> tuple[str, Scope]:
    """Name the course of all uses of what was acted on."""
    return _of(action.target_kind, action.target)


def named(scope: Scope) -> tuple[str, ...]:
    """Name those of a scope, as an outcome does.

    Examples
    --------
    >>> named({"cell": "cell-7", "app": "chat"})
    ('cell=cell-7', 'app=chat')
    """
    return tuple(f"{dimension}={member}" for dimension, member in scope.items())


def worse_for(plan: Plan, alone: Verdict, weighed: Verdict) -> tuple[str, ...]:
    """Name who lost by an action beside those it was for; nobody where others do not count.

    ``alone`` is the verdict by those it was for, ``weighed`` the one that counts all who use its
    target.
    """
    is_others = weighed == "worse" and alone != "worse"
    return named(of_target(plan.chosen.action)[1]) if is_others and plan.chosen else ()


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
        effect_mos=NO_EFFECT,
        treated_uses=0,
        control_uses=0,
        is_undone=True,
        sentence=f"Nothing is proven of {name}: {why}",
    )


def regretted(deed: Deed, need: Need, *, now_ns: int) -> Outcome:
    """Tell of an action that is taken back, since a decline began with it."""
    return Outcome(
        plan=deed.plan,
        verdict="worse",
        verified_ns=now_ns,
        effect_mos=NO_EFFECT,
        treated_uses=0,
        control_uses=0,
        is_undone=True,
        worse_for=named(need.degradation.scope),
        sentence=f"{deed.action.name} is taken back: {need.degradation.id} began with it.",
    )
