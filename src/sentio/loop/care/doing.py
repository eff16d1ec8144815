"""What is being done about a degradation, in words that can be said to a customer."""

from __future__ import annotations

from sentio.model.plan import Outcome, Plan
from sentio.store.state.plans import Plans

AUTONOMY = {
    "observe": "",
    "advise": "{what} has been advised",
    "approve": "{what} waits for a yes",
    "act": "{what} is under way",
}
VERDICTS = {
    "improved": "{what} has helped",
    "no_effect": "{what} was tried and did not help; the next step is being looked for",
    "worse": "{what} was tried and made it no better; it is undone",
    "undecided": "{what} was done; whether it helps is not clear yet",
}


def doing_about(plans: Plans, degradation: str) -> str:
    """Say what the newest plan about a degradation does; empty where nothing is done."""
    for plan in plans.plans(degradation=degradation, limit=1):
        return words_of(plan, plans.outcome(plan.id))
    return ""


def words_of(plan: Plan, outcome: Outcome | None) -> str:
    """Say what a plan does, or what came of it; empty where it chose nothing."""
    if plan.chosen is None:
        return ""
    action = plan.chosen.action
    what = action.kind.replace("_", " ")
    if action.target_kind != "subject":  # others are nobody's business
        what += f" of {action.target_kind} {action.target}"
    pattern = AUTONOMY[plan.autonomy] if outcome is None else VERDICTS[outcome.verdict]
    return pattern.format(what=what)
