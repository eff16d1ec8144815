"""SNMP counters of switches as M-Lab's DISCO collects them: one counter a line, many samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from sentio.ingest.format import Format
from sentio.ingest.piece import Piece, Reading
from sentio.ingest.wire.json.keys import begins_as_json
from sentio.ingest.wire.json.results import Refusal, pieces_of
from sentio.ingest.wire.json.values import Object, number, objects, text
from sentio.ingest.wire.pieces.columns import LARGEST_NS, record_batch
from sentio.ingest.wire.pieces.gathering import Gathering
from sentio.ingest.wire.text.blocks import stands_alone
from sentio.ingest.wire.text.packed import unpacked, unpacked_head
from sentio.model.record import Kind

KEYS = (b'"experiment"', b'"hostname"', b'"metric"', b'"sample"')
UNITS = {"octets": "byte", "errors": "packet", "discards": "packet", "unicast": "packet"}
LONGEST_S = 86_400


def sniff(head: bytes, name: str) -> float:
    """Recognise the four keys of a line."""
    del name
    head = unpacked_head(head)
    is_json = begins_as_json(head)
    return 0.95 if is_json and all(key in head for key in KEYS) else 0.0


def read(stream: BinaryIO, reading: Reading) -> Iterator[Piece]:
    """Read counters as measurements: the growth over each period, of a switch's port.

    An uplink belongs to the whole switch, a local port to the host that it serves.
    """
    out = Gathering(reading, kind=Kind.MEASUREMENT)
    source = unpacked(stream, reading.origin.name)
    yield from pieces_of(source, out, lambda value: _take(value, out))


def _take(value: Object, out: Gathering) -> Refusal | None:
    metric, switch = text(value, "metric"), text(value, "experiment")
    if not metric or not switch:
        return "missing", "no metric or no experiment"
    seconds, values = _samples(value)
    if not len(seconds):
        return "incomplete", "no sample with a time and a value"
    is_local = ".local." in metric
    element = f"{switch}/{text(value, 'hostname')}" if is_local else switch
    unit = next((unit for word, unit in UNITS.items() if f".{word}." in metric), "")
    count = len(seconds)
    period = int(np.median(np.diff(seconds))) if count > 1 else 0
    is_period = 0 < period <= LONGEST_S
    batch = record_batch(
        Kind.MEASUREMENT,
        {
            "ts": pa.array(np.rint(seconds * 1e9).astype(np.int64)),
            "granularity_ms": pa.array([period * 1000 if is_period else None] * count, pa.int64()),
            "element": pa.array([element] * count),
            "element_kind": pa.array(["port" if is_local else "switch"] * count),
            "indicator": pa.array([metric] * count),
            "value": pa.array(values),
            "unit": pa.array([unit] * count),
            "quality": pa.array(np.zeros(count, dtype=np.uint8)),
        },
    )
    out.put(Kind.MEASUREMENT, batch)
    return None


def _samples(value: Object) -> tuple[np.ndarray, np.ndarray]:
    pairs = [
        (seconds, grown)
        for sample in objects(value, "sample")
        if (seconds := number(sample, "timestamp")) is not None
        and (grown := number(sample, "value")) is not None
        and 0 <= seconds * 1e9 < LARGEST_NS
    ]
    table = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


FORMAT = Format(
    name="disco",
    title="M-Lab DISCO switch counters",
    standard="IF-MIB (RFC 2863) as DISCO v2 JSON lines",
    sniff=sniff,
    read=read,
    replay_head=stands_alone,
)
