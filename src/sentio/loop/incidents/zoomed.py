"""What was looked at more closely for an incident, in bytes, against looking at everything so.

The first look draws at most `ZOOM_ROWS` uses of the suspected scope; looking so at everything would
take all uses of the network in that time. An order to the collection takes reports, or packets of a
test, for as long as it stands; the same of every element that measures itself is the full one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sentio.loop.collecting import REPORT_BYTES, TEST_GAP_S, TEST_PACKET_BYTES
from sentio.loop.sight import ROW_BYTES, ZOOM_ROWS
from sentio.model.collection import FINER_KINDS, CollectionOrder
from sentio.model.topology import Topology

SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes:
    """What was collected, and what the same of everything would take."""

    collected: int
    full: int

    @property
    def share(self) -> float | None:
        """Collected over full; None where there was nothing."""
        return self.collected / self.full if self.full else None


def of_look(*, scope_uses: int, network_uses: int) -> Bytes:
    """Give the bytes of the first look at a scope, by the uses that there were by then."""
    drawn = min(scope_uses, ZOOM_ROWS)
    return Bytes(collected=drawn * ROW_BYTES, full=max(network_uses, drawn) * ROW_BYTES)


def of_order(order: CollectionOrder, topology: Topology, *, now_ns: int) -> Bytes:
    """Give the bytes of an order until now, or until it ended."""
    until_ns = min(order.ended_ns or order.until_ns, max(now_ns, order.since_ns))
    seconds = (until_ns - order.since_ns) / SECOND_NS
    periods = seconds / order.granularity_s
    each = REPORT_BYTES
    if order.what == "active_test":
        each += round(order.granularity_s / TEST_GAP_S) * TEST_PACKET_BYTES
    elements = sum(kind in FINER_KINDS for kind in topology.kind.values())
    collected = round(periods * each)
    return Bytes(collected=collected, full=collected * max(elements, 1))


def together(some: Iterable[Bytes]) -> Bytes:
    """Add up."""
    every = list(some)
    return Bytes(
        collected=sum(each.collected for each in every), full=sum(each.full for each in every)
    )
