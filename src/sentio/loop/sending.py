"""Brings those who collect to what is ordered, as often as it takes; never stops the loop."""

from __future__ import annotations

from collections.abc import Iterable

from sentio.kernel.clock import Clock
from sentio.kernel.errors import RefusedError
from sentio.kernel.log import logger
from sentio.model.collection import CollectionOrder, Collectors

log = logger("collection")

SECOND_NS = 1_000_000_000
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 300.0


class Sending:
    """Knows what the collectors were told, and tells them what has changed since.

    After a failure it waits, each time twice as long: whatever is behind would fail as well.

    Parameters
    ----------
    maybe
        What an earlier process may have told: open orders are told again, others revoked.
    """

    def __init__(
        self, collectors: Collectors, *, clock: Clock, maybe: Iterable[CollectionOrder] = ()
    ) -> None:
        self._collectors = collectors
        self._clock = clock
        self._maybe = {each.id: each for each in maybe}
        self._known: dict[str, CollectionOrder] = {}
        self._again_ns = 0
        self._wait_s = FIRST_WAIT_S

    def send(self, orders: Iterable[CollectionOrder]) -> bool:
        """Make the collectors know just these orders; tells whether they do."""
        if self._clock.now_ns() < self._again_ns:
            return False
        wanted = {each.id: each for each in orders}
        try:
            for name, order in {**self._maybe, **self._known}.items():
                if name not in wanted:
                    self._collectors.revoke(order)
                    self._note("revoked", order)
                    self._known.pop(name, None)
                    self._maybe.pop(name, None)
            for name, order in wanted.items():
                if self._known.get(name) != order:
                    self._order(order)
        except OSError as error:
            self._again_ns = self._clock.now_ns() + round(self._wait_s * SECOND_NS)
            log.warning("collectors_fail", error=str(error), again_in_s=self._wait_s)
            self._wait_s = min(2.0 * self._wait_s, LONGEST_WAIT_S)
            return False
        self._wait_s = FIRST_WAIT_S
        return True

    def _order(self, order: CollectionOrder) -> None:
        """Order or renew; what is refused holds nothing else up, and is tried when renewed."""
        try:
            self._collectors.order(order)
            self._note("renewed" if order.id in self._known else "ordered", order)
        except RefusedError as error:
            log.warning("order_refused", id=order.id, element=order.element, error=str(error))
        self._known[order.id] = order

    @staticmethod
    def _note(change: str, order: CollectionOrder) -> None:
        log.info(
            "collection",
            change=change,
            id=order.id,
            what=order.what,
            element=order.element,
            granularity_s=order.granularity_s,
            until_ns=order.until_ns,
            degradation=order.degradation,
        )
