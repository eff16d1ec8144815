"""Things that talk in cycles: controllers, robots, cameras, meters; NDJSON in our own words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.kernel.arrays import BoolArray, FloatArray, IntArray
from sentio.lab.city import EDGES, FACTORY_SITE, SECTORS
from sentio.lab.day import HOUR_NS, MINUTE_NS, every
from sentio.lab.dirt import soil
from sentio.lab.draw import happens
from sentio.lab.wire.text import MS_NS, Written, json_rows, pick, save
from sentio.lab.world import World

FOLDER = "things"
CONTROLLERS, ROBOTS, CAMERAS, METERS = 10, 16, 24, 60

Columns = dict[str, pa.Array | npt.NDArray[np.generic] | str]


def write(folder: Path, world: World) -> list[Written]:
    """Write one file a kind of thing; a row is a window of messages of one thing."""
    files: list[Written] = []
    for service, make in (
        ("plc", _controllers), ("mobile_robot", _robots), ("camera", _cameras), ("meter", _meters),
    ):  # fmt: skip
        path = f"{FOLDER}/{service}.ndjson"
        rng = world.rng(path)
        lines, dirt = soil(json_rows(make(rng, world)), rng, late=1, twice=2, cut=1)
        size = save(folder, path, lines)
        files.append(
            Written(path=path, format="ndjson", rows=len(lines), size_bytes=size, dirt=dirt)
        )
    return files


def _controllers(rng: np.random.Generator, world: World) -> Columns:
    """Motion control every 2 ms in the factory's own slice; a window of 100 messages each 5 min."""
    thing, ts_ns = _windows(world, CONTROLLERS, 5 * MINUTE_NS)
    rows, messages = len(thing), 100
    latency_ms = 0.55 + rng.gamma(3.0, 0.09, (rows, messages))
    lost = happens(rng, (rows, messages), 0.0003)
    bad = happens(rng, rows, 0.06)  # something metal stood in between: a few in a row
    lost |= bad[:, None] & _stretch(rng, rows, messages, longest=4)
    return _columns(
        world, "plc", thing, ts_ns, cell=_in_factory(thing), latency_ms=latency_ms, lost=lost,
        interval_ms=2.0, more={"clock_error_ns": 120.0 + rng.gamma(2.0, 60.0, rows)},
    )  # fmt: skip


def _robots(rng: np.random.Generator, world: World) -> Columns:
    """Robots report every 50 ms; a window is a second, once in 6 minutes."""
    thing, ts_ns = _windows(world, ROBOTS, 6 * MINUTE_NS)
    rows, messages = len(thing), 20
    latency_ms = 9.0 + rng.gamma(2.0, 3.5, (rows, messages))
    slow = happens(rng, rows, 0.06)  # between two cells of the hall
    latency_ms += 60.0 * (slow[:, None] & _stretch(rng, rows, messages, longest=5))
    lost = happens(rng, (rows, messages), 0.0006)
    return _columns(
        world, "mobile_robot", thing, ts_ns, cell=_in_factory(thing), latency_ms=latency_ms,
        lost=lost, interval_ms=50.0,
        more={"position_error_m": 0.06 + rng.gamma(2.0, 0.035, rows)},
    )  # fmt: skip


def _cameras(rng: np.random.Generator, world: World) -> Columns:
    """Cameras about the city, two at each site; ten seconds of pictures each 10 minutes."""
    thing, ts_ns = _windows(world, CAMERAS, 10 * MINUTE_NS)
    cell = thing % len(world.city.gnbs) * SECTORS + thing % SECTORS
    rows, messages = len(thing), 50
    there = world.network.at(rng, cell=cell, ts_ns=ts_ns)
    latency_ms = 25.0 + there.rtt_ms[:, None] / 2.0 + rng.gamma(2.0, 4.0, (rows, messages))
    extra = (there.loss_ratio - 0.0025).clip(0.0)  # the slice makes good for the usual loss
    lost = happens(rng, (rows, messages), extra[:, None])
    noise = np.where(happens(rng, rows, 0.06), 0.03, 2e-5) * rng.exponential(1.0, rows)
    return _columns(
        world, "camera", thing, ts_ns, cell=cell, latency_ms=latency_ms, lost=lost,
        interval_ms=40.0,
        more={
            "packet_loss_ratio": (noise + extra).clip(0.0, 1.0),
            "stream_bitrate_kbps": np.rint(rng.normal(4300.0, 250.0, rows).clip(1500.0)),
            "stream_width_px": np.full(rows, 1920),
            "stream_height_px": np.full(rows, 1080),
            "stream_fps": np.full(rows, 25),
        },
    )  # fmt: skip


def _meters(rng: np.random.Generator, world: World) -> Columns:
    """Meters send a reading a minute; an hour is a window."""
    thing, ts_ns = _windows(world, METERS, HOUR_NS)
    rows, messages = len(thing), 60
    latency_ms = 700.0 + rng.gamma(2.0, 350.0, (rows, messages))
    in_cellar = thing % 15 == 0
    lost = happens(rng, (rows, messages), np.where(in_cellar, 0.12, 0.0025)[:, None])
    cell = thing * 7 % len(world.city.cells)
    return _columns(
        world, "meter", thing, ts_ns, cell=cell, latency_ms=latency_ms, lost=lost,
        interval_ms=60_000.0, more={},
    )  # fmt: skip


def _windows(world: World, things: int, step_ns: int) -> tuple[IntArray, IntArray]:
    """Each thing's windows in order of time: which thing, and when; shape (rows,)."""
    start_ns = every(world.span, step_ns)
    thing = np.tile(np.arange(things), len(start_ns))
    return thing, np.repeat(start_ns, things) + thing * (step_ns // things)


def _columns(
    world: World, service: str, thing: IntArray, ts_ns: IntArray, *, cell: IntArray,
    latency_ms: FloatArray, lost: BoolArray, interval_ms: float, more: Columns,
) -> Columns:  # fmt: skip
    rows, messages = latency_ms.shape
    flat = np.where(lost, np.nan, np.round(latency_ms, 3)).ravel()
    offsets = pa.array(np.arange(0, rows * messages + 1, messages, dtype=np.int32))
    site = world.city.site[cell]
    serials = [f"{service}-{i + 1:03d}" for i in range(int(thing.max()) + 1)]
    return {
        "ts": ts_ns // MS_NS,
        "duration_ms": np.full(rows, messages * interval_ms),
        "service": service,
        "subject_kind": "thing",
        "device_serial": pick(serials, thing),
        "cell": pick(world.city.cells, cell),
        "gnb": pick(world.city.gnbs, site),
        "link": pick(world.city.links, site),
        "edge": pick(EDGES, world.city.edge(cell)),
        "slice": {"plc": "factory", "mobile_robot": "factory"}.get(service, "iot"),
        "transfer_interval_ms": np.full(rows, interval_ms),
        "message_count": np.full(rows, messages),
        "lost_count": lost.sum(axis=1),
        "message_latency_ms": pa.ListArray.from_arrays(
            offsets, pa.array(flat, mask=np.isnan(flat))
        ),
        **more,
    }


def _in_factory(thing: IntArray) -> IntArray:
    return FACTORY_SITE * SECTORS + thing % SECTORS


def _stretch(rng: np.random.Generator, rows: int, messages: int, *, longest: int) -> BoolArray:
    """Mark two or more messages in a row in each window, at a random place."""
    first = rng.integers(0, messages - longest, rows)[:, None]
    length = rng.integers(2, longest + 1, rows)[:, None]
    place = np.arange(messages)[None, :]
    return (place >= first) & (place < first + length)
