"""Turns what the loop tells into notifications, each event once, also over a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeAlias

import orjson

from sentio.api.notify.notifier import Event, Notifier
from sentio.kernel.clock import Clock
from sentio.kernel.errors import SentioError
from sentio.kernel.log import logger
from sentio.store.state.outbox import Offer, Subscriber
from sentio.store.state.told import Told, ToldEvent

log = logger("notify")

FEED = "told"
LOOK_S = 0.1  # at a number in memory
AFTER_ERROR_S = 5.0
AT_ONCE = 200

Reading: TypeAlias = Callable[[ToldEvent, Sequence[Subscriber]], Sequence[tuple[Event, list[str]]]]
"""From an event and all subscribers: what is sent, and the ids of those to whom."""


class Feed:
    """Follows what is told on a thread of its own.

    Parameters
    ----------
    newest
        The number of the newest event, cheap to ask.
    readings
        What makes notifications of an event, each for the subscribers of its own API.
    """

    def __init__(
        self,
        told: Told,
        notifier: Notifier,
        *,
        newest: Callable[[], int],
        clock: Clock,
        readings: Sequence[Reading],
    ) -> None:
        self._told = told
        self._notifier = notifier
        self._newest = newest
        self._clock = clock
        self._readings = readings
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="feed", daemon=True)

    def start(self) -> None:
        """Start behind the last event that was turned into notifications; at first, behind all."""
        outbox = self._notifier.outbox
        if outbox.told_up_to(FEED) is None:
            self._put([], self._newest())
        self._thread.start()

    def close(self) -> None:
        """Turn what was told by now into notifications, and stop."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        after = -1
        while True:
            is_last = self._stop.is_set()
            try:
                if after < 0:
                    after = self._notifier.outbox.told_up_to(FEED) or 0
                after = self._catch_up(after)
            except SentioError as error:
                log.warning("feed_stuck", kind=error.kind)
                self._stop.wait(AFTER_ERROR_S)
            except Exception:  # the feed lives on
                log.exception("unforeseen")
                self._stop.wait(AFTER_ERROR_S)
            if is_last:
                return
            self._stop.wait(LOOK_S)

    def _catch_up(self, after: int) -> int:
        while self._newest() > after:
            newest = self._newest()
            events = self._told.events(after, limit=AT_ONCE)
            subscribers = self._notifier.outbox.subscribers()
            after = events[-1].id if events else newest
            self._put(self._offers(events, subscribers), after)
        return after

    def _offers(self, events: list[ToldEvent], subscribers: list[Subscriber]) -> list[Offer]:
        return [
            (made.id, orjson.dumps(made.body), names)
            for each in events
            for reading in self._readings
            for made, names in _read(reading, each, subscribers)
        ]

    def _put(self, offers: list[Offer], up_to: int) -> None:
        now_ns = self._clock.now_ns()
        outbox = self._notifier.outbox
        self._notifier.wake(outbox.put_told(offers, feed=FEED, up_to=up_to, at_ns=now_ns))


def _read(
    reading: Reading, told: ToldEvent, subscribers: Sequence[Subscriber]
) -> Sequence[tuple[Event, list[str]]]:
    """Make notifications of an event; one that a reading cannot make holds up nobody else's."""
    try:
        return reading(told, subscribers)
    except Exception:
        log.exception("unreadable", number=told.id, kind=told.kind)
        return []
