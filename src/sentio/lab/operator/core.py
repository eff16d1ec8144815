"""Core functions, edge hosts and servers, and which of them serves whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import IntArray
from sentio.lab.operator.places import Places

UPFS, EDGES, AMFS, SMFS, DNSS, IMSS, CDNS, ORIGINS = 4, 6, 2, 2, 3, 2, 4, 12
SLICES = ("1-000001", "1-000002", "2-000001", "3-000001", "4-000001")
"""S-NSSAI: broadband, premium, factory (URLLC), massive IoT, vehicles (TS 23.501 clause 5.15.2)."""
BROADBAND, PREMIUM, FACTORY, MASSIVE, VEHICLES = range(5)
UPF_BY_REGION = (
    (0, 1, 2, 0),
    (3, 0, 3, 1),
    (2, 2, 3, 2),
    (1, 3, 1, 3),
    (0, 0, 1, 1),
)
"""UPF of each slice (row) and region of the city (column)."""
SMF_OF_UPF = np.array([0, 0, 1, 1])
DNS_OF_UPF = np.array([0, 1, 2, 2])
IMS_OF_UPF = np.array([0, 1, 0, 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """Who is served by what, by place: shape (cells,)."""

    region: IntArray
    edge: IntArray
    amf: IntArray

    def upf(self, slice_code: IntArray, home: IntArray) -> IntArray:
        """Anchor of subjects of a slice who live in a cell."""
        return np.array(UPF_BY_REGION)[slice_code, self.region[home]]


def serve(rng: np.random.Generator, places: Places) -> Core:
    """Divide the city among the functions: quarters to UPFs, sixths to edges, sites to AMFs."""
    middle = np.median(places.site_km, axis=0)
    east, north = (places.site_km - middle).T
    region = (east > 0) * 1 + (north > 0) * 2
    turn = np.argsort(np.argsort(np.arctan2(north, east))) * EDGES // len(east)
    pool = rng.permutation(len(east)) % AMFS
    return Core(region=region[places.site], edge=turn[places.site], amf=pool[places.site])
