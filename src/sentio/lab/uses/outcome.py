"""Every service's indicators from what its uses met, and which uses are materially worse off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Notice:
    """When a customer notices that an indicator is worse, by some tenths of a MOS.

    It must have changed by ``least`` in its unit and by ``ratio`` of what it was, and be on the
    wrong side of ``comfort``, which is good enough for anybody.
    """

    is_more_worse: bool
    least: float
    ratio: float = 0.0
    comfort: float | None = None

    def of(self, now: Floats, without: Floats) -> BoolArray:
        """Tell which uses a customer finds worse now than without a fault."""
        sign = 1.0 if self.is_more_worse else -1.0
        change = sign * (now - without)
        worse = (change > self.least) & (change > self.ratio * np.abs(without))
        return worse if self.comfort is None else worse & (sign * now > sign * self.comfort)


MORE, LESS = True, False
MATERIAL: Mapping[str, Notice] = {
    "is_success": Notice(LESS, 0.5),
    "is_retained": Notice(LESS, 0.5),
    "call_setup_ms": Notice(MORE, 1500.0, 0.5, 3000.0),  # a local call's mean, ITU-T E.721
    "page_load_ms": Notice(MORE, 120.0, 0.30),
    "initial_delay_ms": Notice(MORE, 7000.0, 0.5),
    "stall_total_ms": Notice(MORE, 900.0, 0.5),
    "mean_bitrate_kbps": Notice(LESS, 400.0, 0.50),
    "one_way_delay_ms": Notice(MORE, 60.0, 0.3, 160.0),
    "packet_loss_ratio": Notice(MORE, 0.004, 0.5),
    "stream_bitrate_kbps": Notice(LESS, 200.0, 0.40),
    "freeze_ratio": Notice(MORE, 0.05, 0.5),
    "frame_loss_ratio": Notice(MORE, 0.01, 0.5),
    "rtt_ms": Notice(MORE, 25.0, 0.3),
    "throughput_dl_kbps": Notice(LESS, 2000.0, 0.30, 70_000.0),
    "throughput_ul_kbps": Notice(LESS, 2000.0, 0.30, 26_000.0),
    "post_duration_ms": Notice(MORE, 1500.0, 0.5, 4_000.0),
    "lost_ratio": Notice(MORE, 0.004, 0.5),
    "clock_error_ns": Notice(MORE, 600.0, 0.5, 1_000.0),
    "position_error_m": Notice(MORE, 0.2, 0.5, 0.35),
    "wifi_retry_ratio": Notice(MORE, 0.08, 0.5, 0.15),
    "wifi_rssi_dbm": Notice(LESS, 6.0, 0.0, -69.0),
    "access_snr_db": Notice(LESS, 5.0, 0.0, 9.0),
    "error_ratio": Notice(MORE, 0.004, 0.5),
    "access_retrain_count": Notice(MORE, 2.5),
}
BY_SERVICE: Mapping[tuple[str, str], Notice] = {
    ("camera", "stream_bitrate_kbps"): Notice(LESS, 1500.0, 0.6),  # half the bits show a face
    ("cpe", "throughput_dl_kbps"): Notice(LESS, 2000.0, 0.30, 35_000.0),
}


def outcome(met: Conditions, spans: Mapping[str, slice]) -> dict[str, Indicators]:
    """Give the indicators of every service that has uses."""
    return {name: GOES[name](met.part(rows)) for name, rows in spans.items()}


def is_worse(service: str, now: Indicators, without: Indicators) -> BoolArray:
    """Tell which uses are materially worse now than they would be without a fault."""
    worse = np.zeros(len(next(iter(now.values()))), dtype=np.bool_)
    for name in now:
        notice = BY_SERVICE.get((service, name), MATERIAL.get(name))
        if notice:
            worse |= notice.of(now[name], without[name])
    if "lost_count" in now:
        planned = now["message_count"]
        lost = (each["lost_count"] / planned for each in (now, without))
        worse |= MATERIAL["lost_ratio"].of(*lost)
    return worse
