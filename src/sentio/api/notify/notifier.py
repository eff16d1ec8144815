"""Delivers notifications: at least once, in the order of each subscriber, none waits for another.

What is offered stands in the state before `offer` returns. A subscriber is served by one thread at
a time; those that fail get at most half of the threads, and pauses that double.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from sentio.api.notify.counts import Counts
from sentio.api.notify.pauses import SECOND_NS, Patience
from sentio.api.notify.sending import NewSender, Sender, Sent
from sentio.kernel.clock import Clock
from sentio.kernel.errors import SentioError
from sentio.kernel.log import logger
from sentio.store.state.outbox import Faring, Notification, Outbox, Subscriber

log = logger("notify")

THREADS = 16
AT_ONCE = 200  # notifications read for a subscriber before others get their turn
NOTE_EVERY_S = 0.5  # what was delivered since is delivered again after a crash
LOOK_S = 1.0
IDLE_S = 60.0  # then the connections to a subscriber are closed
FORGET_EVERY_S = 3600.0
DAY_NS = 86_400 * SECOND_NS

Json = Mapping[str, Any] | Sequence[Any]  # Any: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What is told: ``id`` is the same however often it is delivered, ``body`` is JSON."""

    id: str
    body: Json


@dataclass(slots=True)
class Lane:
    """One subscriber on its way: what waits, who serves it, how it fares."""

    name: str
    faring: Faring = field(default_factory=Faring)
    has_waiting: bool = False
    is_served: bool = False
    to: Subscriber | None = None
    sender: Sender | None = None
    rested_s: float = 0.0

    def is_due(self, now_ns: int) -> bool:
        """Tell whether it should be served now."""
        return self.has_waiting and not self.is_served and self.faring.next_ns <= now_ns

    def is_idle(self, since_s: float) -> bool:
        """Tell whether nothing has happened on it for a while, and nothing is to."""
        return not self.has_waiting and not self.is_served and self.rested_s < since_s

    def close(self) -> None:
        """Let go of the connections."""
        if self.sender is not None:
            self.sender.close()
        self.sender = None


class Notifier:
    """Takes events, keeps them, and delivers them on threads of its own.

    Parameters
    ----------
    new_sender
        Makes what delivers to one subscriber.
    kept_days
        How long what was given up is kept.
    """

    def __init__(
        self,
        outbox: Outbox,
        *,
        new_sender: NewSender,
        patience: Patience,
        clock: Clock,
        counts: Counts,
        kept_days: int = 7,
        threads: int = THREADS,
        rng: random.Random | None = None,
    ) -> None:
        self.outbox = outbox
        self._new_sender = new_sender
        self._patience = patience
        self._clock = clock
        self._counts = counts
        self._kept_days = kept_days
        self._threads = threads
        self._rng = rng or random.Random()
        self._lanes: dict[str, Lane] = {}
        self._known: set[str] = set()
        self._changed = threading.Condition()
        self._is_closed = False
        self._forgot_s = time.monotonic()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="notify")
        self._thread = threading.Thread(target=self._work, name="notify", daemon=True)

    def start(self) -> None:
        """Start delivering, first of all what an earlier process left."""
        for name, faring in self.outbox.waiting().items():
            self._lanes[name] = Lane(name, faring, has_waiting=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the tries that are under way; what waits is delivered by the next process."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown()
        for lane in self._lanes.values():
            lane.close()

    def offer(self, event: Event, *, subscribers: Sequence[Subscriber]) -> None:
        """Keep an event for subscribers, and deliver it soon; new subscribers become known."""
        self.offer_all([(event, subscribers)])

    def offer_all(self, offers: Iterable[tuple[Event, Sequence[Subscriber]]]) -> None:
        """Keep several events in one transaction, and deliver them in their order."""
        rows: list[tuple[str, bytes, list[str]]] = []
        for event, subscribers in offers:
            for each in subscribers:
                if each.id not in self._known:
                    self.subscribe(each)
            names = [each.id for each in subscribers]
            rows.append((event.id, orjson.dumps(event.body), names))
        self.wake(self.outbox.put(rows, at_ns=self._clock.now_ns()))

    def subscribe(self, subscriber: Subscriber) -> None:
        """Keep a subscriber, or what has changed of it."""
        self.outbox.subscribe(subscriber)
        with self._changed:
            self._known.add(subscriber.id)

    def unsubscribe(self, name: str) -> bool:
        """Forget a subscriber and what waits for it; False where there is none."""
        with self._changed:
            self._known.discard(name)
            lane = self._lanes.pop(name, None)
            if lane is not None and not lane.is_served:
                lane.close()  # else whoever serves it does
        return self.outbox.unsubscribe(name)

    def release(self, name: str) -> int | None:
        """Try all again that was given up for a subscriber, and tell how much; None: not known."""
        count = self.outbox.release(name)
        with self._changed:
            lane = self._lanes.get(name)
            if lane is not None:
                lane.faring = Faring()
        if count:
            self.wake([name])
        return count

    def wake(self, names: Iterable[str]) -> None:
        """Look at once for what waits for some subscribers."""
        with self._changed:
            for name in names:
                self._lanes.setdefault(name, Lane(name)).has_waiting = True
            self._changed.notify_all()

    def _work(self) -> None:
        with self._changed:
            while not self._is_closed:
                for lane in self._due():
                    lane.is_served, lane.has_waiting = True, False
                    self._pool.submit(self._serve, lane)
                self._changed.wait(self._idle_s())
                self._retire()
                self._forget_old()

    def _due(self) -> list[Lane]:
        """Choose who is served now: of those that fail, no more than half of the threads take."""
        now_ns = self._clock.now_ns()
        ill = sum(lane.is_served and lane.faring.tries > 0 for lane in self._lanes.values())
        chosen: list[Lane] = []
        for lane in self._lanes.values():
            if lane.is_due(now_ns):
                if lane.faring.tries > 0:
                    ill += 1
                    if ill > max(1, self._threads // 2):
                        continue
                chosen.append(lane)
        return chosen

    def _idle_s(self) -> float:
        waiting = [
            lane.faring.next_ns
            for lane in self._lanes.values()
            if lane.has_waiting and not lane.is_served
        ]
        if not waiting:
            return LOOK_S
        pause_s = (min(waiting) - self._clock.now_ns()) / SECOND_NS
        return min(LOOK_S, max(0.01, pause_s))

    def _retire(self) -> None:
        since_s = time.monotonic() - IDLE_S
        for lane in [each for each in self._lanes.values() if each.is_idle(since_s)]:
            lane.close()
            del self._lanes[lane.name]

    def _forget_old(self) -> None:
        if time.monotonic() - self._forgot_s < FORGET_EVERY_S:
            return
        self._forgot_s = time.monotonic()
        before_ns = self._clock.now_ns() - self._kept_days * DAY_NS
        self._pool.submit(self.outbox.forget_parked, before_ns)

    def _serve(self, lane: Lane) -> None:
        """Deliver some of what waits for a subscriber; the thread outlives whatever happens."""
        try:
            self._deliver(lane)
        except SentioError as error:
            log.warning("notify_paused", kind=error.kind)
            self._pause(lane)
        except Exception:
            log.exception("unforeseen")
            self._pause(lane)
        finally:
            with self._changed:
                lane.is_served, lane.rested_s = False, time.monotonic()
                if self._lanes.get(lane.name) is not lane:
                    lane.close()
                self._changed.notify_all()

    def _pause(self, lane: Lane) -> None:
        lane.has_waiting = True
        lane.faring = replace(lane.faring, next_ns=self._clock.now_ns() + SECOND_NS)

    def _deliver(self, lane: Lane) -> None:
        waiting = self.outbox.head(lane.name, limit=AT_ONCE)
        subscriber = self.outbox.subscriber(lane.name)
        if not waiting or subscriber is None:
            return
        sender = self._sender(lane, subscriber)
        done: list[int] = []
        noted_s, failure = time.monotonic(), ""
        for each in waiting:
            if self._is_closed or self._lanes.get(lane.name) is not lane:
                break
            sent = sender.send(each)
            self._count(each, sent)
            if sent.became == "failed":
                failure = sent.why
                break
            if sent.became == "refused":
                self.outbox.refused(each.id, why=sent.why, at_ns=self._clock.now_ns())
            else:
                done.append(each.id)
            if time.monotonic() - noted_s > NOTE_EVERY_S:
                self._note(lane, done)
                done, noted_s = [], time.monotonic()
        self._note(lane, done)
        lane.has_waiting |= bool(failure) or len(waiting) == AT_ONCE
        if failure:
            self._failed(lane, failure)

    def _sender(self, lane: Lane, subscriber: Subscriber) -> Sender:
        if lane.sender is None or lane.to != subscriber:
            lane.close()
            lane.to, lane.sender = subscriber, self._new_sender(subscriber)
        return lane.sender

    def _note(self, lane: Lane, done: list[int]) -> None:
        if done:
            self.outbox.delivered(lane.name, done)
            lane.faring = Faring()

    def _count(self, notification: Notification, sent: Sent) -> None:
        age_s = (self._clock.now_ns() - notification.made_ns) / SECOND_NS
        self._counts.tried(sent.became, max(0.0, age_s))

    def _failed(self, lane: Lane, why: str) -> None:
        now_ns = self._clock.now_ns()
        faring = self._patience.after(lane.faring, why, now_ns=now_ns, rng=self._rng)
        is_flooded = self.outbox.backlog(lane.name) > self._patience.backlog_rows
        if faring.parked_ns is not None or is_flooded:
            count = self.outbox.park(lane.name, why=why, at_ns=now_ns)
            self._counts.parked(count)
            log.warning("notify_parked", subscription=lane.name, notifications=count)
            lane.faring, lane.has_waiting = Faring(), False
            return
        self.outbox.failed(lane.name, faring)
        lane.faring = faring
