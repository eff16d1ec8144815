"""Cuts what a period tells into what is sent at once, and joins what the past would have sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from sentio.lab.simulation import Period
from sentio.lab.stream.parcels import Parcel

JOINED_BYTES = 8_000_000
FRAMES: dict[str, tuple[bytes, bytes, bytes]] = {
    "delimited": (b"", b"", b""),
    "surveys": (b"", b"", b""),
    "tickets": (b"", b"", b""),
    "ndjson": (b"", b"", b""),
    "usp_bulk": (b'{"Report":[\n', b",\n", b"\n]}\n"),
}
"""What stands before, between and behind the rows of formats that can be joined."""
HEADED = ("delimited", "surveys", "tickets")


def sliced(period: Period, pieces: int) -> Iterator[Period]:
    """Cut a period into pieces of equal length; what elements measured comes whole, at the end.

    A row whose clock is wrong goes with the nearest piece.
    """
    edges = np.linspace(period.start_ns, period.end_ns, pieces + 1).astype(np.int64)
    for i in range(pieces):
        low = edges[i] if i else np.iinfo(np.int64).min
        high = edges[i + 1] if i + 1 < pieces else np.iinfo(np.int64).max
        uses = {name: _between(rows, low, high) for name, rows in period.uses.items()}
        yield replace(
            period,
            start_ns=int(edges[i]),
            end_ns=int(edges[i + 1]),
            uses={name: rows for name, rows in uses.items() if rows.num_rows},
            measurements=period.measurements.slice(0, 0),
            events=_between(period.events, low, high),
        )
    if period.measurements.num_rows:
        yield replace(period, uses={}, events=period.events.slice(0, 0))


def joined(parcels: Iterable[Parcel]) -> Iterator[Parcel]:
    """Join parcels of one source and layout, so that a long past is sent in few bodies."""
    waiting: dict[tuple[str, str, str, bytes], list[Parcel]] = {}
    for each in parcels:
        if each.format not in FRAMES:
            yield each
            continue
        what = each.name.rpartition("-")[0]  # files of a kind are named alike, but for their time
        key = (each.source, each.format, what, _header(each))
        group = waiting.setdefault(key, [])
        group.append(each)
        if sum(len(one.body) for one in group) > JOINED_BYTES:
            yield _one(waiting.pop(key))
    yield from map(_one, waiting.values())


def _between(rows: pa.RecordBatch, low_ns: int, high_ns: int) -> pa.RecordBatch:
    ts = rows.column("ts").to_numpy()
    return rows.filter(pa.array((ts >= low_ns) & (ts < high_ns)))


def _header(parcel: Parcel) -> bytes:
    return parcel.body.partition(b"\n")[0] + b"\n" if parcel.format in HEADED else b""


def _one(group: list[Parcel]) -> Parcel:
    if len(group) == 1:
        return group[0]
    before, between, behind = FRAMES[group[0].format]
    before = before or _header(group[0])
    rows = (each.body[len(before) : len(each.body) - len(behind)] for each in group)
    return replace(group[0], body=before + between.join(rows) + behind)
