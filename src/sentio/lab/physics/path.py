"""Which elements a use crosses: one code a dimension, -1 where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import FloatArray, IntArray
from sentio.lab.operator.catalogue import CODE, NATIVE_CALLS, RELEASES
from sentio.lab.operator.core import DNS_OF_UPF, IMS_OF_UPF, SMF_OF_UPF
from sentio.lab.operator.estate import Estate
from sentio.lab.physics.loads import Loads
from sentio.lab.uses.drawing import Draw

EDGE_SERVICES = ("gaming", "plc", "mobile_robot", "camera", "vehicle")
Path = Mapping[str, IntArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """Share of subjects that run each slot or a younger one, of apps and of models."""

    app: FloatArray
    model: FloatArray


def path_of(
    estate: Estate,
    draw: Draw,
    loads: Loads,
    releases: Releases,
    redirects: Sequence[tuple[str, int, int]] = (),
) -> dict[str, IntArray]:
    """Follow each use from its cell to its server; redirects (kind, from, to) lead elsewhere."""
    people, places, core = estate.subjects, estate.places, estate.core
    who, app = draw.subject, draw.app
    cell = serving_cell(estate, draw, loads)
    site, upf, model = places.site[cell], people.upf[who], people.model[who]
    ring = estate.transport.ring_of_link[site]
    is_user = app >= 0
    is_native = np.isin(app, [estate.catalogue.apps.index(name) for name in NATIVE_CALLS])
    at_edge = np.isin(draw.service, [CODE[name] for name in EDGE_SERVICES])
    luck = people.luck[who]
    turn = (luck * 4096.0).astype(np.int64) % 4
    path = {
        "cell": cell,
        "gnb": site,
        "link": site,
        "ring": ring,
        "router": estate.transport.router_of_ring[ring],
        "upf": upf,
        "edge": np.where(at_edge, core.edge[cell], -1),
        "server": np.where(
            is_user & ~is_native & ~at_edge, estate.catalogue.app_servers[app, turn], -1
        ),
        "app": app,
        "device_model": model,
        "slice": people.slice[who],
        "segment": people.segment[who],
        "amf": core.amf[cell],
        "smf": SMF_OF_UPF[upf],
        "dns": np.where(is_user & ~is_native, DNS_OF_UPF[upf], -1),
        "ims": np.where(is_native, IMS_OF_UPF[upf], -1),
        **_versions(estate, draw, releases, luck=luck, model=model),
    }
    for kind, first, second in redirects:
        path[kind] = np.where(path[kind] == first, second, path[kind])
    return path


def serving_cell(estate: Estate, draw: Draw, loads: Loads) -> IntArray:
    """Give the cell that answers: the one asked, or a neighbour where it sleeps or steers away."""
    cell, near, is_asleep = draw.cell, estate.places.neighbours, loads.is_asleep
    if loads.steered.any():
        cell = cell.copy()
        lot = (estate.subjects.luck[draw.subject] * 577.0) % 1.0  # the same people each time
        led = np.flatnonzero((lot < loads.steered[cell]) & ~is_asleep[cell])
        choice = (lot[led] / loads.steered[cell[led]] * near.shape[1]).astype(np.int64)
        cell[led] = near[cell[led], choice % near.shape[1]]
    if not is_asleep.any():
        return cell
    cell = cell.copy()
    for place in (0, 1):
        lost = np.flatnonzero(is_asleep[cell])
        choice = (draw.uniform[4, lost] * near.shape[1]).astype(np.int64)
        cell[lost] = near[cell[lost], (choice + place) % near.shape[1]]
    return cell


def _versions(
    estate: Estate, draw: Draw, releases: Releases, *, luck: FloatArray, model: IntArray
) -> dict[str, IntArray]:
    goods, app = estate.catalogue, draw.app
    slot, chance = np.zeros(len(app), dtype=np.int64), (luck * 211.0 + app * 0.6180339887) % 1.0
    step, lot = np.zeros(len(app), dtype=np.int64), (luck * 1009.0) % 1.0
    for each in range(1, RELEASES):
        slot += chance < releases.app[app, each]
        step += lot < releases.model[model, each]
    return {
        "app_version": np.where(app >= 0, goods.app_release[app, slot], -1),
        "firmware": goods.firmware[model, step],
    }
