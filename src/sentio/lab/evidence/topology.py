"""The operator's inventory: elements with parents, and who serves whom."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sentio.lab.operator.catalogue import NATIVE_CALLS
from sentio.lab.operator.core import DNS_OF_UPF, IMS_OF_UPF, SMF_OF_UPF, UPF_BY_REGION
from sentio.lab.operator.estate import CORE_ROUTER, Estate
from sentio.lab.operator.places import AREAS, LAYERS
from sentio.model.record import ELEMENT, LINK

CITY = "city"
LINK_BPS, RING_BPS, ROUTER_BPS = 1e10, 1e11, 4e11
Row = dict[str, object]


def topology_of(estate: Estate, ts_ns: int) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Give all elements and all links, valid from a moment on.

    A cell hangs on its gnb, that on its link, that on its ring, that on its router, and those on
    the core router. Functions have no parent; links of kind `serves` lead from them to whom they
    serve, `carries` from a transport element to what hangs on it.
    """
    elements = [*_access(estate), *_functions(estate), *_goods(estate)]
    links = [*_carries(estate), *_serves(estate), *_neighbours(estate)]
    return _batch(elements, ELEMENT, ts_ns), _batch(links, LINK, ts_ns)


def _batch(rows: list[Row], columns: dict[str, pa.DataType], ts_ns: int) -> pa.RecordBatch:
    given = {"ts": ts_ns, "quality": 0}
    told = {
        name: pa.array([{**given, **row}.get(name) for row in rows], kind)
        for name, kind in columns.items()
    }
    return pa.RecordBatch.from_pydict(told)


def _element(kind: str, name: str, parent: str | None = None, **more: object) -> Row:
    return {"element": name, "element_kind": kind, "name": name, "parent": parent, **more}


def _access(estate: Estate) -> Iterator[Row]:
    names, places, transport = estate.names, estate.places, estate.transport
    yield _element("router", CORE_ROUTER)
    for name in names["router"]:
        yield _element("router", name, CORE_ROUTER)
    for code, name in enumerate(names["ring"]):
        router = names["router"][int(transport.router_of_ring[code])]
        told = json.dumps({"is_protected": bool(transport.is_protected[code])})
        yield _element("ring", name, router, attributes=told)
    for code, name in enumerate(names["link"]):
        ring = names["ring"][int(transport.ring_of_link[code])]
        medium = "microwave" if transport.is_microwave[code] else "fibre"
        yield _element("link", name, ring, technology=medium)
        site = f"site-{code + 1:03d}"
        yield _element("gnb", names["gnb"][code], name, attributes=json.dumps({"site": site}))
        yield _element("site", site, None, technology=AREAS[int(places.site_area[code])])
    degrees = places.longitude_latitude_deg()
    for code, name in enumerate(names["cell"]):
        technology, band, *_ = LAYERS[int(places.layer[code])]
        yield _element(
            "cell",
            name,
            names["gnb"][int(places.site[code])],
            technology=technology,
            longitude_deg=float(degrees[code, 0]),
            latitude_deg=float(degrees[code, 1]),
            range_m=400.0 if band == "n78" else 900.0,
            attributes=json.dumps({"band": band}),
        )


def _functions(estate: Estate) -> Iterator[Row]:
    yield _element(CITY, CITY)
    for kind in ("upf", "amf", "smf", "dns", "ims", "edge", "server", "slice", "segment"):
        for name in estate.names[kind]:
            yield _element(kind, name)


def _goods(estate: Estate) -> Iterator[Row]:
    goods = estate.catalogue
    for kind, names, codes, versions in (
        ("app", goods.apps, goods.app_release, goods.releases),
        ("device_model", goods.models, goods.firmware, goods.firmwares),
    ):
        for code, name in enumerate(names):
            told = {"releases": [versions[each] for each in codes[code]]}
            yield _element(kind, name, attributes=json.dumps(told))


def _link(kind: str, first: str, second: str, capacity_bps: float | None = None) -> Row:
    return {
        "link": f"{first}>{second}",
        "from_element": first,
        "to_element": second,
        "link_kind": kind,
        "capacity_bps": capacity_bps,
    }


def _carries(estate: Estate) -> Iterator[Row]:
    names, transport = estate.names, estate.transport
    for router in names["router"]:
        yield _link("carries", CORE_ROUTER, router, ROUTER_BPS)
    for ring, router in enumerate(transport.router_of_ring):
        yield _link("carries", names["router"][int(router)], names["ring"][ring], RING_BPS)
    for link, ring in enumerate(transport.ring_of_link):
        yield _link("carries", names["ring"][int(ring)], names["link"][link], LINK_BPS)
        yield _link("carries", names["link"][link], names["gnb"][link], LINK_BPS)


def _neighbours(estate: Estate) -> Iterator[Row]:
    names = estate.names["cell"]
    for code, near in enumerate(estate.places.neighbours):
        for other in near.tolist():
            yield _link("neighbour", names[code], names[other])


def _serves(estate: Estate) -> Iterator[Row]:
    names, core, site = estate.names, estate.core, estate.places.site
    for gnb, name in enumerate(names["gnb"]):
        first = int(np.flatnonzero(site == gnb)[0])
        yield _link("serves", names["amf"][int(core.amf[first])], name)
        yield _link("serves", names["edge"][int(core.edge[first])], name)
    for upf, name in enumerate(names["upf"]):
        yield _link("serves", names["smf"][int(SMF_OF_UPF[upf])], name)
        yield _link("serves", names["dns"][int(DNS_OF_UPF[upf])], name)
        yield _link("serves", names["ims"][int(IMS_OF_UPF[upf])], name)
        yield _link("carries", CORE_ROUTER, name)
    for code, name in enumerate(names["slice"]):
        for upf in sorted(set(UPF_BY_REGION[code])):
            yield _link("serves", names["upf"][upf], name)
    for name in names["ims"]:
        for app in NATIVE_CALLS:
            yield _link("serves", name, app)
    for app, servers in enumerate(estate.catalogue.app_servers):
        for server in sorted({int(each) for each in servers}):
            yield _link("serves", names["server"][server], names["app"][app])
