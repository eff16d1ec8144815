"""What a use meets on its way: radio, queues, losses, chances; faults add to each quantity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from sentio.kernel.arrays import BoolArray
from sentio.lab.faults.effect import CONDITIONS, FAVOURED, Effect
from sentio.lab.operator.core import FACTORY, PREMIUM
from sentio.lab.operator.estate import Estate
from sentio.lab.operator.places import LAYERS
from sentio.lab.physics.access import CLOUD, DELAY_MS, met_on_ways
from sentio.lab.physics.loads import Loads
from sentio.lab.physics.path import Path
from sentio.lab.physics.queues import queueing
from sentio.lab.uses.drawing import FLOAT, Draw, Floats

MSS_BITS = 1460 * 8
CONNECTIONS = 8.0  # that an app has open at once
REACH_DB = 17.0  # half-way out, in an empty cell
BEST_BITS = 7.3  # a hertz and second, at 22 dB
STEERED_DB = 3.0  # lost by those who are led to a neighbour: they stand between the two
FAVOURED_PART = 0.1  # of a queue that is met by whom it lets pass
TROUBLE = {"slow": 2.2, "slow_ul": 2.0, "delay_ms": 110.0, "jitter_ms": 14.0, "loss": 0.035}
"""What goes wrong in a use that is simply unlucky."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What each use meets, shape (uses,)."""

    one_way_ms: Floats
    jitter_ms: Floats
    loss_ratio: Floats
    rate_dl_kbps: Floats
    rate_ul_kbps: Floats
    tcp_kbps: Floats
    sinr_db: Floats
    does_fail: BoolArray
    is_cut: BoolArray
    dns_ms: Floats
    setup_ms: Floats
    server_ms: Floats
    coarse: Floats
    frames_ratio: Floats
    retry_ratio: Floats
    wifi_db: Floats
    clock_ns: Floats
    position_m: Floats
    normal: Floats
    uniform: Floats

    def part(self, rows: slice) -> Conditions:
        """Give the conditions of consecutive uses."""
        return Conditions(
            **{each.name: getattr(self, each.name)[..., rows] for each in fields(self)}
        )


def conditions_of(
    estate: Estate,
    draw: Draw,
    path: Path,
    loads: Loads,
    effects: Sequence[tuple[Effect, float]],
) -> Conditions:
    """Give what each use meets; the strains among the effects are in the loads already."""
    met = _base(estate, draw, path)
    is_urgent = path["slice"] == FACTORY
    priority = np.where(is_urgent, 0.02, np.where(path["slice"] == PREMIUM, 0.7, 1.0)).astype(FLOAT)
    favour = _favour(draw, effects)
    for kind, load in loads.by_kind.items():
        for quantity, each in queueing(kind, load).items():
            added = each[path[kind]] * favour if favour is not None else each[path[kind]]
            met[quantity] += added * priority if quantity in _QUEUED else added
    if loads.ways is not None:
        added = met_on_ways(path, loads.ways, loads.by_kind["cell"], draw.uniform[4])
        for quantity, each in added.items():
            met[quantity] += each.astype(FLOAT)
    if "in_cloud" in path:
        met["delay_ms"] += FLOAT(DELAY_MS[CLOUD]) * path["in_cloud"]
    moved = path["cell"] != draw.cell
    led = np.flatnonzero(moved & ~loads.is_asleep[draw.cell])
    met["noise_db"][led] += FLOAT(STEERED_DB)
    met["noise_ul_db"][led] += FLOAT(STEERED_DB)
    moved &= loads.is_asleep[draw.cell]
    met["noise_db"][moved] += 10.0  # the neighbour's cell is further away
    met["noise_ul_db"][moved] += 10.0
    met["fail"][moved] += 0.08
    for effect, now in effects:
        if effect.quantity in met:
            met[effect.quantity][effect.rows(path)] += FLOAT(effect.amount * now)
    return _derived(estate, draw, path, met)


def _favour(draw: Draw, effects: Sequence[tuple[Effect, float]]) -> Floats | None:
    """Give the part of queues that each use meets; None where nobody passes before others."""
    favoured = [
        code
        for effect, _ in effects
        if effect.quantity == FAVOURED
        for code in effect.scope["subject"]
    ]
    if not favoured:
        return None
    return np.where(np.isin(draw.subject, favoured), FAVOURED_PART, 1.0).astype(FLOAT)


def _base(estate: Estate, draw: Draw, path: Path) -> dict[str, Floats]:
    goods, rows = estate.catalogue, len(draw)
    met = {name: np.zeros(rows, dtype=FLOAT) for name in CONDITIONS}
    trouble = np.append(goods.app_trouble, 0.012)[path["app"]]
    trouble += goods.model_trouble[path["device_model"]]
    trouble += np.maximum(-estate.places.radio_db, 0.0)[path["cell"]] * 0.004
    is_unlucky = np.flatnonzero(draw.uniform[2] < trouble)
    for name, amount in TROUBLE.items():
        met[name][is_unlucky] = amount
    return met


def _derived(estate: Estate, draw: Draw, path: Path, met: dict[str, Floats]) -> Conditions:
    z, u, places = draw.normal, draw.uniform, estate.places
    reach = (estate.subjects.radio_db[draw.subject] + places.radio_db[path["cell"]]).astype(FLOAT)
    sinr = REACH_DB + reach + FLOAT(2.5) * z[0] - met["noise_db"]
    sinr_ul = REACH_DB - 2.0 + reach + FLOAT(2.5) * z[0] - met["noise_ul_db"]
    lost_dl, lost_ul = _edge_of_reach(sinr + 1.0), _edge_of_reach(sinr_ul + 1.0)
    loss = met["loss"] + 0.04 * (lost_dl + lost_ul) + 8e-5 * np.exp(z[4])
    at_edge = path["edge"] >= 0
    is_urgent = path["slice"] == FACTORY
    base_ms = np.where(is_urgent, 0.0, np.where(at_edge, 7.0, 15.0)).astype(FLOAT)
    radio_ms = 25.0 * (lost_dl + lost_ul)
    one_way = base_ms * np.exp(FLOAT(0.2) * z[2]) + met["delay_ms"] + radio_ms
    layer = places.layer[path["cell"]]
    fast = estate.catalogue.model_fast[path["device_model"]].astype(FLOAT) * np.exp(0.4 * z[1])
    dl, ul = (np.array([each[at] for each in LAYERS], dtype=FLOAT)[layer] for at in (3, 4))
    tcp = CONNECTIONS * 1.22 * MSS_BITS / (2.0 * one_way + 4.0) / np.sqrt(loss + 2e-6)
    setup = met["setup_ms"]
    chance = met["fail"] + 0.004 + 0.15 * (lost_dl + lost_ul) + 0.5 * np.clip(loss - 0.05, 0, 1)
    return Conditions(
        one_way_ms=one_way,
        jitter_ms=1.0 + met["jitter_ms"] * np.exp(FLOAT(0.3) * z[5]),
        loss_ratio=np.minimum(loss, 0.9),
        rate_dl_kbps=dl * fast * _bits(sinr) * np.exp(-met["slow"]),
        rate_ul_kbps=ul * fast * _bits(sinr_ul) * np.exp(-met["slow_ul"]),
        tcp_kbps=tcp,
        sinr_db=sinr,
        does_fail=u[0] < chance,
        is_cut=u[1] < met["cut"] + 0.004 + 0.2 * (lost_dl + lost_ul),
        dns_ms=met["dns_ms"] + 6.0 * np.exp(FLOAT(0.4) * z[5]),
        setup_ms=setup + 12.0,
        server_ms=met["server_ms"],
        coarse=met["coarse"],
        frames_ratio=met["frames"],
        retry_ratio=met["retry"],
        wifi_db=met["wifi_db"],
        clock_ns=met["clock_ns"],
        position_m=met["position_m"],
        normal=z,
        uniform=u,
    )


def _edge_of_reach(sinr_db: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(np.minimum(sinr_db / FLOAT(1.3), 60.0)))


def _bits(sinr_db: Floats) -> Floats:
    bits = np.log2(1.0 + np.exp(sinr_db * FLOAT(0.23025851)))
    return np.clip(bits / FLOAT(BEST_BITS), 0.01, 1.0)


_QUEUED = frozenset({"delay_ms", "jitter_ms"})
