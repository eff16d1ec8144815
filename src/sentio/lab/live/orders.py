"""Orders to the collection that a simulated operator carries out until their time is over."""

from __future__ import annotations

from sentio.lab.operator.rhythm import PERIOD_NS
from sentio.lab.simulation import Operator
from sentio.model.collection import CollectionOrder

PERIOD_S = PERIOD_NS // 1_000_000_000


class Orders:
    """Knows the orders in force by their id; the operator goes back where none is left."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self._open: dict[str, CollectionOrder] = {}

    @property
    def open(self) -> tuple[CollectionOrder, ...]:
        """The orders in force."""
        return tuple(self._open.values())

    def order(self, order: CollectionOrder) -> None:
        """Begin or renew an order, from the next period on; raises `UnknownName`."""
        periods = max(round(order.granularity_s / PERIOD_S), 1)
        self._operator.collect(order.element, periods, what=order.what)
        self._open[order.id] = order

    def revoke(self, order: CollectionOrder) -> None:
        """Go back to what is usual; nothing happens if the order is not known."""
        self.end(order.id)

    def end(self, name: str) -> bool:
        """End an order by its id; tells whether it was in force."""
        known = self._open.pop(name, None)
        if known is not None and known.key not in {each.key for each in self.open}:
            self._operator.collect_no_more(known.element, what=known.what)
        return known is not None

    def expire(self, now_ns: int) -> None:
        """End all orders whose time is over."""
        for each in self.open:
            if each.until_ns <= now_ns:
                self.end(each.id)
