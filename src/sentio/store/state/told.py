"""What the loop has told (degradations, diagnoses, orders, faults of data), and its snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session

from sentio.kernel.values import from_plain, to_plain
from sentio.model.collection import CollectionOrder
from sentio.model.data_fault import DataFault
from sentio.model.degradation import Degradation
from sentio.model.diagnosis import Diagnosis
from sentio.model.plan import Outcome, Plan
from sentio.store.state.plans import outcome_row, plan_row
from sentio.store.state.store import StateStore
from sentio.store.state.tables import (
    CollectionOrderRow,
    DataFaultRow,
    DegradationRow,
    DiagnosisRow,
    OutcomeRow,
    PlanRow,
    ServiceProblemRow,
    SnapshotRow,
    TaskRow,
    ToldEventRow,
)
from sentio.store.state.tasks import OVER, judge, order, want_undone

VERSION = 1  # of the layout of bodies
SNAPSHOT = "awareness"
PART_BYTES = 32 * 1_048_576
EVENTS_KEPT = 10_000

Body = Mapping[str, Any]  # Any: JSON
State = Literal["open", "over"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvent:
    """One thing told: a ``degradation``, ``diagnosis``, ``data_fault``, ``plan``, ``outcome``."""

    id: int
    kind: str
    at_ns: int
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which degradations: those that touch [since, until), of a state and a service."""

    state: State | None = None
    since_ns: int | None = None
    until_ns: int | None = None
    service: str | None = None


class Told:
    """Reads and writes what the loop tells; one process writes, any may read."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    def write(
        self,
        degradations: Iterable[Degradation],
        diagnoses: Mapping[str, Diagnosis],
        events: Iterable[tuple[str, int, Body]],
        *,
        snapshot: bytes,
        orders: Iterable[CollectionOrder] = (),
        data_faults: Iterable[DataFault] = (),
        decided: Iterable[Plan | Outcome] = (),
        at_ns: int = 0,
    ) -> int:
        """Write what changed, and the snapshot that goes with it, in one transaction.

        ``diagnoses`` are by their id, ``events`` are kind, moment and body, ``at_ns`` is the time
        on the wall. Gives the number of the newest event.
        """
        with self._state.session() as session:
            for each in degradations:
                session.merge(_degradation_row(each))
            for name, made in diagnoses.items():
                session.merge(_diagnosis_row(name, made))
            for order in orders:
                session.merge(_order_row(order))
            for fault in data_faults:
                session.merge(_data_fault_row(fault))
            _decide(session, decided, at_ns)
            for kind, event_ns, body in events:
                session.add(ToldEventRow(kind=kind, at_ns=event_ns, body=dict(body)))
                session.flush()
            _write_snapshot(session, snapshot)
            newest = _newest(session)
            session.execute(delete(ToldEventRow).where(ToldEventRow.id <= newest - EVENTS_KEPT))
        return newest

    def snapshot(self) -> bytes | None:
        """Give the snapshot that was last written, None if there is none."""
        wanted = select(SnapshotRow.content).where(SnapshotRow.name == SNAPSHOT)
        with self._state.session() as session:
            parts = session.scalars(wanted.order_by(SnapshotRow.part)).all()
        return b"".join(parts) if parts else None

    def forget(self) -> None:
        """Drop the snapshot and all that was told but the events, which are counted on.

        What was done and is not proven is taken back: nobody would prove it any more.
        """
        tables = (
            *(SnapshotRow, CollectionOrderRow, DataFaultRow, OutcomeRow, PlanRow),
            *(DiagnosisRow, DegradationRow, ServiceProblemRow),
        )
        with self._state.session() as session:
            for table in tables:
                session.execute(delete(table))
            want_undone(session, TaskRow.wanted == "done", TaskRow.state.not_in(OVER))

    def degradations(
        self, wanted: Wanted | None = None, *, limit: int = 100, after: str | None = None
    ) -> list[Degradation]:
        """List degradations, those seen last first; ``after`` is the id of the last one read."""
        rows = _chosen(wanted or Wanted())
        with self._state.session() as session:
            last = session.get(DegradationRow, after) if after else None
            if last is not None:
                same = (DegradationRow.seen_ns == last.seen_ns) & (DegradationRow.id < last.id)
                rows = rows.where(or_(DegradationRow.seen_ns < last.seen_ns, same))
            order = (DegradationRow.seen_ns.desc(), DegradationRow.id.desc())
            found = session.scalars(rows.order_by(*order).limit(limit)).all()
        return [from_plain(Degradation, row.body) for row in found]

    def degradation(self, name: str) -> Degradation | None:
        """Give a degradation, None if there is none of that id."""
        with self._state.session() as session:
            row = session.get(DegradationRow, name)
            return from_plain(Degradation, row.body) if row else None

    def diagnoses(
        self, *, degradation: str | None = None, limit: int = 100, after: str | None = None
    ) -> list[tuple[str, Diagnosis]]:
        """List diagnoses with their ids, the newest first; ``after`` as for `degradations`."""
        rows = select(DiagnosisRow)
        if degradation is not None:
            rows = rows.where(DiagnosisRow.degradation == degradation)
        with self._state.session() as session:
            last = session.get(DiagnosisRow, after) if after else None
            if last is not None:
                same = (DiagnosisRow.made_ns == last.made_ns) & (DiagnosisRow.id < last.id)
                rows = rows.where(or_(DiagnosisRow.made_ns < last.made_ns, same))
            order = (DiagnosisRow.made_ns.desc(), DiagnosisRow.id.desc())
            found = session.scalars(rows.order_by(*order).limit(limit)).all()
        return [(row.id, from_plain(Diagnosis, row.body)) for row in found]

    def diagnosis(self, name: str) -> Diagnosis | None:
        """Give a diagnosis, None if there is none of that id."""
        with self._state.session() as session:
            row = session.get(DiagnosisRow, name)
            return from_plain(Diagnosis, row.body) if row else None

    def orders(
        self, state: State | None = None, *, degradation: str | None = None, limit: int = 100
    ) -> list[CollectionOrder]:
        """List orders to the collection: the open ones first, then those begun last."""
        rows = select(CollectionOrderRow)
        ended = CollectionOrderRow.ended_ns
        if state is not None:
            rows = rows.where(ended.is_(None) if state == "open" else ended.is_not(None))
        if degradation is not None:
            rows = rows.where(CollectionOrderRow.degradation == degradation)
        order = (ended.is_not(None), CollectionOrderRow.since_ns.desc(), CollectionOrderRow.id)
        with self._state.session() as session:
            found = session.scalars(rows.order_by(*order).limit(limit)).all()
        return [from_plain(CollectionOrder, row.body) for row in found]

    def data_faults(self, state: State | None = None, *, limit: int = 100) -> list[DataFault]:
        """List faults of the data: the open ones first, then those begun last."""
        rows = select(DataFaultRow)
        until = DataFaultRow.until_ns
        if state is not None:
            rows = rows.where(until.is_(None) if state == "open" else until.is_not(None))
        order = (until.is_not(None), DataFaultRow.since_ns.desc(), DataFaultRow.id)
        with self._state.session() as session:
            found = session.scalars(rows.order_by(*order).limit(limit)).all()
        return [from_plain(DataFault, row.body) for row in found]

    def events(self, after: int, *, limit: int = 100) -> list[ToldEvent]:
        """List what was told after an event, oldest first."""
        rows = select(ToldEventRow).where(ToldEventRow.id > after).order_by(ToldEventRow.id)
        with self._state.session() as session:
            return [
                ToldEvent(id=row.id, kind=row.kind, at_ns=row.at_ns, body=row.body)
                for row in session.scalars(rows.limit(limit))
            ]

    def newest_event(self) -> int:
        """Give the number of the newest event, 0 if there is none."""
        with self._state.reading() as connection:
            return connection.scalar(select(func.max(ToldEventRow.id))) or 0


def _decide(session: Session, decided: Iterable[Plan | Outcome], at_ns: int) -> None:
    """Write plans and outcomes, and order by them what is to be done and taken back."""
    for one in decided:
        if isinstance(one, Plan):
            session.merge(plan_row(one))
            order(session, one, at_ns=at_ns or one.made_ns)
        else:
            session.merge(outcome_row(one))
            judge(session, one, at_ns=at_ns or one.verified_ns)


def _chosen(wanted: Wanted) -> Select[DegradationRow]:
    rows = select(DegradationRow)
    ended = DegradationRow.ended_ns
    if wanted.state is not None:
        rows = rows.where(ended.is_(None) if wanted.state == "open" else ended.is_not(None))
    if wanted.since_ns is not None:
        rows = rows.where(or_(ended.is_(None), ended > wanted.since_ns))
    if wanted.until_ns is not None:
        rows = rows.where(DegradationRow.began_ns < wanted.until_ns)
    if wanted.service is not None:
        rows = rows.where(DegradationRow.services.contains(f",{wanted.service},", autoescape=True))
    return rows


def _degradation_row(each: Degradation) -> DegradationRow:
    return DegradationRow(
        id=each.id,
        began_ns=each.began_ns,
        seen_ns=each.seen_ns,
        ended_ns=each.ended_ns,
        services=f",{','.join(each.services)},",
        version=VERSION,
        body=to_plain(each),
    )


def _diagnosis_row(name: str, made: Diagnosis) -> DiagnosisRow:
    return DiagnosisRow(
        id=name,
        degradation=made.degradation,
        made_ns=made.made_ns,
        version=VERSION,
        body=to_plain(made),
    )


def _order_row(each: CollectionOrder) -> CollectionOrderRow:
    return CollectionOrderRow(
        id=each.id,
        degradation=each.degradation,
        since_ns=each.since_ns,
        ended_ns=each.ended_ns,
        version=VERSION,
        body=to_plain(each),
    )


def _data_fault_row(each: DataFault) -> DataFaultRow:
    return DataFaultRow(
        id=each.id,
        since_ns=each.since_ns,
        until_ns=each.until_ns,
        version=VERSION,
        body=to_plain(each),
    )


def _write_snapshot(session: Session, content: bytes) -> None:
    session.execute(delete(SnapshotRow).where(SnapshotRow.name == SNAPSHOT))
    for part, start in enumerate(range(0, len(content), PART_BYTES)):
        piece = content[start : start + PART_BYTES]
        session.add(SnapshotRow(name=SNAPSHOT, part=part, content=piece))


def _newest(session: Session) -> int:
    return session.scalar(select(func.max(ToldEventRow.id))) or 0
