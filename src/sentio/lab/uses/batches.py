"""Uses as Arrow batches: codes into the operator's own dictionaries, then indicators."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from sentio.kernel.arrays import IntArray
from sentio.lab.operator.catalogue import USER_SERVICES
from sentio.lab.operator.estate import COLUMNS, Estate
from sentio.lab.physics.scene import Played
from sentio.lab.uses.drawing import Draw, Floats

SHOWN = (*COLUMNS, "app_version", "firmware")
SUBJECT_KINDS = pa.array(["user", "thing"], pa.string())
WINDOW_MS = {
    "plc": 300_000.0,
    "mobile_robot": 300_000.0,
    "camera": 600_000.0,
    "vehicle": 600_000.0,
    "cpe": 1_800_000.0,
    "meter": 3_600_000.0,
}


def batches_of(
    estate: Estate, draw: Draw, played: Played, rows_of: Mapping[str, IntArray], skew_ns: IntArray
) -> dict[str, pa.RecordBatch]:
    """Give one batch a service.

    Parameters
    ----------
    rows_of
        Numbers of the uses to show, by service; one that is told twice stands twice.
    skew_ns
        What is added to the time of each use, shape (uses,).
    """
    return {
        name: _batch(estate, draw, played, name, rows, skew_ns) for name, rows in rows_of.items()
    }


def _batch(
    estate: Estate, draw: Draw, played: Played, service: str, rows: IntArray, skew_ns: IntArray
) -> pa.RecordBatch:
    told = played.indicators[service]
    first = played.spans[service].start
    local = rows - first
    kind = np.zeros(len(rows), dtype=np.int32) + (service not in USER_SERVICES)
    columns: dict[str, pa.Array] = {
        "ts": pa.array((draw.ts_ns + skew_ns)[rows]),
        "duration_ms": pa.array(_durations(service, told)[local].astype(np.float64)),
        "subject": pa.array(draw.subject[rows]),
        "subject_kind": pa.DictionaryArray.from_arrays(pa.array(kind), SUBJECT_KINDS),
    }
    for name in SHOWN:
        code = played.path.get(f"shown_{name}", played.path[name])  # as the inventory has it
        columns[name] = coded(code[rows], estate.dictionaries[name])
    for name, values in told.items():
        columns[name] = pa.array(values[local].astype(np.float32, copy=False))
    return pa.RecordBatch.from_pydict(columns)


def coded(codes: IntArray, dictionary: pa.StringArray) -> pa.DictionaryArray:
    """Make a text column of codes; -1 is null."""
    narrow = codes.astype(np.int32)
    if len(narrow) and narrow.min() < 0:
        return pa.DictionaryArray.from_arrays(pa.array(narrow, mask=narrow < 0), dictionary)
    return pa.DictionaryArray.from_arrays(pa.array(narrow), dictionary)


def _durations(service: str, told: Mapping[str, Floats]) -> Floats:
    """Length of a use: the window of a thing, what was played, or what a transfer took."""
    any_column = next(iter(told.values()))
    if service in WINDOW_MS:
        return np.full(len(any_column), WINDOW_MS[service], dtype=np.float32)
    if service == "stream_kpi":
        return told["play_duration_ms"] + told["stall_total_ms"]
    if service in {"web", "social"}:
        return told["page_load_ms" if service == "web" else "post_duration_ms"]
    return np.full(len(any_column), 180_000.0, dtype=np.float32)
