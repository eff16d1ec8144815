"""A diagnosis in one sentence that a person can read aloud."""

from __future__ import annotations

from collections.abc import Sequence

from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Complaints, Hypothesis, Impact

SURE_ENOUGH = 0.5  # below, nothing is blamed


def sentence(
    told: Degradation,
    causes: Sequence[Hypothesis],
    impact: Impact,
    complaints: Complaints | None = None,
) -> str:
    """Say what fell, for whom, and why; and how many complain, if more do than usually."""
    services = ", ".join(told.services[:3]) + (" and more" if len(told.services) > 3 else "")
    where = " and ".join(f"{name} {member}" for name, member in told.scope.items()) or "the network"
    whom = _count(impact.users, "user") + (
        f" and {_count(impact.things, 'thing')}" if impact.things else ""
    )
    whom += f", {impact.important:,} of them important" if impact.important else ""
    fell = f"{services} at {where} fell from {told.mos_usual:.1f} to {told.mos_seen:.1f} for {whom}"
    if complaints and complaints.tickets > complaints.usual + 1.0:
        fell += f", with {_count(complaints.tickets, 'ticket')} since"
    return f"{fell}; {_because(causes)}."


def _because(causes: Sequence[Hypothesis]) -> str:
    if not causes or causes[0].probability < SURE_ENOUGH:
        return "the evidence is too weak to name a cause"
    first = causes[0]
    shown = next((e.what for e in first.evidence_for if e.element == first.element), "")
    why = f" ({shown})" if shown else ""
    return (
        f"the likeliest cause is {first.element_kind} {first.element} in the domain "
        f"{first.domain}, {100 * first.probability:.0f} %{why}"
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
