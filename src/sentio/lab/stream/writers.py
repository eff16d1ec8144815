"""All wires of a simulated operator: what each of its systems sends, period by period, as bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from sentio.lab.simulation import Operator, Period
from sentio.lab.stream import business, cpe, events, inventory, pm, things
from sentio.lab.stream.dirt import Dirt
from sentio.lab.stream.parcels import Parcel
from sentio.lab.stream.xdr import Probe


class Wires:
    """Turns the periods of an operator into parcels; periods must come in order.

    Parameters
    ----------
    dirt
        Factor of all rates of dirt: 0 sends everything clean, in order and once.
    """

    def __init__(self, operator: Operator, *, seed: int, dirt: float = 1.0) -> None:
        self._operator = operator
        self._dirt = Dirt(np.random.default_rng([seed, 21]), dirt)
        self._rng = np.random.default_rng([seed, 22])
        self._probe = Probe(self._dirt)

    @property
    def dirt(self) -> Counter[str]:
        """Rows soiled so far, by kind of dirt."""
        return self._dirt.counts

    def opening(self) -> Iterator[Parcel]:
        """Give what is sent once, before all else: the inventory and the customers."""
        yield from inventory.write(self._operator)
        yield business.customers(self._operator)

    def write(self, period: Period) -> Iterator[Parcel]:
        """Give everything that is sent of a period."""
        yield from self._probe.write(period.start_ns, period.uses)
        yield from things.write(period.start_ns, period.uses, self._dirt)
        yield from cpe.write(period.start_ns, period.uses.get(things.BOXES), self._dirt)
        yield from pm.write(period.measurements, self._dirt)
        yield from events.write(period.start_ns, period.events)
        yield from business.surveys(period.start_ns, period.uses, self._rng)

    def closing(self, start_ns: int) -> Iterator[Parcel]:
        """Give what still waits to be sent late, once nothing more happens."""
        yield from self._probe.rest(start_ns)
