"""Logs of ping out of connected vehicles, five echoes a second on a drive (iputils, ping -D)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import IntArray
from sentio.lab.city import ACROSS, SECTORS, SITES
from sentio.lab.day import MINUTE_NS, SECOND_NS
from sentio.lab.wire.text import Written, fixed, glue, save, whole
from sentio.lab.world import World

FOLDER = "vehicles"
VEHICLES = 6
DRIVE_MINUTES = 14
INTERVAL_NS = SECOND_NS // 5
CELL_NS = 45 * SECOND_NS  # until the vehicle has reached the next cell
HANDOVER_ECHOES = 4  # that wait for the next cell
USUAL_ROUND_TRIP = 0.78  # of what a phone has: the slice of the vehicles comes first


def write(folder: Path, world: World) -> list[Written]:
    """Write one drive of each vehicle, each at its own hour of the span."""
    files: list[Written] = []
    for vehicle in range(VEHICLES):
        path = f"{FOLDER}/ping-{vehicle + 1:02d}.txt"
        rng = world.rng(path)
        turn_ns = (world.span.end_ns - world.span.start_ns) // VEHICLES
        lasts_ns = min(DRIVE_MINUTES * MINUTE_NS, turn_ns // 2)
        wait_ns = int(rng.integers(0, turn_ns - lasts_ns))
        lines = _drive(rng, world, world.span.start_ns + vehicle * turn_ns + wait_ns, lasts_ns)
        dirt = {"malformed": 1} if vehicle == 0 else {}
        lines = _broken(lines) if dirt else lines
        size = save(folder, path, lines)
        files.append(Written(path=path, format="ping", rows=len(lines), size_bytes=size, dirt=dirt))
    return files


def _drive(rng: np.random.Generator, world: World, start_ns: int, lasts_ns: int) -> pa.StringArray:
    number = np.arange(1, lasts_ns // INTERVAL_NS + 1)
    sent_ns = start_ns + number * INTERVAL_NS
    sent_ns += rng.integers(0, 2_000_000, len(number))
    cell = _route(rng, sent_ns, start_ns)
    there = world.network.at(rng, cell=cell, ts_ns=sent_ns)
    base = there.rtt_ms * USUAL_ROUND_TRIP
    rtt_ms = base + _handovers(rng, cell) + rng.exponential(1.5, len(number))
    came = rng.random(len(number)) > 0.0006 + there.loss_ratio * 1.3
    at_ns = sent_ns + (rtt_ms * 1e6).astype(np.int64)
    order = np.flatnonzero(came)
    order = order[np.argsort(at_ns[order], kind="stable")]
    micros = at_ns[order] // 1000
    lines = glue(
        "[", fixed(micros / 1e6, 6), "] 64 bytes from 203.0.113.45: icmp_seq=",
        whole(number[order]), " ttl=55 time=", fixed(rtt_ms[order], 1), " ms\n",
    )  # fmt: skip
    head = "PING echo.example (203.0.113.45) 56(84) bytes of data.\n"
    return pa.concat_arrays([pa.array([head]), lines])


def _route(rng: np.random.Generator, sent_ns: IntArray, start_ns: int) -> IntArray:
    """Cross the city from site to neighbouring site."""
    step = (sent_ns - start_ns) // CELL_NS
    moves = rng.choice([1, -1, ACROSS, -ACROSS], int(step.max()) + 1)
    site = (int(rng.integers(0, SITES)) + np.cumsum(moves)) % SITES
    return site[step] * SECTORS + rng.integers(0, SECTORS, len(site))[step]


def _handovers(rng: np.random.Generator, cell: IntArray) -> np.ndarray:
    """Echoes wait where the vehicle changes cells, the first of them longest."""
    wait_ms = np.zeros(len(cell))
    for first in np.flatnonzero(np.diff(cell)) + 1:
        here = wait_ms[first : first + HANDOVER_ECHOES]
        here += np.linspace(rng.uniform(60.0, 320.0), 10.0, HANDOVER_ECHOES)[: len(here)]
    return wait_ms


def _broken(lines: pa.StringArray) -> pa.StringArray:
    """Put a line in the middle that no ping prints: two processes wrote into one log."""
    half = len(lines) // 2
    return pa.concat_arrays(
        [lines.slice(0, half), pa.array(["modem: AT+CSQ\n"]), lines.slice(half)]
    )
