"""The whole standing operator, and the names of everything in it: dimension by dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import IntArray
from sentio.lab.operator.catalogue import Catalogue, compile_catalogue
from sentio.lab.operator.core import (
    AMFS,
    CDNS,
    DNSS,
    EDGES,
    IMSS,
    ORIGINS,
    SLICES,
    SMFS,
    UPFS,
    Core,
    serve,
)
from sentio.lab.operator.places import Places, lay_out
from sentio.lab.operator.scale import Scale
from sentio.lab.operator.subjects import SEGMENTS, Subjects, settle
from sentio.lab.operator.transport import Transport, wire

COLUMNS = (
    "cell",
    "gnb",
    "link",
    "upf",
    "edge",
    "server",
    "app",
    "device_model",
    "slice",
    "segment",
)
"""Dimensions that a use shows as columns; so are `app_version` and `firmware`."""
BEHIND = ("ring", "router", "amf", "smf", "dns", "ims")
"""Dimensions of a use's path that only the topology tells."""
DIMENSIONS = (*COLUMNS, "app_version", "firmware", *BEHIND)
CORE_ROUTER = "router-core"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """What stands and who is served; ``names`` gives the members of each dimension by code."""

    seed: int
    scale: Scale
    places: Places
    transport: Transport
    core: Core
    catalogue: Catalogue
    subjects: Subjects
    names: Mapping[str, tuple[str, ...]]
    dictionaries: Mapping[str, pa.StringArray]

    def code(self, dimension: str, member: str) -> int:
        """Give the code of a member; raises `ValueError` where there is none."""
        return self.names[dimension].index(member)

    @property
    def ring(self) -> IntArray:
        """Ring of each cell."""
        return self.transport.ring_of_link[self.places.site]

    @property
    def router(self) -> IntArray:
        """Aggregation router of each cell."""
        return self.transport.router_of_ring[self.ring]


def build_estate(scale: Scale, seed: int) -> Estate:
    """Build the operator; the same seed and scale give the same one."""
    rng = np.random.default_rng([seed, 1])
    places = lay_out(rng, scale)
    transport, core, catalogue = (
        wire(rng, scale, places),
        serve(rng, places),
        compile_catalogue(rng),
    )
    names = _names(scale, transport, catalogue)
    return Estate(
        seed=seed,
        scale=scale,
        places=places,
        transport=transport,
        core=core,
        catalogue=catalogue,
        subjects=settle(rng, scale, places, core, catalogue),
        names=names,
        dictionaries={kind: pa.array(each, pa.string()) for kind, each in names.items()},
    )


def _names(scale: Scale, transport: Transport, catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    sites = range(1, scale.sites + 1)
    numbered = {"upf": UPFS, "amf": AMFS, "smf": SMFS, "dns": DNSS, "ims": IMSS}
    return {
        "cell": tuple(f"cell-{n:04d}" for n in range(1, scale.cells + 1)),
        "gnb": tuple(f"gnb-{n:03d}" for n in sites),
        "link": tuple(f"link-{n:03d}" for n in sites),
        "ring": tuple(f"ring-{n:02d}" for n in range(1, transport.rings + 1)),
        "router": tuple(f"router-{n:02d}" for n in range(1, transport.routers + 1)),
        "edge": tuple(f"edge-{n}" for n in range(1, EDGES + 1)),
        **{
            kind: tuple(f"{kind}-{n + 1}" for n in range(count)) for kind, count in numbered.items()
        },
        "server": (
            *(f"cdn-{n + 1}" for n in range(CDNS)),
            *(f"server-{n + 1:02d}" for n in range(ORIGINS)),
        ),
        "app": catalogue.apps,
        "device_model": catalogue.models,
        "slice": SLICES,
        "segment": SEGMENTS,
        "app_version": catalogue.releases,
        "firmware": catalogue.firmwares,
    }
