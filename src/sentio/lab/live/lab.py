"""A simulated operator that is at work: it catches up its past, then sends as time passes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from sentio.kernel.errors import UnknownName
from sentio.lab.changes import Change
from sentio.lab.live.mishaps import Mishaps
from sentio.lab.live.orders import Orders
from sentio.lab.live.pace import FIRST_PERIODS, HISTORY_PERIODS, Pace, pieces_of
from sentio.lab.live.sending import Sending
from sentio.lab.live.slices import joined, sliced
from sentio.lab.live.truth import Json, iso, truth_json
from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.simulation import Operator, Period
from sentio.lab.stream.parcels import Parcel
from sentio.lab.stream.writers import Wires
from sentio.model.collection import CollectionOrder


@dataclass(slots=True, kw_only=True)
class Watchers:
    """Who is told what the lab does; each may do nothing."""

    on_history: Callable[[int], None] = lambda _now_ns: None
    on_fault: Callable[[Json], None] = lambda _truth: None
    on_live: Callable[[Json], None] = lambda _state: None
    on_sent: Callable[[int], None] = lambda _now_ns: None


class Lab:
    """Steps an operator and sends what its systems tell; another thread may break and change.

    Parameters
    ----------
    wires
        Writes what the operator tells.
    mishaps
        What goes wrong by itself.
    """

    def __init__(
        self,
        operator: Operator,
        wires: Wires,
        sending: Sending,
        *,
        mishaps: Mishaps,
        watchers: Watchers | None = None,
    ) -> None:
        self.operator = operator
        self.sending = sending
        self.pace: Pace | None = None
        self._wires = wires
        self._mishaps = mishaps
        self._watchers = watchers or Watchers()
        self.lock = threading.RLock()  # held while a period is simulated, or anything changed
        self.each_period: list[Callable[[int], None]] = []  # told of each period before it begins
        self._orders = Orders(operator)
        self._sent_ns = operator.now_ns

    def open(self) -> None:
        """Send the inventory and the customers."""
        self.sending.send(self._wires.opening())

    def catch_up(self, until_ns: int, stop: threading.Event) -> None:
        """Send all that lies before a moment, as fast as it is taken, or until it is stopped."""
        with ThreadPoolExecutor(1) as pool:  # the next part is simulated while one is sent
            sending: Future[None] | None = None
            most = FIRST_PERIODS
            while self.operator.now_ns < until_ns and not stop.is_set():
                left = -(-(until_ns - self.operator.now_ns) // PERIOD_NS)
                past = joined(self._past(min(left, most), stop))
                most = HISTORY_PERIODS
                parcels = sorted(past, key=_source)  # those of one source go in one commit
                if sending is not None:
                    sending.result()
                sending = pool.submit(self._send_past, parcels, self.operator.now_ns)
            if sending is not None:
                sending.result()

    def run(self, pace: Pace) -> None:
        """Send as time passes, until the pace is stopped."""
        self.pace = pace
        while not pace.stop.is_set():
            pieces = pieces_of(PERIOD_NS, pace.speed)
            period = self._step()
            at_ns = period.start_ns
            for piece in sliced(period, pieces):
                if piece.end_ns > at_ns and not pace.wait(piece.end_ns - at_ns, piece.end_ns):
                    return
                at_ns = max(at_ns, piece.end_ns)
                self.sending.send(self._wires.write(piece))
                self._note_sent(at_ns)

    def break_now(self, kind: str, element: str, *, severity: float, minutes: float) -> Json:
        """Break something from the next period on, where it is felt unless an element is named.

        Raises `UnknownName`.
        """
        how = {"severity": severity, "minutes": minutes}
        with self.lock:
            if element:
                fault = self.operator.break_now(kind, element, **how)
            else:
                fault = self.operator.break_where_felt(kind, **how)
            return truth_json(fault, self.operator.estate, self.operator.now_ns)

    def apply(self, change: Change) -> Json:
        """Change something from the next period on; raises `UnknownName`."""
        with self.lock:
            before = {each.name: each.end_ns for each in self.operator.truth}
            name = self.operator.apply(change)
            now_ns, estate = self.operator.now_ns, self.operator.estate
            cured = [each for each in self.operator.truth if each.end_ns != before[each.name]]
            return {
                "name": name,
                "change": change.kind,
                "element": change.element,
                "from_ns": now_ns,
                "from": iso(now_ns),
                "cured": [truth_json(each, estate, now_ns) for each in cured],
            }

    def do(self, change: Change) -> str:
        """Change something from the next period on, and name the change; raises `UnknownName`."""
        with self.lock:
            return self.operator.apply(change)

    def withdraw(self, name: str) -> bool:
        """Take a change back; tells whether there was anything to do. Raises `UnknownName`."""
        with self.lock:
            return self.operator.withdraw(name)

    def order(self, order: CollectionOrder) -> None:
        """Measure an element as ordered from the next period on, until its time is over.

        Raises `UnknownName`.
        """
        with self.lock:
            self._orders.order(order)

    def revoke(self, name: str) -> None:
        """Go back to what is usual; raises `UnknownName` where no such order is in force."""
        with self.lock:
            if not self._orders.end(name):
                open_ = [each.id for each in self._orders.open]
                raise UnknownName.among("order in force", name, open_)

    def orders(self) -> list[CollectionOrder]:
        """List the orders to the collection that are in force."""
        with self.lock:
            return list(self._orders.open)

    def truth(self) -> list[Json]:
        """Give the truth of all faults, the latest first."""
        with self.lock:
            now_ns, estate = self.operator.now_ns, self.operator.estate
            faults = sorted(self.operator.truth, key=lambda each: -each.start_ns)
            return [truth_json(each, estate, now_ns) for each in faults]

    def truth_of(self, name: str) -> Json:
        """Give the truth of one fault."""
        return next(each for each in self.truth() if each["name"] == name)

    def state(self) -> Json:
        """Tell how far the lab is, and what it has sent."""
        pace, sent, scale = self.pace, self.sending.sent, self.operator.estate.scale
        return {
            "phase": "live" if pace else "history",
            "sent_until_ns": self._sent_ns,
            "sent_until": iso(self._sent_ns),
            "speed": pace.speed if pace else None,
            "late_s": round(pace.late_s, 3) if pace else 0.0,
            "cells": scale.cells,
            "users": scale.users,
            "things": scale.things,
            "seed": self.operator.estate.seed,
            "parcels": sent.parcels,
            "rows": sent.rows,
            "rejected": sent.rejected,
            "refused_parcels": sent.refused,
        }

    def _send_past(self, parcels: Sequence[Parcel], until_ns: int) -> None:
        self.sending.send(parcels)
        self._note_sent(until_ns)
        self._watchers.on_history(until_ns)

    def _past(self, periods: int, stop: threading.Event) -> Iterator[Parcel]:
        for _ in range(periods):
            if stop.is_set():
                return
            yield from self._wires.write(self._step())

    def _step(self) -> Period:
        with self.lock:
            broken = self._mishaps.happen(self.operator)
            self._orders.expire(self.operator.now_ns)
            for tell in tuple(self.each_period):
                tell(self.operator.now_ns)
            period = self.operator.step()
        if broken is not None:
            self._watchers.on_fault(self.truth_of(broken.name))
        return period

    def _note_sent(self, until_ns: int) -> None:
        self._sent_ns = until_ns
        self._watchers.on_sent(until_ns)


def _source(parcel: Parcel) -> tuple[str, str]:
    return parcel.source, parcel.format
