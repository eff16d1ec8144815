"""Service problems as they were last told; one process writes, any may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from sentio.kernel.errors import RefusedError, UnknownName
from sentio.kernel.values import from_plain, to_plain
from sentio.model.problem import ALLOWED, OVER, STATUSES, ServiceProblem, Status, Step
from sentio.store.state.store import StateStore
from sentio.store.state.tables import ServiceProblemRow, ToldEventRow

VERSION = 1  # of the layout of bodies


class Problems:
    """Reads and writes service problems."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    def write(self, problems: Iterable[ServiceProblem]) -> None:
        """Write problems in one transaction.

        What somebody else did to a problem since it was read is kept: his steps are taken over, and
        his state, unless it follows from the steps that are written that it is another by now.
        """
        with self._state.session() as session:
            for each in problems:
                known = session.get(ServiceProblemRow, each.id)
                current = each if known is None else _together(known, each)
                session.merge(_row(current))
                _tell(session, current)

    def list(
        self,
        *,
        status: Status | None = None,
        is_open: bool | None = None,
        since_ns: int | None = None,
        degradation: str | None = None,
        limit: int = 100,
        after: str | None = None,
    ) -> list[ServiceProblem]:
        """List problems, those changed last first; ``after`` is the id of the last one read."""
        row = ServiceProblemRow
        rows = select(row)
        if status is not None:
            rows = rows.where(row.status == status)
        if is_open is not None:
            rows = rows.where(row.status.not_in(OVER) if is_open else row.status.in_(OVER))
        if since_ns is not None:
            rows = rows.where(row.changed_ns >= since_ns)
        if degradation is not None:
            rows = rows.where(row.degradations.contains(f",{degradation},", autoescape=True))
        with self._state.session() as session:
            last = session.get(row, after) if after else None
            if last is not None:
                same = (row.changed_ns == last.changed_ns) & (row.id < last.id)
                rows = rows.where(or_(row.changed_ns < last.changed_ns, same))
            order = (row.changed_ns.desc(), row.id.desc())
            found = session.scalars(rows.order_by(*order).limit(limit)).all()
        return [from_plain(ServiceProblem, each.body) for each in found]

    def revision(self) -> tuple[int, int]:
        """Give what differs as soon as a problem has changed: the newest change, and how many."""
        row = ServiceProblemRow
        with self._state.session() as session:
            newest, count = session.execute(
                select(func.max(row.changed_ns), func.count(row.id))
            ).one()
        return newest or 0, count

    def one(self, name: str) -> ServiceProblem | None:
        """Give a problem, None if there is none of that id."""
        with self._state.session() as session:
            row = session.get(ServiceProblemRow, name)
            return from_plain(ServiceProblem, row.body) if row else None

    def move(
        self, name: str, status: str, *, who: str, at_ns: int, why: str = ""
    ) -> ServiceProblem:
        """Put a problem into another state, as a person or another system decides.

        Raises
        ------
        UnknownName
            There is no such problem or no such state.
        RefusedError
            The state cannot follow the one it is in.
        """
        if status not in STATUSES:
            raise UnknownName.among("state", status, STATUSES)
        with self._state.session() as session:
            row = session.get(ServiceProblemRow, name)
            if row is None:
                raise UnknownName.among("service problem", name, session.scalars(_newest()))
            problem = from_plain(ServiceProblem, row.body)
            moved = with_status(problem, status, who=who, at_ns=at_ns, why=why)
            session.merge(_row(moved))
            _tell(session, moved)
        return moved


def with_status(
    problem: ServiceProblem, status: Status, *, who: str, at_ns: int, why: str = ""
) -> ServiceProblem:
    """Give a problem in another state, with the step noted; nothing changes if it is there already.

    Raises
    ------
    RefusedError
        The state cannot follow the one it is in.
    """
    if status == problem.status:
        return problem
    if status not in ALLOWED[problem.status]:
        raise RefusedError(
            f"service problem {problem.id} is {problem.status}; it cannot become {status}",
            expected=", ".join(sorted(ALLOWED[problem.status])) or "no other state: it is over",
        )
    step = Step(at_ns=at_ns, status=status, who=who, why=why)
    return replace(
        problem,
        status=status,
        changed_ns=max(at_ns, problem.changed_ns),
        resolved_ns=_resolved_ns(problem, status, at_ns),
        tracking=(*problem.tracking, step),
    )


def _resolved_ns(problem: ServiceProblem, status: Status, at_ns: int) -> int | None:
    if status == "closed":
        return problem.resolved_ns
    return at_ns if status == "resolved" else None


def _together(known: ServiceProblemRow, fresh: ServiceProblem) -> ServiceProblem:
    """Keep the steps that are in the state and not in what is written."""
    stored = from_plain(ServiceProblem, known.body)
    missed = tuple(step for step in stored.tracking if step not in fresh.tracking)
    if not missed:
        return fresh
    new = tuple(step for step in fresh.tracking if step not in stored.tracking)
    steps = (*(step for step in fresh.tracking if step not in new), *missed)
    status: Status = stored.status
    for step in new:
        if step.status in ALLOWED[status]:
            status, steps = step.status, (*steps, step)
    resolved_ns = fresh.resolved_ns if status == fresh.status else stored.resolved_ns
    return replace(fresh, status=status, tracking=steps, resolved_ns=resolved_ns)


def _tell(session: Session, each: ServiceProblem) -> None:
    """Tell that a problem is new or has changed; whoever wants all of it asks for it."""
    body = {
        "id": each.id,
        "name": each.name,
        "status": each.status,
        "priority": each.priority,
        "began_ns": each.began_ns,
        "changed_ns": each.changed_ns,
        "resolved_ns": each.resolved_ns,
        "merged_into": each.merged_into,
    }
    session.add(ToldEventRow(kind="service_problem", at_ns=each.changed_ns, body=body))


def _newest() -> Select[str]:
    rows = select(ServiceProblemRow.id).order_by(ServiceProblemRow.changed_ns.desc())
    return rows.limit(1000)


def _row(each: ServiceProblem) -> ServiceProblemRow:
    body: Mapping[str, object] = to_plain(each)
    return ServiceProblemRow(
        id=each.id,
        status=each.status,
        began_ns=each.began_ns,
        changed_ns=each.changed_ns,
        degradations=f",{','.join(each.degradations)},",
        version=VERSION,
        body=dict(body),
    )
