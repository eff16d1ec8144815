"""Every service's indicators from what its uses met, and which uses are materially worse off."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sentio.kernel.arrays import BoolArray
from sentio.lab.physics.conditions import Conditions
from sentio.lab.uses import media, things, transfers
from sentio.lab.uses.drawing import Floats

Indicators = Mapping[str, Floats]
GOES: Mapping[str, Callable[[Conditions], dict[str, Floats]]] = {
    "web": transfers.web,
    "stream_kpi": media.stream_kpi,
    "video_call": media.video_call,
    "voice_wb": media.voice,
    "voice_fb": media.voice,
    "gaming": media.gaming,
    "file": transfers.file,
    "social": transfers.social,
    "plc": things.plc,
    "mobile_robot": things.mobile_robot,
    "camera": things.camera,
    "vehicle": things.vehicle,
    "cpe": things.cpe,
    "meter": things.meter,
}
MATERIAL: Mapping[str, tuple[float, float, float]] = {
    # indicator: whether more is worse (1) or better (-1), least change in its unit, least ratio
    "is_success": (-1.0, 0.5, 0.0),
    "is_retained": (-1.0, 0.5, 0.0),
    "page_load_ms": (1.0, 120.0, 0.30),
    "initial_delay_ms": (1.0, 4000.0, 0.5),
    "stall_total_ms": (1.0, 900.0, 0.5),
    "mean_bitrate_kbps": (-1.0, 400.0, 0.30),
    "one_way_delay_ms": (1.0, 60.0, 0.3),
    "packet_loss_ratio": (1.0, 0.004, 0.5),
    "stream_bitrate_kbps": (-1.0, 200.0, 0.30),
    "freeze_ratio": (1.0, 0.05, 0.5),
    "frame_loss_ratio": (1.0, 0.01, 0.5),
    "rtt_ms": (1.0, 15.0, 0.3),
    "throughput_dl_kbps": (-1.0, 2000.0, 0.30),
    "throughput_ul_kbps": (-1.0, 2000.0, 0.30),
    "post_duration_ms": (1.0, 2200.0, 0.5),
    "lost_ratio": (1.0, 0.004, 0.5),
    "clock_error_ns": (1.0, 600.0, 0.5),
    "position_error_m": (1.0, 0.2, 0.5),
    "wifi_retry_ratio": (1.0, 0.08, 0.5),
    "wifi_rssi_dbm": (-1.0, 6.0, 0.0),
    "access_snr_db": (-1.0, 5.0, 0.0),
    "error_ratio": (1.0, 0.004, 0.5),
    "access_retrain_count": (1.0, 2.5, 0.0),
}
"""When a customer would notice: some tenths of a MOS for each. Both changes must be exceeded."""


BY_SERVICE: Mapping[tuple[str, str], tuple[float, float, float]] = {
    # half the bits still show a face
    ("camera", "stream_bitrate_kbps"): (-1.0, 1500.0, 0.6),
}


def outcome(met: Conditions, spans: Mapping[str, slice]) -> dict[str, Indicators]:
    """Give the indicators of every service that has uses."""
    return {name: GOES[name](met.part(rows)) for name, rows in spans.items()}


def is_worse(service: str, now: Indicators, without: Indicators) -> BoolArray:
    """Tell which uses are materially worse now than they would be without a fault."""
    worse = np.zeros(len(next(iter(now.values()))), dtype=np.bool_)
    for name in now:
        if name not in MATERIAL:
            continue
        sign, least, ratio = BY_SERVICE.get((service, name), MATERIAL[name])
        change = sign * (now[name] - without[name])
        worse |= (change > least) & (change > ratio * np.abs(without[name]))
    if "lost_count" in now:
        _, least, ratio = MATERIAL["lost_ratio"]
        planned = now["message_count"]
        change = (now["lost_count"] - without["lost_count"]) / planned
        worse |= (change > least) & (change > ratio * without["lost_count"] / planned)
    return worse
