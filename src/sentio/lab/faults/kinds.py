"""The kinds of faults, one row each; ranges are from a light to a heavy case.

What cures each (`cured_by`) are kinds of `sentio.lab.changes.Change` on the element to blame.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sentio.kernel.arrays import BoolArray
from sentio.lab.faults.effect import Effect
from sentio.lab.faults.recipe import Codes, Recipe
from sentio.lab.operator.core import FACTORY
from sentio.lab.operator.estate import Estate
from sentio.lab.operator.subjects import SEGMENTS

HOUSEHOLD = SEGMENTS.index("household")


def _things_in_halls(estate: Estate) -> Mapping[str, BoolArray]:
    return {"slice": np.arange(len(estate.names["slice"])) == FACTORY}


def _households(estate: Estate) -> Mapping[str, BoolArray]:
    return {"segment": np.arange(len(estate.names["segment"])) == HOUSEHOLD}


def _microwave(estate: Estate) -> Mapping[str, BoolArray]:
    return {"link": estate.transport.is_microwave}


def _unprotected(estate: Estate) -> Mapping[str, BoolArray]:
    return {"ring": ~estate.transport.is_protected}


def _phones(estate: Estate) -> Mapping[str, BoolArray]:
    models = len(estate.names["device_model"])
    return {"device_model": np.arange(models) < len(estate.catalogue.model_share)}


def _crowded_neighbours(estate: Estate, codes: Codes, severity: float) -> tuple[Effect, ...]:
    """Load the other cells of the site with what the sleeping one carried."""
    site = estate.places.site
    others = np.flatnonzero((site == site[codes["cell"]]) & (np.arange(len(site)) != codes["cell"]))
    scope = {"cell": tuple(others.tolist())}
    return (Effect(scope=scope, quantity="pressure", amount=0.93 + 0.06 * severity),)


DEVICE = (
    Recipe(
        kind="firmware_bug",
        domain="device",
        dimensions=("device_model", "firmware"),
        impacts={
            "rollout": (0.35, 0.7),
            "slow": (1.8, 2.8),
            "slow_ul": (1.8, 2.8),
            "loss": (0.02, 0.05),
        },
        newest=True,
        change="firmware roll-out",
        ramp_minutes=10,
        cured_by=("roll_back",),
        minutes=(150.0, 480.0),
    ),
    Recipe(
        kind="modem_bug",
        domain="device",
        dimensions=("device_model",),
        impacts={"noise_db": (10.0, 16.0), "noise_ul_db": (10.0, 16.0)},
        may_hit=_phones,
        cured_by=("roll_back",),
        minutes=(120.0, 480.0),
    ),
    Recipe(
        kind="wifi_interference",
        domain="device",
        dimensions=("cell", "segment"),
        blame="cell",
        impacts={"retry": (0.35, 0.6), "wifi_db": (6.0, 12.0)},
        may_hit=_households,
        cured_by=("channel",),
        minutes=(180.0, 480.0),
    ),
)
RAN = (
    Recipe(
        kind="uplink_interference",
        domain="ran",
        dimensions=("cell",),
        impacts={"noise_ul_db": (14.0, 20.0)},
        alarm=("minor", "uplink interference above threshold"),
        cured_by=("retune",),
    ),
    Recipe(
        kind="downlink_interference",
        domain="ran",
        dimensions=("cell",),
        impacts={"noise_db": (13.0, 19.0)},
        cured_by=("retune",),
    ),
    Recipe(
        kind="sleeping_cell",
        domain="ran",
        dimensions=("cell",),
        impacts={"asleep": (1.0, 1.0)},
        cured_by=("restart",),
    ),
    Recipe(
        kind="congestion",
        domain="ran",
        dimensions=("cell",),
        impacts={"pressure": (0.94, 1.06), "crowd": (0.006, 0.012)},
        ramp_minutes=15,
        cured_by=("capacity",),
        minutes=(60.0, 240.0),
    ),
    Recipe(
        kind="wrong_neighbour",
        domain="ran",
        dimensions=("cell",),
        impacts={"cut": (0.35, 0.7), "fail": (0.12, 0.25)},
        change="neighbour list changed",
        cured_by=("roll_back",),
        minutes=(90.0, 480.0),
    ),
    Recipe(
        kind="degraded_cell",
        domain="ran",
        dimensions=("cell",),
        impacts={
            "slow": (2.0, 3.0),
            "slow_ul": (2.0, 3.0),
            "noise_db": (4.0, 8.0),
            "noise_ul_db": (4.0, 8.0),
        },
        alarm=("major", "transmit branch failed"),
        cured_by=("restart",),
    ),
    Recipe(
        kind="energy_saving",
        domain="ran",
        dimensions=("cell",),
        impacts={"asleep": (0.5, 0.5)},  # it still reports, with nothing in it
        more=_crowded_neighbours,
        change="energy saving policy changed",
        cured_by=("roll_back", "restart"),
    ),
    Recipe(
        kind="radio_shadow",
        domain="ran",
        dimensions=("cell", "slice"),
        blame="cell",
        impacts={"loss": (0.06, 0.15), "delay_ms": (3.0, 12.0), "jitter_ms": (3.0, 8.0)},
        may_hit=_things_in_halls,
        cured_by=("retune",),
        minutes=(60.0, 300.0),
    ),
    Recipe(
        kind="slice_quota",
        domain="ran",
        dimensions=("slice", "gnb"),
        blame="slice",
        impacts={
            "slow": (2.2, 3.2),
            "slow_ul": (2.2, 3.2),
            "delay_ms": (60.0, 160.0),
            "loss": (0.015, 0.04),
        },
        change="slice quota changed",
        cured_by=("quota",),
    ),
)
TRANSPORT = (
    Recipe(
        kind="backhaul_loss",
        domain="transport",
        dimensions=("link",),
        impacts={"loss": (0.03, 0.10)},
        alarm=("minor", "heartbeat lost"),
        alarm_on="gnb",
        cured_by=("reroute",),
    ),
    Recipe(
        kind="microwave_fade",
        domain="transport",
        dimensions=("link",),
        impacts={
            "slow": (1.5, 2.5),
            "slow_ul": (1.5, 2.5),
            "loss": (0.02, 0.05),
            "pressure": (0.95, 1.05),
        },
        may_hit=_microwave,
        alarm=("warning", "modulation lowered"),
        cured_by=("reroute",),
        minutes=(45.0, 180.0),
        ramp_minutes=15,
        wants_rain=True,
    ),
    Recipe(
        kind="ring_congestion",
        domain="transport",
        dimensions=("ring",),
        impacts={"pressure": (0.99, 1.15)},
        ramp_minutes=10,
        cured_by=("capacity", "reroute"),
        minutes=(45.0, 240.0),
    ),
    Recipe(
        kind="jittering_router",
        domain="transport",
        dimensions=("router",),
        impacts={"jitter_ms": (45.0, 90.0), "delay_ms": (10.0, 40.0), "loss": (0.004, 0.01)},
        cured_by=("restart",),
        minutes=(45.0, 180.0),
    ),
    Recipe(
        kind="maintenance_without_backup",
        domain="transport",
        dimensions=("ring",),
        impacts={"delay_ms": (60.0, 140.0), "loss": (0.015, 0.04)},
        may_hit=_unprotected,
        work="ring maintenance",
        cured_by=("reroute",),
        minutes=(60.0, 240.0),
    ),
    Recipe(
        kind="duplex_mismatch",
        domain="transport",
        dimensions=("link",),
        impacts={"slow_ul": (2.6, 3.6), "loss": (0.012, 0.03)},
        change="port configuration changed",
        cured_by=("roll_back", "reroute"),
    ),
)
CORE = (
    Recipe(
        kind="upf_overload",
        domain="core",
        dimensions=("upf",),
        impacts={"pressure": (1.0, 1.15)},
        alarm=("major", "processor load high"),
        ramp_minutes=10,
        cured_by=("capacity", "restart"),
        minutes=(45.0, 150.0),
    ),
    Recipe(
        kind="slow_dns",
        domain="core",
        dimensions=("dns",),
        impacts={"dns_ms": (700.0, 2500.0), "fail": (0.02, 0.06)},
        cured_by=("restart", "switch"),
        minutes=(45.0, 240.0),
    ),
    Recipe(
        kind="registration_storm",
        domain="core",
        dimensions=("amf",),
        impacts={"pressure": (1.02, 1.2), "fail": (0.10, 0.2)},
        alarm=("major", "registration overload"),
        cured_by=("capacity", "restart"),
        minutes=(30.0, 90.0),
    ),
    Recipe(
        kind="session_setup_failures",
        domain="core",
        dimensions=("smf",),
        impacts={"fail": (0.18, 0.4), "setup_ms": (200.0, 600.0)},
        change="session policy changed",
        cured_by=("restart", "roll_back"),
        minutes=(30.0, 120.0),
    ),
    Recipe(
        kind="slow_call_setup",
        domain="core",
        dimensions=("ims",),
        impacts={"setup_ms": (500.0, 900.0), "fail": (0.10, 0.25)},
        alarm=("minor", "call session timeouts"),
        cured_by=("restart",),
    ),
)
EDGE = (
    Recipe(
        kind="starving_edge",
        domain="edge",
        dimensions=("edge",),
        impacts={
            "pressure": (1.02, 1.2),
            "server_ms": (30.0, 90.0),
            "frames": (0.03, 0.08),
            "delay_ms": (2.0, 30.0),
        },
        cured_by=("capacity", "restart"),
    ),
    Recipe(
        kind="edge_misplaced",
        domain="edge",
        dimensions=("edge", "app"),
        blame="edge",
        impacts={"delay_ms": (45.0, 80.0), "jitter_ms": (4.0, 10.0)},
        change="workload moved",
        cured_by=("roll_back", "restart"),
        minutes=(90.0, 480.0),
    ),
)
APPLICATION = (
    Recipe(
        kind="slow_cdn",
        domain="application",
        dimensions=("server",),
        services=("stream_kpi",),
        impacts={"slow": (2.6, 3.6), "server_ms": (200.0, 900.0)},
        cured_by=("switch",),
    ),
    Recipe(
        kind="cache_miss_storm",
        domain="application",
        dimensions=("server", "app"),
        services=("stream_kpi",),
        impacts={"slow": (2.4, 3.2), "server_ms": (600.0, 1600.0)},
        cured_by=("switch", "restart"),
        blame="server",
        minutes=(60.0, 300.0),
    ),
    Recipe(
        kind="server_errors",
        domain="application",
        dimensions=("server",),
        services=("web", "file", "social"),
        impacts={"fail": (0.25, 0.6)},
        alarm=("major", "error rate high"),
        cured_by=("switch", "restart"),
    ),
    Recipe(
        kind="broken_release",
        domain="application",
        dimensions=("app", "app_version"),
        impacts={"rollout": (0.35, 0.7), "fail": (0.3, 0.6), "server_ms": (100.0, 400.0)},
        newest=True,
        change="release roll-out",
        ramp_minutes=10,
        cured_by=("roll_back",),
        minutes=(90.0, 480.0),
    ),
    Recipe(
        kind="bitrate_ladder",
        domain="application",
        dimensions=("app",),
        services=("stream_kpi", "video_call"),
        impacts={"coarse": (1.8, 2.8)},
        change="configuration changed",
        cured_by=("roll_back",),
    ),
)
KINDS: dict[str, Recipe] = {
    recipe.kind: recipe for recipe in (*DEVICE, *RAN, *TRANSPORT, *CORE, *EDGE, *APPLICATION)
}
