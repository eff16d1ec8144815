"""The city of the simulated operator: an invented grid of sites, three cells and one link each.

Codes are of the range that ITU-T E.212 keeps for internal use (MCC 999): nothing is anybody's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import FloatArray, IntArray

CITY = "Lindmark"
MCC, MNC = "999", "70"
CENTRE_DEG = (16.402, 49.548)  # longitude, latitude: hills and fields
STEP_DEG = (0.0190, 0.0125)  # between sites: some 1.4 km each way
ACROSS, SITES, SECTORS = 4, 12, 3
SECTOR_DEG = 0.0034  # from the mast to the middle of a sector
FIRST_GNB = 5101
FIRST_AREA = 4101

CENTRE_SITES = (5, 6)  # offices and shops
FACTORY_SITE = 11
STADIUM_CELL = 7 * SECTORS  # the first sector of the eighth site
CONGESTED_CELL = 2 * SECTORS + 1
LOSSY_SITE = 8
EDGES = ("edge-north", "edge-south")
UPFS = ("upf-1", "upf-2")


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """Sites and cells; arrays of cells have shape (cells,).

    ``cells`` are named as in cell lists, ``mcc-net-area-cell``. ``home_share`` and ``work_share``
    say how likely people live and work in a cell; each adds up to 1.
    """

    cells: tuple[str, ...]
    areas: IntArray
    ids: IntArray
    site: IntArray
    longitude_deg: FloatArray
    latitude_deg: FloatArray
    home_share: FloatArray
    work_share: FloatArray
    gnbs: tuple[str, ...]
    links: tuple[str, ...]

    def edge(self, cell: IntArray) -> IntArray:
        """Tell which edge host serves a cell: the north or the south of the city."""
        return (self.site[cell] >= SITES // 2).astype(np.int64)


def build_city() -> City:
    """Lay the city out; the same every time."""
    cell = np.arange(SITES * SECTORS)
    site, sector = cell // SECTORS, cell % SECTORS
    areas = FIRST_AREA + site // ACROSS
    ids = (FIRST_GNB + site) * 4096 + sector + 1  # NCI: gNB id and cell id, TS 38.413
    angle = 2.0 * np.pi * sector / SECTORS
    across, down = site % ACROSS - 1.5, site // ACROSS - 1.0
    number = range(FIRST_GNB, FIRST_GNB + SITES)
    return City(
        cells=tuple(f"{MCC}-{MNC}-{a}-{c}" for a, c in zip(areas, ids, strict=True)),
        areas=areas,
        ids=ids,
        site=site,
        longitude_deg=CENTRE_DEG[0] + across * STEP_DEG[0] + SECTOR_DEG * np.sin(angle),
        latitude_deg=CENTRE_DEG[1] - down * STEP_DEG[1] + SECTOR_DEG * np.cos(angle),
        home_share=_homes(site),
        work_share=_jobs(site),
        gnbs=tuple(f"gnb-{each}" for each in number),
        links=tuple(f"backhaul-{each}" for each in number),
    )


def _homes(site: IntArray) -> FloatArray:
    weight = np.where(np.isin(site, CENTRE_SITES), 0.4, 1.0)
    weight[site == FACTORY_SITE] = 0.15
    weight[STADIUM_CELL] = 0.5
    weight[CONGESTED_CELL] = 0.13 / 0.87 * (weight.sum() - 1.0)  # 13 of 100 people live there
    return weight / weight.sum()


def _jobs(site: IntArray) -> FloatArray:
    weight = np.where(np.isin(site, CENTRE_SITES), 6.0, 0.6)
    weight[site == FACTORY_SITE] = 4.0
    return weight / weight.sum()
