"""How the windows of things go: messages in time, pictures, lines, readings."""

from __future__ import annotations

import numpy as np

from sentio.lab.physics.conditions import Conditions
from sentio.lab.uses.drawing import FLOAT, Floats


def plc(met: Conditions) -> dict[str, Floats]:
    """Give a message each 2 ms, for 5 minutes."""
    missed = _missed(met, usual_ms=0.7, limit_ms=2.0)
    return {
        **_messages(met, missed, planned=150_000.0),
        "clock_error_ns": 180.0 * np.exp(FLOAT(0.35) * met.normal[6]) + met.clock_ns,
    }


def mobile_robot(met: Conditions) -> dict[str, Floats]:
    """Give a message each 50 ms, for 5 minutes."""
    missed = _missed(met, usual_ms=9.0, limit_ms=50.0)
    return {
        **_messages(met, missed, planned=6_000.0),
        "position_error_m": 0.12 * np.exp(FLOAT(0.3) * met.normal[6]) + met.position_m,
    }


def vehicle(met: Conditions) -> dict[str, Floats]:
    """Give a message each 100 ms, for 10 minutes."""
    missed = _missed(met, usual_ms=14.0, limit_ms=100.0)
    return {
        **_messages(met, missed, planned=6_000.0),
        "position_error_m": 0.25 * np.exp(FLOAT(0.25) * met.normal[6]) + met.position_m,
    }


def meter(met: Conditions) -> dict[str, Floats]:
    """Give a reading a minute, for an hour; each is tried again, once."""
    missed = np.minimum(2.0 * met.loss_ratio**1.2 + 0.9 * met.does_fail, 1.0)
    return _messages(met, missed, planned=60.0)


def camera(met: Conditions) -> dict[str, Floats]:
    """Give a live picture up, for 10 minutes."""
    wanted = 4_800.0 * np.exp(FLOAT(0.08) * met.normal[3] - met.coarse)
    room = 0.7 * met.rate_ul_kbps
    late = np.maximum(met.jitter_ms - 25.0, 0.0) / 150.0
    short = np.clip(wanted / np.maximum(room, 50.0) - 1.0, 0.0, 4.0)
    lost = np.maximum(met.loss_ratio - 1.5e-3, 0.0) + 0.3 * late
    return {
        "packet_loss_ratio": np.minimum(lost + 0.02 * met.loss_ratio, 0.9),
        "stream_bitrate_kbps": np.maximum(np.minimum(wanted, room), 100.0),
        "stream_fps": 25.0 / (1.0 + 0.2 * short + 2.0 * met.frames_ratio),
        "freeze_ratio": np.minimum(2.0 * lost + 0.05 * short + 0.9 * met.does_fail, 0.95),
    }


def cpe(met: Conditions) -> dict[str, Floats]:
    """Give a box at home: the line outside, the Wi-Fi inside, for half an hour."""
    z, u = met.normal, met.uniform
    retry = np.minimum(0.05 * np.exp(FLOAT(0.5) * z[3]) + met.retry_ratio, 0.95)
    wifi = -57.0 + 5.0 * z[6] - met.wifi_db
    inside = np.exp(FLOAT(-3.0) * np.maximum(retry - 0.1, 0.0))
    down = np.minimum(met.rate_dl_kbps, 1.5 * met.tcp_kbps) * inside
    return {
        "throughput_dl_kbps": down * 1.2,
        "throughput_ul_kbps": met.rate_ul_kbps * 1.6 * inside,
        "access_snr_db": np.clip(met.sinr_db + 9.0, -20.0, 45.0),
        "wifi_rssi_dbm": np.clip(wifi, -95.0, -25.0),
        "wifi_retry_ratio": retry,
        "error_ratio": np.minimum(3e-4 + 0.3 * np.maximum(met.loss_ratio - 2e-3, 0.0), 0.9),
        "access_retrain_count": np.floor(u[3] + met.does_fail * 4.0 + met.is_cut * 3.0),
        "cpu_ratio": np.clip(0.3 + 0.1 * z[5], 0.02, 0.98),
    }


def _missed(met: Conditions, *, usual_ms: float, limit_ms: float) -> Floats:
    """Give the share of messages that come too late or never, by the room that delay leaves."""
    usual = usual_ms * np.exp(FLOAT(0.12) * met.normal[6])
    room = np.maximum(limit_ms - usual - met.one_way_ms, 0.0)
    spread = 0.05 * limit_ms + 0.7 * np.maximum(met.jitter_ms - 1.0, 0.0)
    late = np.exp(-np.minimum(room / spread, 60.0))
    lost = np.maximum(0.8 * met.loss_ratio - 2e-3, 0.0)
    chance = 2e-6 * np.exp(FLOAT(1.5) * met.normal[4])
    return np.minimum(late + lost + chance + 0.5 * met.does_fail * (met.uniform[5] + 0.1), 1.0)


def _messages(met: Conditions, missed: Floats, *, planned: float) -> dict[str, Floats]:
    lost = np.floor(missed * FLOAT(planned) + met.uniform[3])
    return {
        "message_count": np.full(len(missed), planned, dtype=FLOAT),
        "lost_count": np.minimum(lost, planned),
    }
