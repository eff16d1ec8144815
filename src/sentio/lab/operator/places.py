"""Sites and cells of a city that nobody lives in: where they stand, of what kind, how strong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import FloatArray, IntArray
from sentio.lab.operator.scale import Scale

AREAS = ("centre", "suburb", "industry", "leisure", "motorway")
AREA_SHARES = (0.28, 0.46, 0.12, 0.04, 0.10)  # of the sites
AREA_KM = ((0.0, 0.0, 1.6), (0.0, 0.0, 5.5), (6.0, -3.0, 1.3), (-3.0, 4.0, 0.6), (0.0, -6.0, 4.0))
"""Of each kind of area: middle east and north of the town hall, and spread, in km."""
CENTRE_DEG = (16.402, 49.548)
DEG_PER_KM = (0.0139, 0.0090)
NEIGHBOURS = 6
WEAK_SHARE = 0.04  # of cells that nobody has ever planned well
LAYERS = (
    # technology, band, share of cells, downlink and uplink peak in kbit/s
    ("NR", "n78", 0.45, 620_000.0, 95_000.0),
    ("NR", "n28", 0.20, 240_000.0, 60_000.0),
    ("LTE", "b3", 0.35, 200_000.0, 50_000.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Sites, shape (sites,), and cells, shape (cells,)."""

    site_area: IntArray  # code into AREAS
    site_km: FloatArray  # shape (sites, 2)
    site: IntArray  # of each cell
    layer: IntArray  # of each cell, code into LAYERS
    cell_km: FloatArray  # shape (cells, 2)
    radio_db: FloatArray  # how well the cell is planned
    neighbours: IntArray  # shape (cells, NEIGHBOURS), nearest first

    @property
    def area(self) -> IntArray:
        """Kind of area of each cell."""
        return self.site_area[self.site]

    def longitude_latitude_deg(self) -> FloatArray:
        """Positions of the cells, shape (cells, 2)."""
        return np.array(CENTRE_DEG) + self.cell_km * np.array(DEG_PER_KM)


def lay_out(rng: np.random.Generator, scale: Scale) -> Places:
    """Lay the city out: every kind of area has a site, cells are exactly as many as asked."""
    area = np.searchsorted(np.cumsum(AREA_SHARES), (np.arange(scale.sites) + 0.5) / scale.sites)
    area = np.minimum(area, len(AREAS) - 1)
    area[-len(AREAS) :] = np.arange(len(AREAS))
    area = np.sort(area)
    middle = np.array(AREA_KM)[area]
    site_km = middle[:, :2] + rng.normal(0.0, 1.0, (scale.sites, 2)) * middle[:, 2:]
    site = np.repeat(np.arange(scale.sites), _sizes(rng, scale))
    angle = 2.0 * np.pi * (np.arange(scale.cells) % 3) / 3.0
    cell_km = site_km[site] + 0.25 * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    radio_db = rng.normal(0.0, 1.5, scale.cells)
    radio_db -= np.where(rng.random(scale.cells) < WEAK_SHARE, 4.0, 0.0)
    shares = np.array([layer[2] for layer in LAYERS])
    return Places(
        site_area=area,
        site_km=site_km,
        site=site,
        layer=rng.choice(len(LAYERS), scale.cells, p=shares),
        cell_km=cell_km,
        radio_db=radio_db,
        neighbours=_nearest(cell_km),
    )


def _sizes(rng: np.random.Generator, scale: Scale) -> IntArray:
    sizes = np.full(scale.sites, 3)
    pairs = scale.sites // 12
    chosen = rng.permutation(scale.sites)
    sizes[chosen[:pairs]] += 1
    sizes[chosen[pairs : 2 * pairs]] -= 1
    sizes[chosen[-1]] += scale.cells - int(sizes.sum())
    return sizes


def _nearest(cell_km: FloatArray) -> IntArray:
    found = np.empty((len(cell_km), min(NEIGHBOURS, len(cell_km) - 1)), dtype=np.int64)
    for first in range(0, len(cell_km), 256):
        part = slice(first, first + 256)
        apart = np.hypot(*(cell_km[part, None, axis] - cell_km[None, :, axis] for axis in (0, 1)))
        # the cell itself is the nearest
        found[part] = np.argsort(apart, axis=1, kind="stable")[:, 1 : found.shape[1] + 1]
    return found
