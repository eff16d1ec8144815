"""Which series are watched: a service at a member of a dimension, and the place it belongs to.

A place is a member of a dimension over all services. Series of elements that no use names (rings,
routers, AMFs) are rolled up from those below by the topology, so the cube need not keep them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sentio.awareness.baselines import Singles, Tick
from sentio.model.topology import Topology

Codes = npt.NDArray[np.int32]

SEPARATOR = "\x1f"
SUMS = ("n", "total", "total_sq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A member of a dimension."""

    dimension: str
    member: str


class SeriesBook:
    """All series seen so far, in the order of their coming; grows as members appear."""

    def __init__(self, topology: Topology | None = None) -> None:
        self.services: list[str] = []
        self.places: list[Place] = []
        self._codes: list[tuple[int, int]] = []  # of the service and of the place of each series
        self._pairs: list[tuple[int, int]] = []  # series below, series above
        self._arrays = np.zeros((2, 0), dtype=np.int32)
        self.topology = topology or Topology()
        self._of_key: dict[str, int] = {}
        self._of_place: dict[Place, int] = {}
        self._of_service: dict[str, int] = {}

    @property
    def size(self) -> int:
        """How many series there are."""
        return len(self._codes)

    @property
    def service(self) -> Codes:
        """Code of each series' service, shape (series,)."""
        return self._settled()[0]

    @property
    def place(self) -> Codes:
        """Code of each series' place, shape (series,)."""
        return self._settled()[1]

    def tick(self, rows: pa.Table) -> Tick:
        """Bring a period's cube rows into the order of the series, rolled up along the topology.

        ``rows`` has one row a service, dimension and member, with columns ``service``,
        ``dimension``, ``member`` and the sums `SUMS`.
        """
        keys = pc.binary_join_element_wise(
            *(rows.column(c).cast(pa.string()) for c in ("service", "dimension", "member")),
            SEPARATOR,
        ).to_pylist()
        at = np.fromiter(map(self._index, keys), dtype=np.int64, count=len(keys))
        below, above = np.array(self._pairs, dtype=np.int64).reshape(-1, 2).T
        sums: list[Singles] = []
        for name in SUMS:
            each = np.bincount(at, rows.column(name).to_numpy(), self.size)
            each += np.bincount(above, each[below], self.size)
            sums.append(np.maximum(each, 0.0).astype(np.float32))
        return Tick(n=sums[0], total=sums[1], total_sq=sums[2])

    def key(self, series: int) -> tuple[str, Place]:
        """Name a series."""
        return self.services[self.service[series]], self.places[self.place[series]]

    def find(self, service: str, place: Place) -> int | None:
        """Look a series up."""
        return self._of_key.get(SEPARATOR.join((service, place.dimension, place.member)))

    def place_code(self, place: Place) -> int | None:
        """Look a place up."""
        return self._of_place.get(place)

    def keys(self) -> list[str]:
        """Name all series, in their order, so that `restore` can bring them back."""
        return list(self._of_key)

    def restore(self, keys: list[str]) -> None:
        """Take series in again, in their old order."""
        for key in keys:
            self._index(key)

    def turn(self, topology: Topology) -> None:
        """Roll up along another topology from now on; series above are added as needed."""
        self.topology = topology
        self._pairs = []
        for index, key in enumerate(list(self._of_key)):
            self._join(index, key)

    def saved(self) -> tuple[list[str], list[tuple[int, int]]]:
        """Give the keys in their order, and which series is rolled up into which."""
        return self.keys(), list(self._pairs)

    def take_over(self, keys: Iterable[str], pairs: Iterable[tuple[int, int]]) -> None:
        """Go on from what `saved` gave; the book must be empty."""
        for index, key in enumerate(keys):
            self._of_key[key] = index
            service, dimension, member = key.split(SEPARATOR)
            place = Place(dimension=dimension, member=member)
            self._codes.append((self._code(service), self._place_code(place)))
        self._pairs = [(below, above) for below, above in pairs]

    def _index(self, key: str) -> int:
        found = self._of_key.get(key)
        return self._add(key) if found is None else found

    def _add(self, key: str) -> int:
        index = self._of_key[key] = len(self._of_key)
        service, dimension, member = key.split(SEPARATOR)
        place = Place(dimension=dimension, member=member)
        self._codes.append((self._code(service), self._place_code(place)))
        self._join(index, key)
        return index

    def _join(self, index: int, key: str) -> None:
        service, dimension, member = key.split(SEPARATOR)
        for kind, derived in self.topology.derived.items():
            if derived.below == dimension and member in derived.of:
                above = self._index(SEPARATOR.join((service, kind, derived.of[member])))
                self._pairs.append((index, above))

    def _settled(self) -> Codes:
        if self._arrays.shape[1] != len(self._codes):
            self._arrays = np.array(self._codes, dtype=np.int32).reshape(-1, 2).T.copy()
        return self._arrays

    def _code(self, service: str) -> int:
        if service not in self._of_service:
            self._of_service[service] = len(self.services)
            self.services.append(service)
        return self._of_service[service]

    def _place_code(self, place: Place) -> int:
        if place not in self._of_place:
            self._of_place[place] = len(self.places)
            self.places.append(place)
        return self._of_place[place]
