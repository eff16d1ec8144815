"""What was planned about degradations, and what came of it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from sentio.kernel.values import from_plain, to_plain
from sentio.model.plan import Outcome, Plan
from sentio.store.state.store import StateStore
from sentio.store.state.tables import OutcomeRow, PlanRow

VERSION = 1  # of the layout of bodies


class Plans:
    """Reads plans and outcomes; the loop writes them with all that it tells (`Told`)."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    def plans(
        self, *, degradation: str | None = None, limit: int = 100, after: str | None = None
    ) -> list[Plan]:
        """List plans, the newest first; ``after`` is the id of the last one read."""
        rows = select(PlanRow)
        if degradation is not None:
            rows = rows.where(PlanRow.degradation == degradation)
        with self._state.session() as session:
            last = session.get(PlanRow, after) if after else None
            if last is not None:
                same = (PlanRow.made_ns == last.made_ns) & (PlanRow.id < last.id)
                rows = rows.where((PlanRow.made_ns < last.made_ns) | same)
            order = (PlanRow.made_ns.desc(), PlanRow.id.desc())
            found = session.scalars(rows.order_by(*order).limit(limit)).all()
        return [from_plain(Plan, row.body) for row in found]

    def of_kinds(self, kinds: Collection[str], *, limit: int = 100) -> list[Plan]:
        """List plans whose chosen action is of some kinds, the newest first."""
        kind = PlanRow.body["chosen"]["action"]["kind"].as_string()
        rows = select(PlanRow).where(kind.in_(kinds))
        order = (PlanRow.made_ns.desc(), PlanRow.id.desc())
        with self._state.session() as session:
            found = session.scalars(rows.order_by(*order).limit(limit)).all()
        return [from_plain(Plan, row.body) for row in found]

    def plan(self, name: str) -> Plan | None:
        """Give a plan, None if there is none of that id."""
        with self._state.session() as session:
            row = session.get(PlanRow, name)
            return from_plain(Plan, row.body) if row else None

    def outcome(self, plan: str) -> Outcome | None:
        """Give what came of a plan, None as long as nobody knows."""
        with self._state.session() as session:
            row = session.get(OutcomeRow, plan)
            return from_plain(Outcome, row.body) if row else None

    def outcomes(self, *, limit: int = 1000) -> list[Outcome]:
        """List what came of plans, the newest first."""
        with self._state.session() as session:
            rows = select(OutcomeRow).order_by(OutcomeRow.verified_ns.desc()).limit(limit)
            return [from_plain(Outcome, row.body) for row in session.scalars(rows)]


def plan_row(plan: Plan) -> PlanRow:
    """Give the row of a plan."""
    return PlanRow(
        id=plan.id,
        degradation=plan.degradation,
        made_ns=plan.made_ns,
        version=VERSION,
        body=to_plain(plan),
    )


def outcome_row(outcome: Outcome) -> OutcomeRow:
    """Give the row of an outcome."""
    return OutcomeRow(
        plan=outcome.plan,
        verified_ns=outcome.verified_ns,
        version=VERSION,
        body=to_plain(outcome),
    )
