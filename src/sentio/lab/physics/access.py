"""Other ways than the usual one: lines of the fixed network, radio through cells nearby, satellite.

Who takes one leaves link, ring and router (or edge host) alone, whatever befalls them. None is as
good: a satellite is far away and narrow, radio needs room in the cells that it goes through, and a
rented line is only where there is fibre.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.kernel.errors import UnknownName
from sentio.lab.faults.effect import ACCESS, Effect
from sentio.lab.operator.estate import Estate

USUAL, FIXED, WIRELESS, SATELLITE, CLOUD = range(5)
WAYS = ("usual", "fixed_access", "fixed_wireless", "satellite", "cloud")
OF_SITES = (FIXED, WIRELESS, SATELLITE)
HOST_KINDS, SITE_KINDS = ("edge",), ("gnb", "link", "ring", "router")
CARRIERS = 9  # well connected cells nearby that share a site's traffic
WIRELESS_REACH_KM, WIRELESS_PER_KM = 8.0, 0.06  # beyond which nothing arrives; of -ln of the rate
WIRELESS_UNTIL = 0.85  # load up to which carriers take others' traffic: their own users come first
FIXED_PART, SATELLITE_PART = 0.7, 0.6  # of a site's own link; of the mean ring, for the whole city
BUSIEST_WAY = 0.93  # load from which no more is let in, and what is there is slowed down
DELAY_MS = {FIXED: 6.0, WIRELESS: 8.0, SATELLITE: 250.0, CLOUD: 12.0}
SATELLITE_SPREAD_MS = 350.0  # as shadowing, hand-over and a full beam add: 250 to 600 in all
LOSS = {FIXED: 2e-4, WIRELESS: 8e-4, SATELLITE: 4e-4}
SLOW = {FIXED: 0.0, WIRELESS: 0.4, SATELLITE: 0.9}  # -ln of the rate that is left when empty
LEAST_GRANTED = 0.03
DARK = 0.9  # chance to fail, from which nobody is connected
Active = Sequence[tuple[Effect, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage:
    """Which way each site takes, shape (sites,), and which cells carry whose wireless traffic."""

    way: IntArray
    carriers: Mapping[int, IntArray]
    distance_km: FloatArray  # to the carriers, shape (sites,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What cells are asked for with others' traffic, and what part of theirs each site is given."""

    asked: FloatArray  # shape (cells,)
    granted: FloatArray  # shape (sites,), of the wireless ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The other ways in a period: who takes which, how full lines, shape (sites,), and beam are."""

    carriage: Carriage
    granted: FloatArray
    by_line: FloatArray
    beam: float


def way_of_edges(effects: Active) -> frozenset[int]:
    """Name the edge hosts whose work is done in the cloud, by code; the last change counts."""
    told = {
        code: round(effect.amount)
        for effect, _ in effects
        if effect.quantity == ACCESS
        for code in effect.scope.get("edge", ())
    }
    return frozenset(code for code, way in told.items() if way == CLOUD)


def carriage_of(estate: Estate, effects: Active) -> Carriage | None:
    """Tell which way sites take; None where all take the usual one.

    The last change of a site counts. A line is only where there is fibre: others stay as they are.
    """
    told = [effect for effect, _ in effects if effect.quantity == ACCESS and "gnb" in effect.scope]
    if not told:
        return None
    way = np.zeros(estate.scale.sites, dtype=np.int64)
    for effect in told:
        sites, wanted = np.array(effect.scope["gnb"]), round(effect.amount)
        if wanted == FIXED:
            sites = sites[~estate.transport.is_microwave[sites]]
        way[sites] = wanted
    if not way.any():
        return None
    carriers, distance_km = _carriers(estate, way, _dark_sites(estate, effects))
    return Carriage(way=way, carriers=carriers, distance_km=distance_km)


def sites_of(estate: Estate, kind: str, code: int) -> IntArray:
    """List the sites that hang on a transport element, or are one."""
    ring = estate.transport.ring_of_link
    if kind in {"gnb", "link"}:
        return np.array([code])
    above = ring if kind == "ring" else estate.transport.router_of_ring[ring]
    return np.flatnonzero(above == code)


def switched(estate: Estate, kind: str, code: int, target: str, share: float) -> tuple[Effect, ...]:
    """Tell what it takes to lead an element's traffic another way, or the usual one.

    The ``share`` is of the sites that hang on it, those with the lowest numbers. Raises
    `UnknownName` where no such way leads around it.
    """
    ways = ("usual", "cloud") if kind in HOST_KINDS else WAYS[:CLOUD]
    if target not in ways or kind not in (*HOST_KINDS, *SITE_KINDS):
        raise UnknownName.among(f"way around a {kind}", target, ways)
    codes = np.array([code]) if kind in HOST_KINDS else sites_of(estate, kind, code)
    most = max(round(min(share, 1.0) * len(codes)), 1)
    scope = {"edge" if kind in HOST_KINDS else "gnb": tuple(codes[:most].tolist())}
    return (Effect(scope=scope, quantity=ACCESS, amount=float(WAYS.index(target))),)


def moved_demand(
    estate: Estate, asked: FloatArray, capacity: FloatArray, carriage: Carriage
) -> Moved:
    """Lay what wireless sites ask for on the cells that carry it, as far as these have room."""
    more, site = np.zeros_like(asked), estate.places.site
    for each, cells in carriage.carriers.items():
        more[cells] += asked[site == each].sum() / len(cells)
    room = np.maximum(WIRELESS_UNTIL * capacity - asked, 0.0)
    taken = np.minimum(more, room)
    share = np.divide(taken, more, out=np.ones_like(more), where=more > 0.0)
    granted = np.ones(estate.scale.sites)
    for each, cells in carriage.carriers.items():
        granted[each] = max(float(share[cells].mean()), LEAST_GRANTED)
    return Moved(asked=asked + taken, granted=granted)


def leave_usual_way(path: dict[str, IntArray], carriage: Carriage) -> None:
    """Take transport out of the paths that do not cross it; inventories still name the link."""
    way = carriage.way[path["gnb"]]
    is_away = way > 0
    path["access"] = way
    path["shown_link"] = path["link"]
    for kind in ("link", "ring", "router"):
        path[kind] = np.where(is_away, -1, path[kind])


def leave_hosts(path: dict[str, IntArray], away: frozenset[int]) -> None:
    """Take edge hosts out of the paths whose work is done in the cloud."""
    if not away:
        return
    path["shown_edge"] = path["edge"]
    is_moved = np.isin(path["edge"], list(away))
    path["in_cloud"] = is_moved.astype(np.int64)
    path["edge"] = np.where(is_moved, -1, path["edge"])


def loads_of_ways(
    carried: FloatArray, carriage: Carriage, moved: Moved, link: FloatArray, ring: FloatArray
) -> Ways:
    """Tell how full the other ways are.

    ``carried`` is what each site carries; ``link`` and ``ring`` are capacities.
    """
    beam = float(carried[carriage.way == SATELLITE].sum() / (SATELLITE_PART * ring.mean()))
    return Ways(
        carriage=carriage,
        granted=moved.granted,
        by_line=carried / (FIXED_PART * link),
        beam=beam,
    )


def met_on_ways(
    path: Mapping[str, IntArray], ways: Ways, cell_load: FloatArray, luck: FloatArray
) -> dict[str, FloatArray]:
    """Give what the other ways add to the quantities of each use, shape (uses,).

    ``luck`` is uniform, and says where between its least and its longest delay a satellite is.
    """
    way, site, far_km = path["access"], path["gnb"], ways.carriage.distance_km
    met = {name: np.zeros(len(way)) for name in _ADDED}
    for code in OF_SITES:
        rows = np.flatnonzero(way == code)
        if not len(rows):
            continue
        full = _load(code, site[rows], ways, cell_load)
        load = np.minimum(full, BUSIEST_WAY)
        queue = load / (1.0 - load)
        slow = -np.log(1.0 - load) + np.log(np.maximum(full / BUSIEST_WAY, 1.0))
        met["delay_ms"][rows] = DELAY_MS[code] + 1.5 * queue
        met["jitter_ms"][rows] = 0.5 + 0.3 * queue
        met["loss"][rows] = LOSS[code] * (1.0 + queue)
        met["slow"][rows] = SLOW[code] + slow
        met["slow_ul"][rows] = 1.5 * SLOW[code] + slow
        if code == SATELLITE:
            met["delay_ms"][rows] += SATELLITE_SPREAD_MS * luck[rows] ** 3
        elif code == WIRELESS:
            less = WIRELESS_PER_KM * far_km[site[rows]] - np.log(ways.granted[site[rows]])
            met["slow"][rows] += less
            met["slow_ul"][rows] += less
            met["fail"][rows] = np.where(far_km[site[rows]] > WIRELESS_REACH_KM, 0.97, 0.0)
    return met


def _load(code: int, site: IntArray, ways: Ways, cell_load: FloatArray) -> FloatArray:
    if code == FIXED:
        return ways.by_line[site]
    if code == SATELLITE:
        return np.full(len(site), ways.beam)
    of_site = {
        each: float(cell_load[cells].mean()) for each, cells in ways.carriage.carriers.items()
    }
    return np.array([of_site[int(each)] for each in site])


def _carriers(
    estate: Estate, way: IntArray, dark: BoolArray
) -> tuple[dict[int, IntArray], FloatArray]:
    """Find, for each wireless site, the nearest cells of sites that are connected as usual."""
    places, found = estate.places, dict[int, IntArray]()
    able = np.flatnonzero((way == USUAL)[places.site] & ~dark[places.site])
    far_km = np.full(len(way), 2.0 * WIRELESS_REACH_KM)
    for site in np.flatnonzero(way == WIRELESS):
        apart = np.hypot(*(places.cell_km[able] - places.site_km[site]).T)
        near = np.argsort(apart, kind="stable")[:CARRIERS]
        found[int(site)] = able[near] if len(near) else np.flatnonzero(places.site == site)
        far_km[site] = float(apart[near].mean()) if len(near) else far_km[site]
    return found, far_km


def _dark_sites(estate: Estate, effects: Active) -> BoolArray:
    """Tell which sites are cut off from the core."""
    dark = np.zeros(estate.scale.sites, dtype=np.bool_)
    for effect, now in effects:
        if effect.quantity == "fail" and effect.amount * now >= DARK and len(effect.scope) == 1:
            for kind, codes in effect.scope.items():
                if kind in SITE_KINDS:
                    dark[np.concatenate([sites_of(estate, kind, code) for code in codes])] = True
    return dark


_ADDED = ("delay_ms", "jitter_ms", "loss", "slow", "slow_ul", "fail")
