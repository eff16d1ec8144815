"""How streams, calls and games go: what is sent, how much of it arrives, and how late."""

from __future__ import annotations

import numpy as np

from sentio.lab.physics.conditions import Conditions
from sentio.lab.uses.drawing import FLOAT, Floats

STREAM_KBPS, LOWEST_KBPS = 8_200.0, 350.0
PICTURES = ((4_500.0, 14.545), (1_800.0, 13.734), (900.0, 12.923), (0.0, 12.349))
"""Bitrates from which a player takes 1080, 720, 480 and 360 lines, ln(pixels) each."""
CALL_KBPS, GAME_KBPS = 4_200.0, 32_000.0
PATIENCE_MS = 6_000.0  # after which half of the callers have hung up


def stream_kpi(met: Conditions) -> dict[str, Floats]:
    """Give streams: the player takes the bitrate that fits, and stalls where none does."""
    z, rtt = met.normal, 2.0 * met.one_way_ms + 4.0
    rate = np.maximum(np.minimum(met.rate_dl_kbps, 1.5 * met.tcp_kbps), FLOAT(30.0))
    wanted = STREAM_KBPS * np.exp(FLOAT(0.12) * z[3] - met.coarse)
    kbps = np.maximum(np.minimum(wanted, 0.55 * rate), LOWEST_KBPS)
    play_s = 20.0 + 120.0 * np.exp(FLOAT(0.8) * z[6])
    starved = np.clip(1.3 * kbps / rate - 0.8, 0.0, 3.0)
    unsteady = 25.0 * met.loss_ratio + met.jitter_ms / 60.0 + np.maximum(rtt - 200.0, 0) / 400.0
    often = np.minimum(play_s / 60.0, 4.0) * (2.0 * starved + np.maximum(unsteady - 0.35, 0.0))
    stalls = np.floor(np.minimum(often, 15.0) + met.uniform[3] * 0.99)
    each_ms = 900.0 * np.exp(FLOAT(0.4) * z[5]) * (1.0 + 2.0 * starved)
    return {
        "is_success": _succeeds(met),
        "initial_delay_ms": 150.0
        + met.dns_ms
        + met.setup_ms
        + 4.0 * rtt
        + 2.5 * met.server_ms
        + 2_000.0 * kbps / rate,
        "stall_total_ms": stalls * each_ms,
        "stall_count": stalls,
        "play_duration_ms": play_s * 1000.0,
        "mean_bitrate_kbps": kbps,
        "mean_ln_bitrate": np.log(kbps) - 0.04,
        "mean_ln_pixels": _pixels(kbps),
    }


def voice(met: Conditions) -> dict[str, Floats]:
    """Give calls: what comes too late for the jitter buffer is lost as well."""
    late = np.maximum(met.jitter_ms - 20.0, 0.0) / 150.0
    setup = (900.0 + 10.0 * met.setup_ms) * np.exp(FLOAT(0.25) * met.normal[3])
    gives_up = met.uniform[5] < 1.0 / (1.0 + np.exp((PATIENCE_MS - setup) / FLOAT(700.0)))
    return {
        "is_success": (~(met.does_fail | gives_up)).astype(FLOAT),
        "is_retained": (~met.is_cut).astype(FLOAT),
        "call_setup_ms": setup,
        "one_way_delay_ms": 50.0 + met.one_way_ms + 3.0 * np.minimum(met.jitter_ms, 30.0),
        "jitter_ms": met.jitter_ms,
        "packet_loss_ratio": np.minimum(0.6 * met.loss_ratio + late, 0.9),
    }


def video_call(met: Conditions) -> dict[str, Floats]:
    """Give video calls: both directions must carry the picture."""
    late = np.maximum(met.jitter_ms - 25.0, 0.0) / 200.0
    lost = np.minimum(met.loss_ratio + late, 0.9)
    room = 0.5 * np.minimum(met.rate_ul_kbps, met.rate_dl_kbps)
    wanted = CALL_KBPS * np.exp(FLOAT(0.1) * met.normal[3] - met.coarse)
    kbps = np.maximum(np.minimum(wanted, room), 80.0)
    is_large = 0.5 * room > 600.0  # chosen by what there is room for, not by what is sent
    short = np.clip(wanted / np.maximum(room, 80.0) - 1.0, 0.0, 4.0)
    return {
        "is_success": _succeeds(met),
        "is_retained": (~met.is_cut).astype(FLOAT),
        "one_way_delay_ms": 60.0 + met.one_way_ms + 3.0 * np.minimum(met.jitter_ms, 40.0),
        "packet_loss_ratio": 0.7 * lost,
        "stream_bitrate_kbps": kbps,
        "stream_fps": 30.0 / (1.0 + 0.12 * short + 3.0 * lost),
        "freeze_ratio": np.minimum(3.0 * lost + 0.03 * short, 0.95),
        "stream_width_px": np.where(is_large, FLOAT(1280.0), FLOAT(640.0)),
        "stream_height_px": np.where(is_large, FLOAT(720.0), FLOAT(360.0)),
    }


def gaming(met: Conditions) -> dict[str, Floats]:
    """Give cloud games: the round trip to the edge, the edge's work, frames too late."""
    late = np.maximum(met.jitter_ms - 12.0, 0.0) / 120.0
    room = 0.6 * met.rate_dl_kbps
    wanted = GAME_KBPS * np.exp(FLOAT(0.1) * met.normal[3] - met.coarse)
    return {
        "is_success": _succeeds(met),
        "rtt_ms": 2.0 * met.one_way_ms + 1.5 * met.server_ms + 4.0,
        "stream_bitrate_kbps": np.maximum(np.minimum(wanted, room), 500.0),
        "stream_fps": 60.0 / (1.0 + 6.0 * met.frames_ratio),
        "frame_loss_ratio": np.minimum(1.5 * met.loss_ratio + met.frames_ratio + late, 0.5),
        "jitter_ms": met.jitter_ms,
    }


def _pixels(kbps: Floats) -> Floats:
    found = np.full(len(kbps), PICTURES[-1][1], dtype=FLOAT)
    for least, pixels in PICTURES[-2::-1]:
        found[kbps >= least] = pixels
    return found


def _succeeds(met: Conditions) -> Floats:
    return (~met.does_fail).astype(FLOAT)
