"""The transport network: access links on rings, rings on routers, routers on a core router."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import BoolArray, IntArray
from sentio.lab.operator.places import Places
from sentio.lab.operator.scale import Scale

MICROWAVE_SHARE = 0.35  # of the access links; the others are fibre
PROTECTED_SHARE = 0.75  # of the rings have a working way round


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """Who hangs on whom. One access link a site, so links have shape (sites,)."""

    ring_of_link: IntArray
    router_of_ring: IntArray
    is_microwave: BoolArray  # of each link
    is_protected: BoolArray  # of each ring

    @property
    def rings(self) -> int:
        """Count the rings."""
        return len(self.router_of_ring)

    @property
    def routers(self) -> int:
        """Count the aggregation routers."""
        return int(self.router_of_ring.max()) + 1


def wire(rng: np.random.Generator, scale: Scale, places: Places) -> Transport:
    """Join neighbouring sites to rings, and neighbouring rings to routers."""
    east, north = places.site_km.T
    strips = max(1, round(float(np.sqrt(scale.rings))))
    strip = np.argsort(np.argsort(east)) * strips // scale.sites
    order = np.lexsort((north, strip))
    ring = np.empty(scale.sites, dtype=np.int64)
    ring[order] = np.arange(scale.sites) * scale.rings // scale.sites
    is_protected = rng.random(scale.rings) < PROTECTED_SHARE
    is_protected[: scale.rings // 3] |= not is_protected.any()
    is_protected[-1] = False
    is_protected[0] = True
    return Transport(
        ring_of_link=ring,
        router_of_ring=np.arange(scale.rings) * scale.routers // scale.rings,
        is_microwave=rng.random(scale.sites) < MICROWAVE_SHARE,
        is_protected=is_protected,
    )
