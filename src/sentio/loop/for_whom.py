"""Those for whom an action is, where it is for people or things: whoever felt the decline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sentio.decision.kind import ActionKind
from sentio.loop.looking import Following
from sentio.model.plan import Plan

CANARY_PART = 10  # one in so many of them is the first part


def for_whom(plan: Plan, kinds: Mapping[str, ActionKind], one: Following | None) -> Plan:
    """Name in a plan the subjects for whom it is done, as pseudonyms; a part of them first."""
    kind = kinds.get(plan.chosen.action.kind) if plan.chosen else None
    if one is None or kind is None or kind.target not in {"customers", "scope"}:
        return plan
    felt = one.subjects[:: CANARY_PART if plan.canary else 1]
    return replace(plan, subjects=tuple(str(each) for each in felt))
