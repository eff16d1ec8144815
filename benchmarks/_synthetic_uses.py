"""Scored uses of an invented operator, made by the million: places, evenings, faults, subjects."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sentio.model.domain import DOMAINS
from sentio.model.record import PATH
from sentio.store.cube import DAY_NS, HOUR_NS, Fold, Scored, cubes_of
from sentio.store.ledger import Commit, Quality
from sentio.store.warehouse import Warehouse

SERVICES = {"web": 0.45, "video_call": 0.2, "voice_wb": 0.2, "gaming": 0.15}  # share of the uses
TYPICAL_MOS = {"web": 4.2, "video_call": 3.9, "voice_wb": 4.1, "gaming": 3.7}
LOAD = np.array([2, 1, 1, 1, 1, 2, 4, 6, 7, 7, 7, 7, 8, 8, 7, 7, 8, 9, 11, 12, 12, 10, 7, 4])
BLOCK_ROWS = 262_144
COMMIT_ROWS = 4_000_000
FAULTY = {"radio": 0.004, "transport": 0.01}  # share of cells, of base stations
FIRST_DAY = 20_773  # 2026-11-16, a Monday, in days since 1970

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """How large the invented operator is, and how long it is watched."""

    facts: int
    subjects: int
    days: int = 7
    cells: int = 5_000
    apps: int = 50
    device_models: int = 2_000
    minute_hours: int = 2  # the minute cube is kept for the last hours only
    seed: int = 20_261_123


def write(warehouse: Warehouse, operator: Operator) -> None:
    """Write all uses of an operator, in order of time, about four million a commit."""
    with ThreadPoolExecutor(1) as writer:
        writing: Future[int] | None = None
        for number, commit in enumerate(_commits(operator)):
            if writing is not None:
                writing.result()
            writing = writer.submit(warehouse.commit, commit)
            if number % 100 == 99:
                hours = (commit.at_ns - FIRST_DAY * DAY_NS) // HOUR_NS
                print(f"{number + 1} commits, hour {hours}", file=sys.stderr, flush=True)
        if writing is not None:
            writing.result()


def _commits(operator: Operator) -> Iterator[Commit]:
    rng = np.random.default_rng(operator.seed)
    world = _World(operator, rng)
    hours = operator.days * 24
    folds = {service: Fold(service) for service in SERVICES}
    facts: dict[str, list[pa.RecordBatch]] = {}
    rows = 0
    for hour in range(hours):
        is_recent = hour >= hours - operator.minute_hours
        is_turn = hour + 1 in (hours - operator.minute_hours, hours)
        for service, batch, scored in _hour(world, rng, hour, is_recent=is_recent):
            folds[service].add(scored)
            facts.setdefault(f"experience_{service}", []).append(batch)
            rows += batch.num_rows
            if rows >= COMMIT_ROWS:
                yield _commit(facts, folds, hour=hour, is_recent=is_recent)
                folds, facts, rows = {service: Fold(service) for service in SERVICES}, {}, 0
        if is_turn and rows:
            yield _commit(facts, folds, hour=hour, is_recent=is_recent)
            folds, facts, rows = {service: Fold(service) for service in SERVICES}, {}, 0


def _commit(
    facts: dict[str, list[pa.RecordBatch]], folds: dict[str, Fold], *, hour: int, is_recent: bool
) -> Commit:
    rows = sum(batch.num_rows for batches in facts.values() for batch in batches)
    at_ns = FIRST_DAY * DAY_NS + (hour + 1) * HOUR_NS
    cubes = cubes_of(folds.values())
    if not is_recent:
        # older uses were folded with the hour as their time: their minutes are hours
        cubes = {**cubes, "cube_minute": []}
    return Commit(
        source="synthetic",
        at_ns=at_ns,
        release="benchmark",
        facts=facts,
        cubes=cubes,
        quality=[
            Quality(
                source="synthetic",
                format="synthetic",
                rows_read=rows + rows // 2000,
                rows_kept=rows,
                records=rows,
                rejected=rows // 2000,
                late=rows // 700,
                suspect=rows // 5000,
                cells=rows * 3,
                cells_present=rows * 3 - rows // 25,
                first_ts=at_ns - HOUR_NS,
                last_ts=at_ns - 1,
            )
        ],
    )


class _World:
    """What does not change while it is watched: where cells stand, which are faulty, names."""

    def __init__(self, operator: Operator, rng: np.random.Generator) -> None:
        self.operator = operator
        cells, stations = operator.cells, operator.cells // 3 + 1
        towns = rng.normal(0.0, 0.45, size=(12, 2))
        at = rng.integers(0, 12, stations)
        station = towns[at] + rng.normal(0.0, 0.07, size=(stations, 2))
        self.station_of = np.arange(cells) // 3
        spread = rng.normal(0.0, 0.004, size=(cells, 2))
        self.cell_longitude = 10.2 + 1.5 * (station[self.station_of, 0] + spread[:, 0])
        self.cell_latitude = 50.8 + station[self.station_of, 1] + spread[:, 1]
        self.radio_loss = rng.gamma(0.6, 0.12, cells)
        self.radio_loss[rng.random(cells) < FAULTY["radio"]] += 1.6
        self.transport_loss = rng.gamma(0.4, 0.06, stations)
        self.transport_loss[rng.random(stations) < FAULTY["transport"]] += 1.2
        self.crowding = rng.gamma(0.8, 0.35, cells)
        self.device_loss = rng.gamma(0.4, 0.1, operator.device_models)
        self.app_loss = rng.gamma(0.5, 0.1, operator.apps)
        self.popularity = rng.dirichlet(np.full(operator.cells, 2.0))
        self.cell_at = _alias(self.popularity, rng)
        self.names = {
            "cell": _names("cell-{:05d}", cells),
            "gnb": _names("gnb-{:04d}", stations),
            "upf": _names("upf-{}", 4),
            "app": _names("app-{:02d}", operator.apps),
            "device_model": _names("model-{:04d}", operator.device_models),
            "slice": ["embb", "urllc", "miot", "enterprise"],
            "segment": ["prepaid", "postpaid", "business", "iot"],
        }


def _hour(
    world: _World, rng: np.random.Generator, hour: int, *, is_recent: bool
) -> Iterator[tuple[str, pa.RecordBatch, Scored]]:
    operator = world.operator
    in_hour = operator.facts / operator.days * LOAD[hour % 24] / LOAD.sum()
    for service, share in SERVICES.items():
        left = int(in_hour * share)
        while left > 0:
            rows = min(left, BLOCK_ROWS)
            yield (service, *_block(world, rng, service, hour, rows, is_recent=is_recent))
            left -= rows


def _block(
    world: _World,
    rng: np.random.Generator,
    service: str,
    hour: int,
    rows: int,
    *,
    is_recent: bool,
) -> tuple[pa.RecordBatch, Scored]:
    operator = world.operator
    start = FIRST_DAY * DAY_NS + hour * HOUR_NS
    ts = np.sort(rng.integers(0, HOUR_NS, rows)) + start
    person = rng.integers(0, operator.subjects, rows, dtype=np.int64)
    codes = _path(world, rng, person)
    loss = _loss(world, rng, codes, hour)
    mos = np.clip(TYPICAL_MOS[service] - loss.sum(axis=0) + rng.normal(0, 0.25, rows), 1.0, 5.0)
    gone = rng.random(rows)
    mos[gone < 0.01] = np.nan
    missing = np.where(gone < 0.01, 1, 0) | np.where(gone > 0.97, 2, 0)
    confidence = np.where(np.isnan(mos), 0.0, np.where(missing > 0, 0.78, 0.86))
    loss[:, np.isnan(mos)] = 0.0
    subject = pseudonyms(person)
    scored = Scored(
        ts=ts if is_recent else np.full(rows, start),
        subject=subject,
        mos=mos,
        confidence=confidence,
        grounded=missing == 0,
        loss=loss,
        members={name: (codes[name], world.names[name]) for name in codes},
        poor_below=3.0,
    )
    columns = {
        "ts": pa.array(ts),
        "subject": pa.array(subject),
        "duration_ms": pa.array(rng.integers(2, 600, rows) * 1000.0),
        **{name: _texts(codes.get(name), world.names.get(name), rows) for name in PATH},
        "longitude_deg": pa.array(np.round(world.cell_longitude[codes["cell"]], 5)),
        "latitude_deg": pa.array(np.round(world.cell_latitude[codes["cell"]], 5)),
        "quality": pa.array(np.zeros(rows, dtype=np.int16)),
        "rtt_ms": pa.array(np.round(20.0 + 60.0 * loss[2] + 30.0 * loss[1])),
        "mos": pa.array(mos.astype(np.float32), from_pandas=True),
        "confidence": pa.array(confidence.astype(np.float32)),
        "grounded": pa.array(missing == 0),
        "missing": pa.array(missing.astype(np.int64)),
    }
    return pa.RecordBatch.from_pydict(columns), scored


def _path(
    world: _World, rng: np.random.Generator, person: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[np.int32]]:
    """Send each use over a path; people mostly use the cell at home and always one device."""
    operator, rows = world.operator, len(person)
    home = pseudonyms(person) >> 3
    is_home = rng.random(rows) < 0.7
    anywhere = rng.integers(0, len(world.cell_at), rows)
    places = np.where(is_home, home % len(world.cell_at), anywhere)
    cell = world.cell_at[places]
    return {
        "cell": cell.astype(np.int32),
        "gnb": world.station_of[cell].astype(np.int32),
        "upf": (world.station_of[cell] % 4).astype(np.int32),
        "app": np.minimum(rng.exponential(7.0, rows), operator.apps - 1).astype(np.int32),
        "device_model": ((home // 7) % operator.device_models).astype(np.int32),
        "slice": (home // 11 % 4).astype(np.int32),
        "segment": (home // 13 % 4).astype(np.int32),
    }


def _loss(
    world: _World,
    rng: np.random.Generator,
    codes: dict[str, npt.NDArray[np.int32]],
    hour: int,
) -> Floats:
    load = float(LOAD[hour % 24]) / 12.0
    cell, rows = codes["cell"], len(codes["cell"])
    loss = np.zeros((len(DOMAINS), rows))
    loss[DOMAINS.index("device")] = world.device_loss[codes["device_model"]]
    loss[DOMAINS.index("ran")] = world.radio_loss[cell] + world.crowding[cell] * load**3
    loss[DOMAINS.index("transport")] = world.transport_loss[codes["gnb"]] * (0.5 + 0.5 * load)
    is_core_fault = hour == world.operator.days * 24 - 15
    loss[DOMAINS.index("core")] = 0.02 + (codes["upf"] == 2) * 1.1 * is_core_fault
    loss[DOMAINS.index("application")] = world.app_loss[codes["app"]]
    return loss * rng.gamma(4.0, 0.25, rows)


def pseudonyms(person: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give the pseudonym of each person, a mixed 63-bit number (splitmix64)."""
    x = person.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(1)).astype(np.int64)


def _alias(popularity: Floats, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Spread 65,536 places over the cells by popularity, so that drawing one is a look-up."""
    return rng.choice(len(popularity), size=65_536, p=popularity)


def _names(pattern: str, count: int) -> list[str]:
    return [pattern.format(i) for i in range(count)]


def _texts(codes: npt.NDArray[np.int32] | None, names: list[str] | None, rows: int) -> pa.Array:
    if codes is None or names is None:
        return pa.nulls(rows, pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(names, pa.string()))
