"""What the loop tells: of degradations, diagnoses, faults of the data, plans and outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sentio.kernel.values import to_plain
from sentio.model.data_fault import DataFault
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis
from sentio.model.plan import Outcome, Plan

Event: TypeAlias = tuple[str, int, dict[str, Any]]  # Any: JSON
"""Kind, moment in ns, body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of a degradation in a period, or the diagnosis that was made of it."""

    what: Literal["opened", "changed", "ended", "diagnosed"]
    degradation: Degradation
    diagnosis: Diagnosis | None = None
    diagnosis_id: str = ""


Decided: TypeAlias = Plan | Outcome
News: TypeAlias = Change | DataFault | Decided
OnChange: TypeAlias = Callable[[News], None]


def events_of(news: Iterable[News]) -> list[Event]:
    """Write what is told as events."""
    return [_event(each) for each in news]


def _event(each: News) -> Event:
    match each:
        case DataFault():
            body = {"state": each.state, **to_plain(each)}
            return "data_fault", each.until_ns or each.seen_ns, body
        case Plan():
            return "plan", each.made_ns, to_plain(each)
        case Outcome():
            return "outcome", each.verified_ns, to_plain(each)
        case Change(diagnosis=Diagnosis() as made):
            return "diagnosis", made.made_ns, {"id": each.diagnosis_id, **to_plain(made)}
        case Change():
            told = each.degradation
            at_ns = told.ended_ns or told.seen_ns
            return "degradation", at_ns, {"change": each.what, **to_plain(told)}
