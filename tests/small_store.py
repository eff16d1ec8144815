"""A small warehouse whose every use is known, for tests of questions, report and command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from sentio.experience.service import SERVICES
from sentio.model.domain import DOMAINS
from sentio.model.record import ELEMENT, LINK, PATH
from sentio.store.cube import DAY_NS, HOUR_NS, MINUTE_NS, Fold, Scored, cubes_of
from sentio.store.ledger import Commit, DeadLetters, Quality
from sentio.store.warehouse import Warehouse

DAY = 20_778  # 2026-11-21, in days since 1970
START = DAY * DAY_NS + 6 * HOUR_NS
HOURS = 30  # over midnight, into the second day
USES = 700  # of each service
BAD_CELL = "cell-<b>2</b>"
CELLS = ("cell-1", BAD_CELL, "cell-3", "cell-4", "cell-5", "cell-6")
BAD_HOUR = START + 20 * HOUR_NS
SERVICES_HERE = ("gaming", "meter", "web")


@dataclass(frozen=True)
class Small:
    """The warehouse's file, and the uses that were written, service by service."""

    path: Path
    uses: dict[str, pa.Table]

    def poor(self, service: str) -> np.ndarray:
        """Tell of each use whether it was poor; a use without a score is not."""
        return self.mos(service) < SERVICES[service].poor_below

    def mos(self, service: str) -> np.ndarray:
        return self.uses[service]["mos"].to_numpy().astype(np.float64)

    def of(self, service: str, column: str) -> np.ndarray:
        return self.uses[service][column].to_numpy(zero_copy_only=False)


def build(path: Path) -> Small:
    rng = np.random.default_rng(20_261_121)
    uses: dict[str, list[pa.RecordBatch]] = {}
    with Warehouse(path) as warehouse:
        for part in range(2):  # two commits, so that cube rows of one key come twice
            facts: dict[str, list[pa.RecordBatch]] = {}
            folds = [Fold(service) for service in SERVICES_HERE]
            for service, fold in zip(SERVICES_HERE, folds, strict=True):
                batch, scored = some_uses(rng, service, part)
                fold.add(scored)
                facts[f"experience_{service}"] = [batch]
                uses.setdefault(service, []).append(batch)
            facts["element"] = [elements(part)]
            facts["link"] = [links(part)]
            warehouse.commit(
                Commit(
                    source="north" if part == 0 else "south",
                    at_ns=START + (part + 1) * DAY_NS,
                    release="test",
                    facts=facts,
                    cubes=cubes_of(folds),
                    quality=[source_quality(part)],
                    dead_letters=[rejected(part)],
                )
            )
    return Small(path, {name: pa.Table.from_batches(parts) for name, parts in uses.items()})


def some_uses(rng: np.random.Generator, service: str, part: int) -> tuple[pa.RecordBatch, Scored]:
    rows = USES // 2
    # Whole microseconds apart, so that no two uses begin together.
    moments = rng.choice(HOURS * HOUR_NS // 1000, rows, replace=False) * 1000
    ts = np.sort(START + moments) + SERVICES_HERE.index(service) + 10 * part
    people = rng.integers(1, 80, rows) * (1 if service != "meter" else 1000)
    subject = people * 0x1E3779B97F4A7C15  # wraps: about half are negative, as pseudonyms are
    cell = rng.integers(-1, len(CELLS), rows).astype(np.int32)
    codes = {
        "cell": cell,
        "gnb": np.where(cell < 0, -1, cell // 2).astype(np.int32),
        "app": rng.integers(0, 3, rows).astype(np.int32),
        "device_model": rng.integers(0, 4, rows).astype(np.int32),
    }
    names = {
        "cell": list(CELLS),
        "gnb": ["gnb-1", "gnb-2", "gnb-3"],
        "app": ["maps", "chess", "news"],
        "device_model": ["A1", "B2", "C3", "D4"],
    }
    loss = np.zeros((len(DOMAINS), rows))
    loss[DOMAINS.index("ran")] = rng.gamma(0.8, 0.3, rows) + 1.6 * (cell == CELLS.index(BAD_CELL))
    loss[DOMAINS.index("core")] = 1.5 * (ts - ts % HOUR_NS == BAD_HOUR)
    loss[DOMAINS.index("device")] = 0.1 * codes["device_model"]
    mos = np.clip(4.4 - loss.sum(axis=0), 1.0, 5.0).astype(np.float32).astype(np.float64)
    missing = rng.choice([0, 1, 2, 6], rows, p=[0.8, 0.1, 0.06, 0.04])
    mos[missing == 1] = np.nan
    loss[:, missing == 1] = 0.0
    confidence = np.where(missing == 1, 0.0, np.where(missing > 0, 0.5, 0.75))
    scored = Scored(
        ts=ts,
        subject=subject,
        mos=mos,
        confidence=confidence,
        grounded=missing == 0,
        loss=loss,
        members={name: (codes[name], names[name]) for name in codes},
        poor_below=SERVICES[service].poor_below,
    )
    columns = {
        "ts": pa.array(ts),
        "subject": pa.array(subject),
        "duration_ms": pa.array(rng.integers(1, 100, rows) * 1000.0),
        **{name: texts(codes.get(name), names.get(name, []), rows) for name in PATH},
        "longitude_deg": pa.array(10.0 + 0.01 * (cell + 1)),
        "latitude_deg": pa.array(50.0 + 0.02 * (cell + 1)),
        "quality": pa.array(rng.choice([0, 1, 2], rows).astype(np.int16)),
        "mos": pa.array(mos.astype(np.float32), from_pandas=True),
        "confidence": pa.array(confidence.astype(np.float32)),
        "grounded": pa.array(missing == 0),
        "missing": pa.array(missing.astype(np.int64)),
    }
    return pa.RecordBatch.from_pydict(columns), scored


def elements(part: int) -> pa.RecordBatch:
    """Four of the six cells stand in the topology; the second commit moves the first one."""
    rows = [
        {
            "ts": START + part * DAY_NS,
            "element": name,
            "element_kind": "cell",
            "name": f"Site {name[5:6]}",
            "technology": "NR",
            "longitude_deg": 10.0 + i + (0.5 if part and i == 0 else 0.0),
            "latitude_deg": 50.0 + i,
            "quality": 0,
        }
        for i, name in enumerate(CELLS[:4] if part == 0 else CELLS[:1])
    ]
    return pa.RecordBatch.from_pylist(rows, schema=pa.schema({**ELEMENT, "subject": pa.int64()}))


def links(part: int) -> pa.RecordBatch:
    """Two links to the first two gNBs; the second commit moves the first one to another router."""
    rows = [
        {
            "ts": START + part * DAY_NS,
            "link": f"link-{i}",
            "from_element": f"router-{1 + part}",
            "to_element": f"gnb-{i}",
            "link_kind": "backhaul",
            "quality": 0,
        }
        for i in ((1, 2) if part == 0 else (1,))
    ]
    return pa.RecordBatch.from_pylist(rows, schema=pa.schema({**LINK, "subject": pa.int64()}))


def source_quality(part: int) -> Quality:
    rows = len(SERVICES_HERE) * USES // 2
    return Quality(
        source="north" if part == 0 else "south",
        format="csv" if part == 0 else "cmcd",
        rows_read=rows + 3,
        rows_kept=rows,
        records=rows,
        rejected=3,
        duplicates=2 * part,
        late=7,
        suspect=4,
        cells=rows * 5,
        cells_present=rows * 4,
        first_ts=START,
        last_ts=START + HOURS * HOUR_NS - MINUTE_NS,
    )


def rejected(part: int) -> DeadLetters:
    rows = pa.RecordBatch.from_pylist(
        [
            {"line": 3, "field": "ts", "reason": "bad_time", "message": "no time", "rows": 1},
            {"line": 9, "field": "rtt", "reason": "not_a_number", "message": "text", "rows": 1},
            {"line": 12, "field": "ts", "reason": "bad_time", "message": "no time", "rows": 1},
        ],
        schema=pa.schema(
            [
                ("line", pa.int64()),
                ("field", pa.string()),
                ("reason", pa.string()),
                ("message", pa.string()),
                ("rows", pa.int64()),
            ]
        ),
    )
    return DeadLetters(
        source="north" if part == 0 else "south",
        input=f"in-{part}.csv",
        format="csv",
        options="{}",
        rejected=rows,
        sealed=b"sealed",
    )


def texts(codes: np.ndarray | None, names: list[str], rows: int) -> pa.Array:
    if codes is None:
        return pa.nulls(rows, pa.string())
    known = pa.array([*names, None], pa.string())
    return known.take(pa.array(np.where(codes < 0, len(names), codes)))
