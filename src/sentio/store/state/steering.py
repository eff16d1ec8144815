"""How people steer the automation: the switch that stops it, and their yes to plans that wait."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from sentio.store.state import audit
from sentio.store.state.store import StateStore
from sentio.store.state.tables import ApprovalRow, SwitchRow

SWITCH = "automation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Whether all automation is stopped, by whom, why, since when."""

    is_stopped: bool = False
    who: str = ""
    why: str = ""
    at_ns: int = 0


class Steering:
    """Reads and writes what people want of the automation; every change is in the audit."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    def switch(self) -> Switch:
        """Tell how the switch stands."""
        with self._state.session() as session:
            row = session.get(SwitchRow, SWITCH)
        if row is None:
            return Switch()
        return Switch(is_stopped=row.is_on, who=row.who, why=row.why, at_ns=row.at_ns)

    def turn(self, *, is_stopped: bool, who: str, why: str, at_ns: int) -> Switch:
        """Stop all automation, or let it go on; what is under way may still be taken back."""
        what = "automation stopped" if is_stopped else "automation let go on"
        with self._state.session() as session:
            session.merge(SwitchRow(name=SWITCH, is_on=is_stopped, who=who, why=why, at_ns=at_ns))
            audit.append(session, who=who, what=what, purpose=why, at_ns=at_ns)
        return self.switch()

    def approve(self, plan: str, *, who: str, why: str, at_ns: int) -> None:
        """Say yes to a plan; the loop takes it up where the plan still stands."""
        with self._state.session() as session:
            session.merge(ApprovalRow(plan=plan, who=who, why=why, at_ns=at_ns, answer=""))
            audit.append(
                session,
                who=who,
                what="plan approved",
                purpose=why,
                at_ns=at_ns,
                details={"plan": plan},
            )

    def waiting(self) -> list[str]:
        """List plans with a yes that the loop has not answered, in the order of their yes."""
        rows = select(ApprovalRow.plan).where(ApprovalRow.answer == "").order_by(ApprovalRow.at_ns)
        with self._state.session() as session:
            return list(session.scalars(rows))

    def answer(self, plan: str, said: str) -> None:
        """Say what became of a yes: that it is done, or why it is not."""
        with self._state.session() as session:
            row = session.get(ApprovalRow, plan)
            if row is not None:
                row.answer = said

    def answered(self, plan: str) -> str:
        """Give what became of a yes; empty while nobody knows, or there was none."""
        with self._state.session() as session:
            row = session.get(ApprovalRow, plan)
            return row.answer if row else ""
