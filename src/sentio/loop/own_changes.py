"""Changes that the loop made itself: a decline that one of them brought is no reason for another.

The record of changes tells of them like of any other. Where a decline is explained by a change of
an element that the loop has just acted on, it is its own action that is weighed anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sentio.decision.need import MINUTE_NS, Deed, Need
from sentio.model.plan import Estimate

SAME_NS = 10 * MINUTE_NS  # between an action and the record of it
AT_ONCE_NS = 20 * MINUTE_NS  # between an action and what it brought (`analysis.wrong.AT_ONCE_MIN`)


def brought_by(deeds: Iterable[Deed], need: Need) -> Deed | None:
    """Give the action that a decline began with, in force or not; None where there is none.

    Where it is no longer in force the decline needs no other cure: it is about to end.
    """
    began_ns = need.degradation.began_ns
    mine = [e for e in _own(deeds, need) if 0 <= began_ns - e.began_ns <= AT_ONCE_NS]
    return max(mine, key=lambda each: each.began_ns, default=None)


def without_own_change(deeds: Iterable[Deed], need: Need) -> Need:
    """Let a decline be of the kind that an own action was against, where that is all that changed.

    So it is with one that the action was done for, with one that came back when it ended, and
    where the change that is held against the element is the action's beginning or end.
    """
    began_ns, cause = need.degradation.began_ns, need.diagnosis.cause
    for each in _own(deeds, need):
        ended_ns = each.ended_ns if each.was_undone else each.returned_ns
        is_later = each.began_ns > began_ns
        is_it = _is_it(each, began_ns, cause.signs.get("change") if cause else None)
        is_back = ended_ns is not None and 0 <= began_ns - ended_ns <= AT_ONCE_NS
        if cause and (is_later or is_back or is_it):
            first = replace(cause, kind=each.against)
            found = (first, *need.diagnosis.hypotheses[1:])
            return replace(need, diagnosis=replace(need.diagnosis, hypotheses=found))
    return need


def is_regretted(need: Need, deed: Deed, whole: Estimate | None) -> bool:
    """Tell whether an action that brought a decline should not have been.

    ``whole`` is how much better all uses of its target fare since; where that is not known, what
    the decline costs is held against what the action was to give back.
    """
    if deed.was_undone or deed.returned_ns is not None:
        return False
    if whole is not None:
        return whole.mean < 0.0
    return need.lost_min_per_hour / 60.0 * need.remaining_min > deed.worth_min


def _is_it(deed: Deed, began_ns: int, before_min: float | None) -> bool:
    """Tell whether a change so many minutes before a decline was an own action, or its end."""
    if before_min is None:
        return False
    changed_ns = began_ns - round(before_min * MINUTE_NS)
    own = (deed.began_ns, deed.ended_ns, deed.returned_ns)
    return any(each is not None and abs(each - changed_ns) <= SAME_NS for each in own)


def _own(deeds: Iterable[Deed], need: Need) -> list[Deed]:
    cause = need.diagnosis.cause
    if cause is None or cause.kind != "change":
        return []
    return [each for each in deeds if each.touches and each.action.target == cause.element]
