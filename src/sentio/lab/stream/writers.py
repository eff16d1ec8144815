"""All wires of a simulated operator: what each of its systems sends, period by period, as bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from sentio.lab.simulation import Operator, Period
from sentio.lab.stream import things
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
        self._probe = Probe(self._dirt)

    @property
    def dirt(self) -> Counter[str]:
        """Rows soiled so far, by kind of dirt."""
        return self._dirt.counts

    def opening(self) -> Iterator[Parcel]:
        """Give what is sent once, before all else: the inventory and the customers."""
        yield from ()

    def write(self, period: Period) -> Iterator[Parcel]:
        """Give everything that is sent of a period."""
        yield from self._probe.write(period.start_ns, period.uses)
        yield from things.write(period.start_ns, period.uses, self._dirt)
