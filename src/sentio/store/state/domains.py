"""What customers are promised, how far domains may go, and what was told of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select

from sentio.kernel.values import from_plain, to_plain
from sentio.model.intent import DomainState, Intent, IntentReport
from sentio.model.plan import Autonomy
from sentio.store.state.store import StateStore
from sentio.store.state.tables import AutonomyRow, DomainRow, IntentRow, PromiseRow

VERSION = 1  # of the layout of bodies
Body = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A promise as it was taken on; ``body`` is its definition."""

    name: str
    body: Body
    since_ns: int
    until_ns: int | None = None


class DomainBook:
    """Reads and writes promises, autonomy, domains, intents and reports."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    def promises(self) -> list[Promised]:
        """List the promises, by name."""
        with self._state.session() as session:
            rows = session.scalars(select(PromiseRow).order_by(PromiseRow.name)).all()
        return [
            Promised(name=r.name, body=r.body, since_ns=r.since_ns, until_ns=r.until_ns)
            for r in rows
        ]

    def promise(self, promised: Promised, intents: Sequence[Intent]) -> None:
        """Write a promise and what it became; one of its name is replaced."""
        with self._state.session() as session:
            session.execute(delete(IntentRow).where(IntentRow.promise == promised.name))
            session.merge(
                PromiseRow(
                    name=promised.name,
                    since_ns=promised.since_ns,
                    until_ns=promised.until_ns,
                    body=promised.body,
                )
            )
            for each in intents:
                session.add(_intent_row(promised.name, each, None))

    def forget(self, name: str) -> bool:
        """Drop a promise with its intents; False where there is none."""
        with self._state.session() as session:
            row = session.get(PromiseRow, name)
            if row is None:
                return False
            session.delete(row)
            session.execute(delete(IntentRow).where(IntentRow.promise == name))
        return True

    def intents(
        self, *, layer: str | None = None, domain: str | None = None
    ) -> list[tuple[str, Intent]]:
        """List intents with the promise that each comes from, by id."""
        rows = select(IntentRow).order_by(IntentRow.id)
        if layer is not None:
            rows = rows.where(IntentRow.layer == layer)
        if domain is not None:
            rows = rows.where(IntentRow.domain == domain)
        with self._state.session() as session:
            return [(r.promise, from_plain(Intent, r.body)) for r in session.scalars(rows)]

    def reports(self, *, intent: str | None = None) -> list[IntentReport]:
        """List the last report of each intent, by its id."""
        rows = select(IntentRow).order_by(IntentRow.id)
        if intent is not None:
            rows = rows.where(IntentRow.id == intent)
        with self._state.session() as session:
            told = [row.report for row in session.scalars(rows)]
        return [from_plain(IntentReport, each) for each in told if each]

    def autonomy(self) -> dict[str, Autonomy]:
        """Give how far people let domains go, by name; others go as far as they are defined."""
        with self._state.session() as session:
            rows = session.scalars(select(AutonomyRow)).all()
        return {row.domain: from_plain(Autonomy, row.level) for row in rows}  # pyright: ignore[reportArgumentType]  (a Literal is a type to pydantic)

    def set_autonomy(self, domain: str, level: Autonomy) -> None:
        """Say how far a domain may go."""
        with self._state.session() as session:
            session.merge(AutonomyRow(domain=domain, level=level))

    def states(self) -> list[DomainState]:
        """List the domains as they were last told."""
        with self._state.session() as session:
            rows = session.scalars(select(DomainRow).order_by(DomainRow.name)).all()
        return [from_plain(DomainState, row.body) for row in rows]

    def tell(
        self,
        states: Sequence[DomainState],
        intents: Sequence[tuple[str, Intent]],
        reports: Mapping[str, IntentReport],
        *,
        at_ns: int,
    ) -> None:
        """Write how all domains and intents are at the end of a period.

        Intents of promises that were dropped meanwhile are left out.
        """
        with self._state.session() as session:
            kept = set(session.scalars(select(PromiseRow.name)))
            for each in states:
                row = DomainRow(name=each.name, at_ns=at_ns, version=VERSION, body=to_plain(each))
                session.merge(row)
            for promise, intent in intents:
                if promise in kept:
                    session.merge(_intent_row(promise, intent, reports.get(intent.id)))

    def newest_ns(self) -> int:
        """Give the moment of the newest telling, 0 before the first."""
        with self._state.session() as session:
            return int(session.scalar(select(func.max(DomainRow.at_ns))) or 0)


def _intent_row(promise: str, intent: Intent, report: IntentReport | None) -> IntentRow:
    return IntentRow(
        id=intent.id,
        promise=promise,
        layer=intent.layer,
        domain=intent.domain,
        version=VERSION,
        body=to_plain(intent),
        report=to_plain(report) if report else None,
    )
