"""Notifications that are to be delivered, by subscriber, in their order, and what was given up."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from sentio.store.state.store import StateStore
from sentio.store.state.tables import NotifiedRow, OutboxRow, SubscriptionRow

LONGEST_ERROR = 500  # characters kept of what went wrong
AT_ONCE = 500  # rows named in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Who is notified: ``query`` is what its API lets it choose by, ``body`` all else of it."""

    id: str
    api: str
    callback: str
    secret: str
    query: str = ""
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])  # Any: JSON
    created_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Faring:
    """How deliveries to a subscriber fare: tries that failed in a row, since when, when next."""

    tries: int = 0
    failing_ns: int | None = None
    next_ns: int = 0
    parked_ns: int | None = None
    missed: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A subscriber, how it fares, and how many notifications wait or were given up."""

    subscriber: Subscriber
    faring: Faring
    waiting: int = 0
    parked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One body for one subscriber."""

    id: int
    subscription: str
    event: str
    body: bytes
    made_ns: int


Offer = tuple[str, bytes, Sequence[str]]
"""The id of an event, its body, and the ids of those who get it."""


class Outbox:
    """Reads and writes subscriptions and their notifications; safe from any thread."""

    def __init__(self, state: StateStore) -> None:
        self._state = state
        self._turn = threading.Lock()  # SQLite would sleep while another thread writes

    def subscribe(self, subscriber: Subscriber) -> None:
        """Write a subscriber; what is known of one of its id is replaced, but how it fares."""
        with self._session() as session:
            known = session.get(SubscriptionRow, subscriber.id)
            if known is None:
                session.add(_subscription_row(subscriber))
                return
            known.callback, known.query = subscriber.callback, subscriber.query
            known.secret, known.body = subscriber.secret, dict(subscriber.body)

    def unsubscribe(self, name: str) -> bool:
        """Drop a subscriber and all that waits for it; False where there is none."""
        with self._session() as session:
            session.execute(delete(OutboxRow).where(OutboxRow.subscription == name))
            gone = delete(SubscriptionRow).where(SubscriptionRow.id == name)
            return bool(session.scalars(gone.returning(SubscriptionRow.id)).all())

    def subscriber(self, name: str) -> Subscriber | None:
        """Give a subscriber, None if there is none of that id."""
        with self._state.reading() as connection, Session(connection) as session:
            row = session.get(SubscriptionRow, name)
            return _subscriber(row) if row else None

    def subscribers(self, api: str | None = None) -> list[Subscriber]:
        """List the subscribers of an API, or all, by age."""
        rows = select(SubscriptionRow).order_by(SubscriptionRow.created_ns, SubscriptionRow.id)
        if api is not None:
            rows = rows.where(SubscriptionRow.api == api)
        with self._state.reading() as connection, Session(connection) as session:
            return [_subscriber(row) for row in session.scalars(rows)]

    def put(self, offers: Iterable[Offer], *, at_ns: int) -> list[str]:
        """Write notifications in one transaction, and give the ids of those for whom they wait.

        Who is parked misses them, which is counted; who is not known gets nothing.
        """
        with self._session() as session:
            return put_into(session, offers, at_ns=at_ns)

    def put_told(self, offers: Iterable[Offer], *, feed: str, up_to: int, at_ns: int) -> list[str]:
        """Write notifications of what was told, and up to which event, in one transaction."""
        with self._session() as session:
            session.merge(NotifiedRow(feed=feed, event=up_to))
            return put_into(session, offers, at_ns=at_ns)

    def told_up_to(self, feed: str) -> int | None:
        """Give the last event that a feed has turned into notifications, None before the first."""
        with self._session() as session:
            row = session.get(NotifiedRow, feed)
            return row.event if row else None

    def waiting(self) -> dict[str, Faring]:
        """Give those for whom something waits."""
        ids = select(OutboxRow.subscription).where(OutboxRow.parked_ns.is_(None)).distinct()
        rows = select(SubscriptionRow).where(SubscriptionRow.id.in_(ids))
        with self._session() as session:
            return {row.id: _faring(row) for row in session.scalars(rows)}

    def head(self, name: str, *, limit: int) -> list[Notification]:
        """Give what is to be delivered next to a subscriber, oldest first."""
        rows = _waiting_for(name).order_by(OutboxRow.id).limit(limit)
        with self._session() as session:
            return [
                Notification(
                    id=row.id,
                    subscription=row.subscription,
                    event=row.event,
                    body=row.body,
                    made_ns=row.made_ns,
                )
                for row in session.scalars(rows)
            ]

    def delivered(self, name: str, ids: Sequence[int]) -> None:
        """Drop what was delivered; its subscriber is well."""
        with self._session() as session:
            for start in range(0, len(ids), AT_ONCE):
                some = ids[start : start + AT_ONCE]
                session.execute(delete(OutboxRow).where(OutboxRow.id.in_(some)))
            ill = (SubscriptionRow.id == name) & (SubscriptionRow.tries > 0)
            session.execute(update(SubscriptionRow).where(ill).values(**_WELL))

    def refused(self, notification: int, *, why: str, at_ns: int) -> None:
        """Give one notification up: its subscriber will not have it."""
        change = update(OutboxRow).where(OutboxRow.id == notification)
        with self._session() as session:
            session.execute(change.values(parked_ns=at_ns, error=why[:LONGEST_ERROR]))

    def failed(self, name: str, faring: Faring) -> None:
        """Note that a subscriber did not answer, and when it is tried again."""
        change = update(SubscriptionRow).where(SubscriptionRow.id == name)
        values = {
            "tries": faring.tries,
            "failing_ns": faring.failing_ns,
            "next_ns": faring.next_ns,
            "error": faring.error[:LONGEST_ERROR],
        }
        with self._session() as session:
            session.execute(change.values(**values))

    def park(self, name: str, *, why: str, at_ns: int) -> int:
        """Give a subscriber up with all that waits for it, and tell how much that is."""
        why = why[:LONGEST_ERROR]
        waiting = (OutboxRow.subscription == name) & OutboxRow.parked_ns.is_(None)
        values = {"parked_ns": at_ns, "error": why}
        with self._session() as session:
            count = session.scalar(select(func.count()).where(waiting)) or 0
            session.execute(update(OutboxRow).where(waiting).values(**values))
            session.execute(
                update(SubscriptionRow).where(SubscriptionRow.id == name).values(**values)
            )
        return count

    def release(self, name: str) -> int | None:
        """Let all that was given up be tried again; None where there is no such subscriber."""
        given_up = (OutboxRow.subscription == name) & OutboxRow.parked_ns.is_not(None)
        with self._session() as session:
            row = session.get(SubscriptionRow, name)
            if row is None:
                return None
            count = session.scalar(select(func.count()).where(given_up)) or 0
            session.execute(update(OutboxRow).where(given_up).values(parked_ns=None, error=""))
            values = {**_WELL, "parked_ns": None, "missed": 0}
            session.execute(
                update(SubscriptionRow).where(SubscriptionRow.id == name).values(**values)
            )
        return count

    def backlog(self, name: str) -> int:
        """Count what waits for a subscriber."""
        with self._session() as session:
            waiting = _waiting_for(name).with_only_columns(func.count())
            return session.scalar(waiting) or 0

    def forget_parked(self, before_ns: int) -> int:
        """Drop what was given up before a moment, and tell how much."""
        old = delete(OutboxRow).where(OutboxRow.parked_ns < before_ns)
        with self._session() as session:
            return len(session.scalars(old.returning(OutboxRow.id)).all())

    def standings(self, api: str | None = None) -> list[Standing]:
        """List subscribers with how they fare, by age."""
        rows = select(SubscriptionRow).order_by(SubscriptionRow.created_ns, SubscriptionRow.id)
        if api is not None:
            rows = rows.where(SubscriptionRow.api == api)
        box = OutboxRow
        counted = select(box.subscription, func.count(), func.count(box.parked_ns))
        with self._session() as session:
            counts = {
                name: (every - parked, parked)
                for name, every, parked in session.execute(counted.group_by(box.subscription))
            }
            return [_standing(row, counts.get(row.id, (0, 0))) for row in session.scalars(rows)]

    @contextmanager
    def _session(self) -> Generator[Session]:
        with self._turn, self._state.session() as session:
            yield session


def put_into(session: Session, offers: Iterable[Offer], *, at_ns: int) -> list[str]:
    """Write notifications in a transaction of somebody's own, as `Outbox.put` does."""
    offered = list(offers)
    named = {name for _, _, names in offered for name in names}
    row = SubscriptionRow
    found = session.execute(select(row.id, row.parked_ns).where(row.id.in_(named))).all()
    is_parked = {name: parked_ns is not None for name, parked_ns in found}
    rows: list[dict[str, object]] = []
    missed: dict[str, int] = {}
    for event, body, names in offered:
        for name in names:
            if is_parked.get(name) is False:
                rows.append(_outbox_values(name, event, body, at_ns))
            elif name in is_parked:
                missed[name] = missed.get(name, 0) + 1
    if rows:
        session.execute(insert(OutboxRow), rows)
    for name, count in missed.items():
        session.execute(update(row).where(row.id == name).values(missed=row.missed + count))
    return sorted({str(each["subscription"]) for each in rows})


_WELL = {"tries": 0, "failing_ns": None, "next_ns": 0, "error": ""}


def _waiting_for(name: str) -> Any:  # noqa: ANN401  (Any: a SELECT whose columns may change)
    waits = OutboxRow.parked_ns.is_(None)
    return select(OutboxRow).where(OutboxRow.subscription == name, waits)


def _outbox_values(name: str, event: str, body: bytes, at_ns: int) -> dict[str, object]:
    return {
        "subscription": name,
        "event": event,
        "body": body,
        "made_ns": at_ns,
        "parked_ns": None,
        "error": "",
    }


def _subscription_row(each: Subscriber) -> SubscriptionRow:
    return SubscriptionRow(
        id=each.id,
        api=each.api,
        callback=each.callback,
        query=each.query,
        secret=each.secret,
        body=dict(each.body),
        created_ns=each.created_ns,
        parked_ns=None,
        missed=0,
        **_WELL,
    )


def _subscriber(row: SubscriptionRow) -> Subscriber:
    return Subscriber(
        id=row.id,
        api=row.api,
        callback=row.callback,
        query=row.query,
        secret=row.secret,
        body=row.body,
        created_ns=row.created_ns,
    )


def _faring(row: SubscriptionRow) -> Faring:
    return Faring(
        tries=row.tries,
        failing_ns=row.failing_ns,
        next_ns=row.next_ns,
        parked_ns=row.parked_ns,
        missed=row.missed,
        error=row.error,
    )


def _standing(row: SubscriptionRow, counts: tuple[int, int]) -> Standing:
    waiting, parked = counts
    return Standing(
        subscriber=_subscriber(row), faring=_faring(row), waiting=waiting, parked=parked
    )
