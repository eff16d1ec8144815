"""The journal of execution: each action that is to be done, how far it is, and what is wanted.

A task is written in the transaction that tells its plan, so none is forgotten; its id is drawn then
and goes with everything that is sent, so none is done twice. Whoever carries tasks out compares
what is ``wanted`` with the ``state``, again and again, until both agree.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sentio.kernel.errors import StoreError, UnknownName
from sentio.kernel.values import from_plain, to_plain
from sentio.model.plan import Action, Outcome, Plan
from sentio.store.state import audit
from sentio.store.state.store import StateStore
from sentio.store.state.tables import TaskRow, ToldEventRow

Wish = Literal["done", "kept", "undone"]
"""It is to be done, for as long as its plan says; to stay, since it is proven; to be taken back."""
State = Literal["ordered", "sending", "sent", "done", "undoing", "undone", "failed", "dry"]
"""``sending`` and ``undoing`` are written before anything is sent: after a crash somebody asks."""
OVER: tuple[State, ...] = ("undone", "failed", "dry")
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An action as it is carried out.

    ``diff`` and ``handles`` are of the controller; ``tries`` failed since the last step, the next
    is at ``next_ns``. ``said`` is what went wrong last, for people. Times are of the wall, those of
    the plan are of data.
    """

    id: str
    plan: Plan
    wanted: Wish
    state: State
    controller: str = ""
    peer: str = ""
    diff: Mapping[str, Any] = field(default_factory=dict[str, Any])  # Any: JSON
    handles: tuple[str, ...] = ()
    tries: int = 0
    next_ns: int = 0
    ordered_ns: int = 0
    changed_ns: int = 0
    said: str = ""

    @property
    def action(self) -> Action:
        """What is to be done; raises `StoreError` where the plan does nothing."""
        if self.plan.chosen is None:
            raise StoreError(f"the task {self.id} does nothing", where="task")
        return self.plan.chosen.action

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to be done about it."""
        if self.state in OVER:
            return True
        return self.state == "done" and self.wanted != "undone"


class Tasks:
    """Reads and writes tasks; the loop orders them, the runner moves them on."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    def due(self, *, now_ns: int, limit: int = 1000) -> list[Task]:
        """List tasks that somebody must move on now, the oldest first."""
        rows = select(TaskRow).where(TaskRow.is_settled.is_(False), TaskRow.next_ns <= now_ns)
        return self._read(rows.order_by(TaskRow.ordered_ns, TaskRow.id).limit(limit))

    def next_ns(self) -> int | None:
        """Give when the next task is due; None where all are settled."""
        wanted = select(TaskRow.next_ns).where(TaskRow.is_settled.is_(False))
        with self._state.session() as session:
            return session.scalar(wanted.order_by(TaskRow.next_ns).limit(1))

    def list(
        self, *, is_open: bool | None = None, limit: int = 100, after: str | None = None
    ) -> list[Task]:
        """List tasks, the newest first; ``is_open`` keeps those that stand or are under way."""
        rows = select(TaskRow)
        if is_open is not None:
            over = TaskRow.state.in_(OVER)
            rows = rows.where(~over if is_open else over)
        with self._state.session() as session:
            last = session.get(TaskRow, after) if after else None
            if last is not None:
                same = (TaskRow.ordered_ns == last.ordered_ns) & (TaskRow.id < last.id)
                rows = rows.where((TaskRow.ordered_ns < last.ordered_ns) | same)
        return self._read(rows.order_by(TaskRow.ordered_ns.desc(), TaskRow.id.desc()).limit(limit))

    def task(self, name: str) -> Task | None:
        """Give a task, None if there is none of that id."""
        with self._state.session() as session:
            row = session.get(TaskRow, name)
            return _task(row) if row else None

    def of_plan(self, plan: str) -> Task | None:
        """Give the newest task of a plan; None where nothing is to be done of it."""
        rows = select(TaskRow).where(TaskRow.plan == plan)
        found = self._read(rows.order_by(TaskRow.ordered_ns.desc()).limit(1))
        return found[0] if found else None

    def move(self, task: Task, *, what: str, details: Mapping[str, Any]) -> Task | None:
        """Write a step of a task with its line of the audit, in one transaction.

        What is wanted is not written: the loop may have changed its mind meanwhile. Gives the task
        as it stands then; None where it is gone.
        """
        with self._state.session() as session:
            row = session.get(TaskRow, task.id)
            if row is None:
                return None
            for name in ("state", "controller", "peer", "tries", "next_ns", "changed_ns", "said"):
                setattr(row, name, getattr(task, name))
            row.diff, row.handles = dict(task.diff), list(task.handles)
            moved = _task(row)
            row.is_settled = moved.is_settled
            if what:
                _audit(session, moved, what, details)
            return moved

    def take_back(self, name: str, *, who: str, why: str, at_ns: int) -> Task:
        """Want a task taken back, as somebody says; raises `UnknownName`."""
        with self._state.session() as session:
            row = session.get(TaskRow, name)
            if row is None:
                raise UnknownName.among("task", name, session.scalars(select(TaskRow.id).limit(50)))
            want_undone(session, TaskRow.id == name, TaskRow.state.not_in(OVER))
            audit.append(
                session,
                who=who,
                what="action taken back",
                purpose=why,
                at_ns=at_ns,
                details={"task": name, "plan": row.plan},
            )
            session.refresh(row)
            return _task(row)

    def expire(self, *, now_ns: int) -> int:
        """Want back what stands unproven beyond its time, of data; gives how many."""
        late = (TaskRow.wanted == "done", TaskRow.until_ns <= now_ns, TaskRow.state.not_in(OVER))
        with self._state.session() as session:
            return want_undone(session, *late)

    def _read(self, rows: Any) -> list[Task]:  # noqa: ANN401  (a select of rows)
        with self._state.session() as session:
            return [_task(row) for row in session.scalars(rows)]


def order(session: Session, plan: Plan, *, at_ns: int) -> None:
    """Order what a plan says, within the transaction that tells it; once only."""
    if plan.autonomy != "act" or plan.chosen is None:
        return
    if session.scalar(select(TaskRow.id).where(TaskRow.plan == plan.id, _is_same(plan))):
        return
    row = TaskRow(
        id=uuid.uuid4().hex,
        plan=plan.id,
        made_ns=plan.made_ns,
        until_ns=plan.until_ns,
        wanted="done",
        state="ordered",
        is_settled=False,
        controller="",
        peer="",
        diff={},
        handles=[],
        tries=0,
        next_ns=0,
        ordered_ns=at_ns,
        changed_ns=at_ns,
        said="",
        version=VERSION,
        body=to_plain(plan),
    )
    session.add(row)
    session.flush()
    _audit(session, _task(row), "action ordered", {})


def judge(session: Session, outcome: Outcome, *, at_ns: int) -> None:
    """Want a task kept or taken back by what was proven, within the transaction that tells it."""
    of_plan = (TaskRow.plan == outcome.plan, TaskRow.state.not_in(OVER))
    details = {"plan": outcome.plan, "verdict": outcome.verdict, "undone": outcome.is_undone}
    effect = {"effect": to_plain(outcome.effect_mos), "worse_for": list(outcome.worse_for)}
    audit.append(
        session,
        who="loop",
        what="effect proven",
        purpose=outcome.sentence,
        at_ns=at_ns,
        details={**details, **effect},
    )
    if outcome.is_undone:
        want_undone(session, *of_plan)
    elif outcome.verdict == "improved":
        session.execute(update(TaskRow).where(*of_plan, TaskRow.wanted == "done").values(
            wanted="kept"))  # fmt: skip


def want_undone(session: Session, *which: Any) -> int:  # noqa: ANN401  (conditions)
    """Want tasks taken back; gives how many that changes."""
    wish = {"wanted": "undone", "is_settled": False, "next_ns": 0, "tries": 0}
    found = session.scalars(
        update(TaskRow).where(*which, TaskRow.wanted != "undone").values(wish).returning(TaskRow.id)
    )
    return len(found.all())


def _is_same(plan: Plan) -> Any:  # noqa: ANN401  (a condition)
    return TaskRow.made_ns == plan.made_ns  # plans are counted anew after the loop forgot


def _audit(session: Session, task: Task, what: str, details: Mapping[str, Any]) -> None:
    """Note a step: who did what why, by which evidence; and tell of it."""
    plan = task.plan
    told = {
        "task": task.id,
        "plan": plan.id,
        "degradation": plan.degradation,
        "evidence": plan.diagnosis,
        "action": task.action.name,
        "wanted": task.wanted,
        "state": task.state,
        "controller": task.controller,
        "peer": task.peer,
        **details,
    }
    audit.append(
        session,
        who="loop",
        what=what,
        purpose=plan.sentence,
        at_ns=task.changed_ns,
        details=told,
    )
    session.add(
        ToldEventRow(
            kind="task", at_ns=task.changed_ns, body={"what": what, **told, "said": task.said}
        )
    )


def _task(row: TaskRow) -> Task:
    found = {name: getattr(row, name) for name in ("id", "wanted", "state", "controller", "peer")}
    more = ("tries", "next_ns", "ordered_ns", "changed_ns", "said")
    found |= {name: getattr(row, name) for name in more}
    handles: Sequence[str] = row.handles
    plan = from_plain(Plan, row.body)
    return Task(plan=plan, diff=row.diff, handles=tuple(handles), **found)
