"""GET map: every cell with its place and score, as bytes that a browser reads without parsing.

Layout, little-endian: magic ``SMAP``; uint32 version, layout number, cells, cells with uses that
have no known place, spare; float64 longitude and latitude of the middle; then a column each of all
cells: x and y in metres, mean MOS (float32, NaN where there was no use), uses (uint32), flags
(uint8). Ten thousand cells are 170 KB.
"""

from __future__ import annotations

import struct

import numpy as np
from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from sentio.api.access import Access
from sentio.api.pages.incidents_near import near
from sentio.api.pages.overview import Given
from sentio.api.pages.places import KIND, Layout, Places
from sentio.api.pages.totals import Rows, Totals
from sentio.api.pages.window import Window, window_of
from sentio.loop.detail import StoreDetail
from sentio.loop.platform import Platform
from sentio.model.degradation import Degradation
from sentio.model.domain import Domain
from sentio.model.topology import DOMAIN_OF_KIND, Topology
from sentio.store.ask import Answers
from sentio.store.cube import MINUTE_NS
from sentio.store.warehouse import Warehouse

MAGIC, VERSION = b"SMAP", 1
HEAD = "<4s5I2d"
DEGRADED = 1  # flag: the cell lies in a degradation of the window
BYTES = "application/octet-stream"
PLACES = frozenset({Domain.RAN, Domain.TRANSPORT})  # domains whose elements stand somewhere
LOOK_BACK_NS = 15 * MINUTE_NS  # of a degradation: which cells its uses went over lately
MOST_DEGRADATIONS = 50  # that are looked up, the latest seen first


class Cells(BaseModel):
    """The names of all cells of the map, in the order of its columns."""

    layout: int
    dimension: str
    names: list[str]


def map_router(platform: Platform, access: Access, places: Places) -> APIRouter:
    """Make the routes."""
    router = APIRouter(
        prefix="/v1/map", tags=["pages"], dependencies=[Depends(access.needs("read"))]
    )
    totals = Totals(Answers(platform.warehouse))

    @router.get("", summary="All cells with place and score", response_class=Response)
    def cells(given: Given) -> Response:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        """Give the columns of the map as bytes; the module's first lines say how they lie."""
        window = window_of(given, platform.warehouse)
        layout, topology = places.now()
        rows = totals.members(window.without(KIND), KIND)
        degraded = degraded_cells(
            platform.warehouse, topology, near(platform.state, window)[1], window
        )
        return Response(packed(layout, rows, degraded), media_type=BYTES)

    @router.get("/names", summary="The names of the cells of the map")
    def names() -> Cells:  # pyright: ignore[reportUnusedFunction]  (FastAPI calls it)
        layout = places.now()[0]
        return Cells(layout=layout.number, dimension=KIND, names=list(layout.names))

    return router


def packed(layout: Layout, rows: Rows, degraded: frozenset[str]) -> bytes:
    """Write the columns of the map."""
    at = {name: place for place, name in enumerate(layout.names)}
    score = np.full(len(at), np.nan, dtype="<f4")
    uses = np.zeros(len(at), dtype="<u4")
    flags = np.fromiter((name in degraded for name in layout.names), dtype="u1", count=len(at))
    unplaced = 0
    for row in rows:
        place = at.get(row["member"])
        if place is None:
            unplaced += 1
        elif row["n"]:
            score[place], uses[place] = row["mos_mean"], row["n"]
    head = struct.pack(
        HEAD,
        *(MAGIC, VERSION, layout.number, len(at), unplaced, 0),
        *(layout.longitude_deg, layout.latitude_deg),
    )
    columns = (layout.x_m.astype("<f4"), layout.y_m.astype("<f4"), score, uses, flags * DEGRADED)
    return head + b"".join(column.tobytes() for column in columns)


def degraded_cells(
    warehouse: Warehouse, topology: Topology, degradations: list[Degradation], window: Window
) -> frozenset[str]:
    """Name the cells that lie in degradations of something that stands somewhere.

    A decline of an app or of a core function is no matter of a place, and marks none.
    """
    found: set[str] = set()
    others: list[Degradation] = []
    for one in degradations:
        if KIND in one.scope:
            found.add(one.scope[KIND])
        elif any(DOMAIN_OF_KIND.get(name) in PLACES for name in one.scope):
            others.append(one)
    if others:
        found |= _under(StoreDetail(warehouse, topology), warehouse, others, window)
    return frozenset(found)


def _under(
    detail: StoreDetail, warehouse: Warehouse, degradations: list[Degradation], window: Window
) -> set[str]:
    """Name the cells over which uses in the scopes of degradations went lately."""
    con = warehouse.con.cursor()
    detail.refresh(con)
    found: set[str] = set()
    for one in degradations[:MOST_DEGRADATIONS]:
        until_ns = min(one.ended_ns or window.until_ns, window.until_ns)
        since_ns = max(one.began_ns, window.since_ns, until_ns - LOOK_BACK_NS)
        found |= detail.members(con, KIND, one.scope, since_ns, until_ns)
    return found
