"""How full every element is in a period: what its customers ask for over what it can carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.lab.day import DAY_NS, HOUR_NS
from sentio.lab.faults.effect import STEERED, STRAINS, Effect
from sentio.lab.operator.estate import Estate
from sentio.lab.operator.rhythm import BUSIEST, activity, whereabouts
from sentio.lab.physics.access import Ways, carriage_of, loads_of_ways, moved_demand

CENTRAL = ("upf", "edge", "amf", "smf", "dns", "ims", "server")
BASE_DEMAND = 4.0  # of a cell without people: signalling and things, in users
Strained = tuple[Effect, float]  # an effect, and how strong it is now, [0, 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What elements carry, in busy users, and how busy central functions are at the peak."""

    cell: FloatArray
    link: FloatArray
    ring: FloatArray
    router: FloatArray
    central: Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loads:
    """Load of each element by kind, 1 is full; arrays end with a 0 for "none" (code -1)."""

    by_kind: Mapping[str, FloatArray]
    is_asleep: BoolArray
    steered: FloatArray  # share of each cell's users that its neighbours take
    ways: Ways | None = None  # where somebody does not take the usual one


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What people ask for in a period before anything goes wrong: by cell, and noise by kind."""

    cell: FloatArray
    busy: float  # over the busiest hour
    noise: Mapping[str, FloatArray]


def plan_capacity(estate: Estate, rng: np.random.Generator) -> Capacity:
    """Build every element as large as its busiest hour needs, some with less to spare."""
    monday = 4 * DAY_NS  # of 1970
    peak = np.zeros(estate.scale.cells)
    for day in range(7):
        for hour in range(7, 23):
            ts_ns = monday + day * DAY_NS + hour * HOUR_NS
            peak = np.maximum(peak, _cells(estate, ts_ns, activity(ts_ns, ts_ns)))
    site = np.bincount(estate.places.site, peak, estate.scale.sites)
    ring = np.bincount(estate.transport.ring_of_link, site)
    router = np.bincount(estate.transport.router_of_ring, ring)
    sizes = {kind: len(estate.names[kind]) for kind in CENTRAL}
    return Capacity(
        cell=peak / rng.uniform(0.34, 0.7, len(peak)),
        link=site / rng.uniform(0.25, 0.6, len(site)),
        ring=ring / rng.uniform(0.3, 0.6, len(ring)),
        router=router / rng.uniform(0.35, 0.55, len(router)),
        central={kind: rng.uniform(0.4, 0.66, size) for kind, size in sizes.items()},
    )


def demand_of(
    estate: Estate, rng: np.random.Generator, *, where: IntArray, active: float
) -> Demand:
    """Count who is where, and draw what chance adds to it."""
    kinds = {"cell": 0.06, "link": 0.04, "ring": 0.03, "router": 0.02}
    sizes = {kind: len(estate.names[kind]) for kind in (*kinds, *CENTRAL)}
    noise = {
        kind: np.exp(kinds.get(kind, 0.03) * rng.standard_normal(size))
        for kind, size in sizes.items()
    }
    cell = np.bincount(where, minlength=estate.scale.cells) * active + BASE_DEMAND
    return Demand(
        cell=np.asarray(cell * noise["cell"], dtype=np.float64), busy=active / BUSIEST, noise=noise
    )


def loads_of(
    estate: Estate, capacity: Capacity, demand: Demand, effects: Sequence[Strained]
) -> Loads:
    """Load every element, the strains of some faults included."""
    strains = [(effect, now) for effect, now in effects if effect.quantity in STRAINS]
    asked = demand.cell.copy()
    asleep = np.zeros(len(asked), dtype=np.bool_)
    for effect, now in strains:
        if effect.quantity == "asleep" and now > 0.0:
            asleep[list(effect.scope["cell"])] = True
    for cell in np.flatnonzero(asleep):
        near = estate.places.neighbours[cell]
        asked[near] += asked[cell] / len(near)
        asked[cell] = 0.0
    carriage, moved = carriage_of(estate, effects), None
    if carriage is not None:
        moved = moved_demand(estate, asked, capacity.cell, carriage)
        asked = moved.asked
    steered = _steered(len(asked), strains)
    driven = _driven(asked / capacity.cell, "cell", strains) * capacity.cell
    carried = _handed_over(driven, steered, estate.places.neighbours)
    found = {"cell": carried / capacity.cell}
    site = np.bincount(estate.places.site, carried, estate.scale.sites)
    ways = None
    if carriage is not None and moved is not None:
        carried_by: FloatArray = np.asarray(site, dtype=np.float64)
        ways = loads_of_ways(carried_by, carriage, moved, capacity.link, capacity.ring)
        site = np.where(carriage.way > 0, 0.0, site)
    for kind, parent, limit in (
        ("link", estate.transport.ring_of_link, capacity.link),
        ("ring", estate.transport.router_of_ring, capacity.ring),
        ("router", None, capacity.router),
    ):
        found[kind] = _driven(site / limit * demand.noise[kind], kind, strains)
        if parent is not None:
            site = np.bincount(parent, site)
    for kind, peak in capacity.central.items():
        calm = peak * (0.25 + 0.75 * demand.busy) * demand.noise[kind]
        found[kind] = _driven(calm, kind, strains)
    by_kind = {kind: np.append(load, 0.0) for kind, load in found.items()}
    return Loads(by_kind=by_kind, is_asleep=asleep, steered=steered, ways=ways)


def _steered(cells: int, strains: Sequence[Strained]) -> FloatArray:
    """Give the share of each cell's users that its neighbours take; the last change counts."""
    found = np.zeros(cells)
    for effect, now in strains:
        if effect.quantity == STEERED:
            found[list(effect.scope["cell"])] = effect.amount * now
    return found


def _handed_over(carried: FloatArray, steered: FloatArray, near: IntArray) -> FloatArray:
    """Lay what steered users ask for on the neighbours, in even parts."""
    found = carried * (1.0 - steered)
    for cell in np.flatnonzero(steered):
        found[near[cell]] += steered[cell] * carried[cell] / near.shape[1]
    return found


def _cells(estate: Estate, ts_ns: int, active: float) -> FloatArray:
    where = whereabouts(estate, ts_ns)
    people = np.bincount(where, minlength=estate.scale.cells).astype(np.float64)
    return people * active + BASE_DEMAND


def _driven(load: npt.NDArray[np.floating], kind: str, strains: Sequence[Strained]) -> FloatArray:
    found: FloatArray = np.array(load, dtype=np.float64)
    for effect, now in strains:
        if kind not in effect.scope:
            continue
        codes = list(effect.scope[kind])
        if effect.quantity == "pressure":
            found[codes] += now * np.maximum(effect.amount - found[codes], 0.0)
        elif effect.quantity == "relief":
            found[codes] /= 1.0 + now * (effect.amount - 1.0)
    return found
