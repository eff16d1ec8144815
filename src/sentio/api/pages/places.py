"""Where cells stand, on a plane: metres east and north of their middle."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np

from sentio.kernel.arrays import FloatArray
from sentio.loop.periods import Periods
from sentio.model.topology import Topology
from sentio.store.ask import Answers
from sentio.store.cube import MINUTE_NS
from sentio.store.warehouse import Warehouse

DEGREE_M = 111_195.0  # of a great circle: mean Earth radius 6371.0 km (IUGG) * pi / 180
KIND = "cell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Cells with a known place, in order of their names.

    ``number`` differs when the cells or their order do. ``x_m`` and ``y_m`` have shape (cells,).
    """

    number: int = 0
    names: tuple[str, ...] = ()
    x_m: FloatArray = field(default_factory=lambda: np.zeros(0))
    y_m: FloatArray = field(default_factory=lambda: np.zeros(0))
    longitude_deg: float = 0.0
    latitude_deg: float = 0.0


class Places:
    """Keeps the layout and the topology of now; both are read again once the topology grew."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._answers = Answers(warehouse)
        self._periods = Periods(warehouse, period_ns=MINUTE_NS)
        self._turn = threading.Lock()
        self._release: str | None = None
        self._layout = Layout()
        self._topology = Topology()

    def now(self) -> tuple[Layout, Topology]:
        """Give both as they are known now."""
        with self._turn:
            release = self._periods.topology_release()
            if release != self._release:
                self._topology = self._periods.topology()
                self._layout = layout_of(self._positions(), self._topology)
                self._release = release
            return self._layout, self._topology

    def _positions(self) -> dict[str, tuple[float, float]]:
        rows = self._answers.ask("element_positions").to_pylist()
        return {
            row["element"]: (float(row["longitude_deg"]), float(row["latitude_deg"]))
            for row in rows
        }


def layout_of(positions: dict[str, tuple[float, float]], topology: Topology) -> Layout:
    """Put the cells on a plane; one without a place of its own stands where its parent does.

    The plane is true to scale near the middle (equirectangular), as far as a city or a country
    goes.

    Examples
    --------
    >>> layout = layout_of(
    ...     {"a": (2.0, 0.0), "b": (4.0, 0.0)}, Topology(kind={"a": "cell", "b": "cell"})
    ... )
    >>> layout.names, layout.x_m.tolist()
    (('a', 'b'), [-111195.0, 111195.0])
    """
    placed: dict[str, tuple[float, float]] = {}
    for name in sorted(each for each, kind in topology.kind.items() if kind == KIND):
        near = next((each for each in (name, *topology.above(name)) if each in positions), None)
        if near is not None:
            placed[name] = positions[near]
    if not placed:
        return Layout()
    degrees = np.array(list(placed.values()))
    middle = (degrees.min(axis=0) + degrees.max(axis=0)) / 2.0
    east, north = (degrees - middle).T
    return Layout(
        number=crc32("\n".join(placed).encode()),
        names=tuple(placed),
        x_m=east * DEGREE_M * np.cos(np.radians(middle[1])),
        y_m=north * DEGREE_M,
        longitude_deg=float(middle[0]),
        latitude_deg=float(middle[1]),
    )
