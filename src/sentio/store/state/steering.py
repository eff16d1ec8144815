"""How people steer the automation: the switch that stops it, and their yes to plans that wait."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sentio.store.state import audit
from sentio.store.state.incident_tables import RejectionRow
from sentio.store.state.store import StateStore
from sentio.store.state.tables import ApprovalRow, SwitchRow, ToldEventRow

SWITCH = "automation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Whether all automation is stopped, by whom, why, since when."""

    is_stopped: bool = False
    who: str = ""
    why: str = ""
    at_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What somebody said to a plan, and what became of it.

    ``action`` is the name of the candidate that was said yes to where it is not the chosen one;
    ``answer`` is empty as long as the loop has not taken a yes up.
    """

    plan: str
    said: Literal["yes", "no"]
    who: str
    why: str
    at_ns: int
    action: str = ""
    answer: str = ""


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

    def approve(self, plan: str, *, who: str, why: str, at_ns: int, action: str = "") -> None:
        """Say yes to a plan, or to another of its candidates; a no of before is gone.

        The loop takes it up where the plan still stands.
        """
        row = ApprovalRow(plan=plan, who=who, why=why, at_ns=at_ns, answer="", action=action)
        with self._state.session() as session:
            session.merge(row)
            session.execute(delete(RejectionRow).where(RejectionRow.plan == plan))
            _note(session, "plan approved", plan, who=who, why=why, at_ns=at_ns, action=action)

    def reject(self, plan: str, *, who: str, why: str, at_ns: int) -> None:
        """Say no to a plan; a yes that the loop has not taken up is gone."""
        waits = (ApprovalRow.plan == plan, ApprovalRow.answer == "")
        with self._state.session() as session:
            session.merge(RejectionRow(plan=plan, who=who, why=why, at_ns=at_ns))
            session.execute(delete(ApprovalRow).where(*waits))
            _note(session, "plan rejected", plan, who=who, why=why, at_ns=at_ns)

    def said(self, plans: Iterable[str]) -> dict[str, Answered]:
        """Give what people said last to each of some plans."""
        named = list(plans)
        with self._state.session() as session:
            yes = session.scalars(select(ApprovalRow).where(ApprovalRow.plan.in_(named))).all()
            no = session.scalars(select(RejectionRow).where(RejectionRow.plan.in_(named))).all()
        found = [
            Answered(
                plan=row.plan,
                said="yes",
                who=row.who,
                why=row.why,
                at_ns=row.at_ns,
                action=row.action or "",
                answer=row.answer,
            )
            for row in yes
        ] + [
            Answered(plan=row.plan, said="no", who=row.who, why=row.why, at_ns=row.at_ns)
            for row in no
        ]
        return {each.plan: each for each in sorted(found, key=lambda one: one.at_ns)}

    def waiting(self) -> list[tuple[str, str]]:
        """List plans with a yes that the loop has not answered, in the order of their yes.

        Beside each stands the action that was said yes to, empty where it is the chosen one.
        """
        wanted = select(ApprovalRow.plan, ApprovalRow.action).where(ApprovalRow.answer == "")
        with self._state.session() as session:
            rows = session.execute(wanted.order_by(ApprovalRow.at_ns)).all()
        return [(plan, action or "") for plan, action in rows]

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


def _note(
    session: Session, what: str, plan: str, *, who: str, why: str, at_ns: int, action: str = ""
) -> None:
    """Write what was said into the audit, and tell of it."""
    details = {"plan": plan, **({"action": action} if action else {})}
    audit.append(session, who=who, what=what, purpose=why, at_ns=at_ns, details=details)
    body = {"what": what, "who": who, "why": why, **details}
    session.add(ToldEventRow(kind="answer", at_ns=at_ns, body=body))
