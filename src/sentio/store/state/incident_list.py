"""Many incidents at once, as they are kept: bodies, not values, since a list must be quick."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, or_, select

from sentio.store.state.store import StateStore
from sentio.store.state.tables import (
    DegradationRow,
    OutcomeRow,
    PlanRow,
    ServiceProblemRow,
    ToldEventRow,
)

Body = Mapping[str, Any]  # Any: JSON
CONCERNS = ("service_problem", "incident", "plan", "outcome", "task", "answer")
MOST_EVENTS = 2_000  # beyond, all is read again
AT_ONCE = 500  # names in one question


class IncidentList:
    """Reads service problems and what hangs on them, many at a time."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    def page(self, *, after: str | None, limit: int) -> list[Body]:
        """Give problems, those changed last first; ``after`` is the id of the last one read."""
        row = ServiceProblemRow
        rows = select(row.body)
        with self._state.session() as session:
            last = session.get(row, after) if after else None
            if last is not None:
                same = (row.changed_ns == last.changed_ns) & (row.id < last.id)
                rows = rows.where(or_(row.changed_ns < last.changed_ns, same))
            order = (row.changed_ns.desc(), row.id.desc())
            return list(session.scalars(rows.order_by(*order).limit(limit)))

    def named(self, names: Iterable[str]) -> list[Body]:
        """Give some problems by their ids."""
        return self._some(ServiceProblemRow.body, ServiceProblemRow.id, names)

    def total(self) -> int:
        """Count all problems."""
        with self._state.session() as session:
            return session.scalar(select(func.count(ServiceProblemRow.id))) or 0

    def degradations(self, names: Iterable[str]) -> dict[str, Body]:
        """Give degradations by their ids."""
        found = self._some(DegradationRow.body, DegradationRow.id, names)
        return {str(each["id"]): each for each in found}

    def plans(self, degradations: Iterable[str]) -> dict[str, Body]:
        """Give the newest plan of each of some degradations, where there is one."""
        found = self._some(PlanRow.body, PlanRow.degradation, degradations)
        ordered = sorted(found, key=lambda each: (each["made_ns"], each["id"]))
        return {str(each["degradation"]): each for each in ordered}

    def proven(self, plans: Iterable[str]) -> set[str]:
        """Name those of some plans of which it is known what came of them."""
        return set(self._some(OutcomeRow.plan, OutcomeRow.plan, plans))

    def touched(self, after: int) -> set[str] | None:
        """Name the problems of which something was told after an event; None where all may be."""
        rows = select(ToldEventRow.id, ToldEventRow.kind, ToldEventRow.body)
        rows = rows.where(ToldEventRow.id > after).order_by(ToldEventRow.id).limit(MOST_EVENTS)
        with self._state.session() as session:
            oldest = session.scalar(select(func.min(ToldEventRow.id))) or 0
            told = [(kind, body) for _, kind, body in session.execute(rows)]
        if after + 1 < oldest or len(told) >= MOST_EVENTS:
            return None
        bodies = [(kind, body) for kind, body in told if kind in CONCERNS]
        found = {str(b["id"]) for kind, b in bodies if kind == "service_problem"}
        found |= {str(b["incident"]) for kind, b in bodies if kind == "incident"}
        plans = {str(b["plan"]) for kind, b in bodies if kind in {"outcome", "answer"}}
        fallen = {str(b["degradation"]) for kind, b in bodies if kind in {"plan", "task"}}
        fallen |= set(self._some(PlanRow.degradation, PlanRow.id, plans))
        return found | self._of_degradations(fallen)

    def _of_degradations(self, names: Iterable[str]) -> set[str]:
        row = ServiceProblemRow
        found: set[str] = set()
        with self._state.session() as session:
            for name in names:
                holds = row.degradations.contains(f",{name},", autoescape=True)
                found |= set(session.scalars(select(row.id).where(holds)))
        return found

    def _some(self, wanted: Any, key: Any, names: Iterable[str]) -> list[Any]:  # noqa: ANN401  (columns)
        named = sorted(set(names))
        found: list[Any] = []
        with self._state.session() as session:
            for at in range(0, len(named), AT_ONCE):
                rows = select(wanted).where(key.in_(named[at : at + AT_ONCE]))
                found += session.scalars(rows).all()
        return found
